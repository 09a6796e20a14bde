import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { authSettings, passwordPolicy } from '../../src/app/auth-settings.ts';
import { DEFAULT_AUTH_SETTINGS } from '../../src/auth/settings.ts';
import { loadConfig } from '../../src/config/load.ts';

function settingsFor(...set: string[]) {
  return authSettings(
    loadConfig({ file: '/dev/null', set, environment: {} }),
    () => 'https://kit.example:8446',
  );
}

const rport = (setting: string) => `compat.rport.${setting}`;
const MAIL = 'mail.server=mail.example';
const ots = (setting: string) => `compat.opentakserver.${setting}`;

test('without a word in the configuration, the defaults of auth hold', () => {
  assert.deepEqual(settingsFor(), DEFAULT_AUTH_SETTINGS);
});

test('the keys of RPort for codes that are sent come down to one setting', () => {
  const { secondFactor } = settingsFor(
    rport('two_fa_token_delivery=/usr/local/bin/send-code'),
    rport('two_fa_token_ttl_seconds=300'),
    rport('two_fa_send_timeout=5s'),
    rport('two_fa_send_to_type=regex'),
    rport('two_fa_send_to_regex=[a-z0-9]{10}'),
    rport('totp_login_session_ttl=1h'),
  );
  assert.equal(secondFactor.requiredOf, 'everybody');
  assert.equal(secondFactor.loginLifeMs, 3_600_000);
  assert.deepEqual(secondFactor.codes, {
    method: { by: 'script', path: '/usr/local/bin/send-code' },
    lifeMs: 300_000,
    sendTimeoutMs: 5_000,
    receiver: { type: 'regex', pattern: '[a-z0-9]{10}' },
    alphabet: 'alphanumeric',
    subject: 'Rport 2FA',
  });
});

test('each way of delivery is told by what the key says', () => {
  const by = (...set: string[]) => settingsFor(...set).secondFactor.codes?.method;
  assert.deepEqual(by(rport('two_fa_token_delivery=smtp'), MAIL), { by: 'email' });
  assert.deepEqual(by(rport('two_fa_token_delivery=https://hook.example/code')), {
    by: 'url',
    url: 'https://hook.example/code',
  });
  assert.deepEqual(by(rport('two_fa_token_delivery=pushover'), rport('pushover.api_token=app-token')), {
    by: 'pushover',
    apiToken: 'app-token',
  });
  assert.deepEqual(by(ots('OTS_ENABLE_EMAIL=true'), MAIL), { by: 'email' });
});

test('OpenTAKServer’s e-mail keys switch registration on, with its lists', () => {
  const { email, secondFactor } = settingsFor(
    MAIL,
    ots('OTS_ENABLE_EMAIL=true'),
    ots('OTS_EMAIL_DOMAIN_WHITELIST=["example.com"]'),
    ots('OTS_EMAIL_TLD_BLACKLIST=["zip"]'),
  );
  assert.equal(email?.allowsRegistration, true);
  assert.equal(email?.allowsUnconfirmed, false);
  assert.deepEqual(email?.domainWhitelist, ['example.com']);
  assert.deepEqual(email?.tldBlacklist, ['zip']);
  assert.equal(email?.confirmUrl, 'https://kit.example:8446/confirm#');
  assert.equal(secondFactor.requiredOf, 'nobody');
});

test('delegation to a proxy names its headers and its proxies, and makes nobody by itself', () => {
  const { proxy } = settingsFor(
    rport('auth_header=My-User'),
    rport('user_header=My-User'),
    rport('trusted_proxies=["127.0.0.1"]'),
  );
  assert.deepEqual(proxy, {
    trustedProxies: ['127.0.0.1'],
    authHeader: 'my-user',
    userHeader: 'my-user',
    createsMissingUsers: false,
    defaultGroup: 'Users',
  });
});

test('settings that exclude each other, or are unsafe alone, stop the start with their names', () => {
  const both = [rport('totp_enabled=true'), rport('two_fa_token_delivery=smtp')];
  assert.throws(() => settingsFor(...both), /two_fa_token_delivery and totp_enabled/);
  assert.throws(() => settingsFor(rport('auth_header=My-User')), /trusted_proxies/);
  assert.throws(() => settingsFor(rport('two_fa_token_delivery=pushover')), /pushover\.api_token/);
  assert.throws(() => settingsFor(rport('two_fa_token_delivery=smtp')), /needs mail\.server/);
  assert.throws(() => settingsFor(ots('OTS_ENABLE_EMAIL=true')), /needs mail\.server/);
  assert.throws(() => settingsFor(rport('jwt_secret=short')), /at least 32 characters/);
  assert.throws(() => settingsFor(rport('two_fa_send_to_regex=[')), /a regular expression/);
});

