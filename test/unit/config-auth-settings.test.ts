import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authSettings } from '../../src/app/auth-settings.ts';
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
  assert.equal(email?.confirmUrl, 'https://kit.example:8446/api/confirm/');
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