const takeout = (setting: string) => `compat.takeout.Auth.${setting}`;
const RANDOM = 'kD3v0Yq8Zr1Lx7Tn5Wb2Hs9Jc6Fm4Pga';
const OTHER_RANDOM = 'Xe4Uo1Ri8Vz6Bq3My0Kt7Ld2Gw9Hs5Np';

test('the lives of TakeoutFM’s tokens, and the name that its apps show', () => {
  const { sessions, secondFactor } = settingsFor(
    takeout('SessionAge=48h'),
    takeout('AccessToken.Age=30m'),
    takeout('MediaToken.Age=8766h'),
    takeout('CodeToken.Age=90s'),
    takeout('FileToken.Age=10m'),
    takeout('TOTP.Issuer=Takeout at home'),
  );
  const { refreshIdleMs, accessMs, mediaMs, codeMs, fileMs } = sessions.takeout;
  const hour = 3_600_000;
  assert.deepEqual(
    [refreshIdleMs, accessMs, mediaMs, codeMs, fileMs],
    [48 * hour, hour / 2, 8_766 * hour, 90_000, hour / 6],
  );
  assert.equal(secondFactor.totp?.issuer, 'Takeout at home');
  for (const wrong of ['AccessToken.Age=25h', 'CodeToken.Age=1h', 'SecureCookies=false']) {
    assert.throws(() => settingsFor(takeout(wrong)), { code: 'config.invalid' }, wrong);
  }
});

test('keys for tokens are taken when nobody can guess them, and each for one kind', (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'bivouac-secret-')), 'key');
  t.after(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(file, `${OTHER_RANDOM}\n`);
  const { sessions } = settingsFor(
    takeout(`AccessToken.Secret=${RANDOM}`),
    takeout(`FileToken.SecretFile=${file}`),
  );
  assert.deepEqual(sessions.takeout.secrets, { takeout: RANDOM, file: OTHER_RANDOM });
  assert.equal(settingsFor(rport(`jwt_secret=${RANDOM}`)).sessions.rportSecret, RANDOM);

  writeFileSync(file, 'short\n');
  for (const set of [
    [rport('jwt_secret=quai8')],
    [rport('jwt_secret=SECRET-STRING-NEEDS-TO-BE-CHANGED')],
    [rport('jwt_secret=<YOUR_SECRET> <YOUR_SECRET> <YOUR_SECRET>')],
    [rport(`jwt_secret=${'ab'.repeat(20)}`)],
    [takeout('AccessToken.Secret=change me, change me, change me!')],
    [takeout(`AccessToken.Secret=${RANDOM}`), takeout(`MediaToken.Secret=${RANDOM}`)],
    [takeout(`AccessToken.Secret=${RANDOM}`), rport(`jwt_secret=${RANDOM}`)],
    [takeout(`CodeToken.Secret=${RANDOM}`), takeout(`CodeToken.SecretFile=${file}`)],
    [takeout(`CodeToken.SecretFile=${file}`)],
    [takeout('CodeToken.SecretFile=/nowhere/key')],
  ]) {
    assert.throws(
      () => settingsFor(...set),
      (error: Error) => 'code' in error && error.code === 'config.invalid' && !error.message.includes(RANDOM),
      set.join(' '),
    );
  }
});

test('TakeoutFM’s entropy counts where it is set, in either spelling', () => {
  const bits = (...set: string[]) =>
    passwordPolicy(loadConfig({ file: '/dev/null', set, environment: {} })).minEntropyBits;
  assert.equal(bits(), 60);
  assert.equal(bits(takeout('PasswordEntropy=75')), 75);
  assert.equal(bits(takeout('PasswordEntroy=40')), 40);
  assert.throws(() => bits(takeout('PasswordEntropy=75'), takeout('PasswordEntroy=40')), {
    code: 'config.invalid',
  });
});
