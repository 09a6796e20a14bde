import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { courierFor } from '../../src/auth/delivery/code-courier.ts';
import { createSmtpMailer } from '../../src/auth/delivery/smtp-mailer.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { CodeDelivery, CodeSettings } from '../../src/auth/settings.ts';
import type { Door } from '../../src/auth/sign-in-ports.ts';
import { systemClock } from '../../src/core/clock.ts';
import { GOOD_PASSWORD } from '../support/auth-fixture.ts';
import { startFormReceiver, startMailServer } from '../support/code-receivers.ts';
import { challengeOf, outcomeOf, PHONE, signInWorld, withFactors } from '../support/sign-in-world.ts';
import { temporaryDir } from '../support/store-fixture.ts';

const MINUTE_MS = 60_000;
const VISITOR = { door: 'web' as Door, ...PHONE };

function codesBy(method: CodeDelivery, changes: Partial<CodeSettings> = {}): CodeSettings {
  return {
    method,
    lifeMs: 10 * MINUTE_MS,
    sendTimeoutMs: 5_000,
    receiver: { type: 'none' },
    alphabet: 'alphanumeric',
    subject: 'Rport 2FA',
    ...changes,
  };
}

/** Everybody needs a code, which comes to an operator's web server. */
async function urlWorld(t: TestContext, changes: Partial<CodeSettings> = {}) {
  const receiver = await startFormReceiver(t);
  const codes = codesBy({ by: 'url', url: receiver.url }, changes);
  const world = await signInWorld(t, {
    settings: () => withFactors({ requiredOf: 'everybody', totp: undefined, codes }),
  });
  const { auth, alice } = world;
  const setTarget = (sendTo: string, principalId = alice.id) =>
    auth.factors.codeTargets.set({ principalId, sendTo }, CONSOLE);
  return { ...world, receiver, setTarget };
}

test('a code goes out with the password, and completes that sign-in', async (t) => {
  const { login, verify, receiver, setTarget } = await urlWorld(t);
  assert.equal(outcomeOf(await login()), 'factor.no_target');
  await setTarget('my.email@gmail.com');
  const { loginToken, state, method, methods, sentTo } = challengeOf(await login());
  assert.deepEqual([state, method, methods, sentTo], ['ready', 'url', ['url'], 'my.email@gmail.com']);
  assert.match(receiver.code(), /^[0-9A-Za-z]{6}$/);
  assert.deepEqual(receiver.forms, [
    {
      email: 'my.email@gmail.com',
      token: receiver.code(),
      ttl: '600',
      user_agent: 'phone',
      remote_address: '10.42.0.17',
      url: receiver.url,
    },
  ]);
  assert.equal(outcomeOf(await verify(loginToken, 'zzzzzz')), 'factor.wrong');
  assert.equal(outcomeOf(await verify(loginToken, receiver.code())), 'signed_in');
  assert.equal(outcomeOf(await verify(loginToken, receiver.code())), 'factor.login_unknown');
});

test('a code is good for the sign-in that it was sent for, and until it is late', async (t) => {
  const { login, verify, receiver, setTarget, clock } = await urlWorld(t, { lifeMs: 8_000 });
  await setTarget('alice@example.org');
  const one = challengeOf(await login());
  const codeOfOne = receiver.code();
  const two = challengeOf(await login());
  assert.equal(outcomeOf(await verify(two.loginToken, codeOfOne)), 'factor.wrong');
  clock.advance(7_999);
  assert.equal(outcomeOf(await verify(one.loginToken, codeOfOne)), 'signed_in');
  clock.advance(1);
  assert.equal(outcomeOf(await verify(two.loginToken, receiver.code())), 'factor.code_expired');
});

test('another code voids the earlier one', async (t) => {
  const { auth, login, verify, receiver, setTarget } = await urlWorld(t);
  await setTarget('alice@example.org');
  const { loginToken } = challengeOf(await login());
  const first = receiver.code();
  const { sentTo } = await auth.signIn.sendCode({ loginToken, door: 'rport', ...PHONE });
  assert.equal(sentTo, 'alice@example.org');
  assert.equal(outcomeOf(await verify(loginToken, first)), 'factor.wrong');
  assert.equal(outcomeOf(await verify(loginToken, receiver.code())), 'signed_in');
  await assert.rejects(auth.signIn.sendCode({ loginToken, door: 'rport', ...PHONE }), {
    code: 'factor.login_unknown',
  });
});

test('a person gets five codes an hour at most', async (t) => {
  const { login, receiver, setTarget, clock } = await urlWorld(t);
  await setTarget('alice@example.org');
  for (let i = 0; i < 5; i += 1) {
    assert.equal(outcomeOf(await login()), 'second_factor');
    clock.advance(MINUTE_MS);
  }
  assert.equal(outcomeOf(await login()), 'factor.too_many_codes');
  assert.equal(receiver.forms.length, 5);
  clock.advance(55 * MINUTE_MS - 1);
  assert.equal(outcomeOf(await login()), 'factor.too_many_codes');
  clock.advance(1);
  assert.equal(outcomeOf(await login()), 'second_factor');
});

test('a clock that was far ahead keeps nobody without codes', async (t) => {
  const { login, setTarget, clock } = await urlWorld(t);
  await setTarget('alice@example.org');
  const realMs = clock.now();
  clock.setWall(realMs + 365 * 24 * 60 * MINUTE_MS);
  for (let i = 0; i < 6; i += 1) await login();
  clock.setWall(realMs);
  assert.equal(outcomeOf(await login()), 'second_factor');
});

test('a gateway that refuses or redirects is no way to sign in', async (t) => {
  const { login, receiver, setTarget } = await urlWorld(t);
  await setTarget('alice@example.org');
  for (const status of [500, 404, 302]) {
    receiver.answer.status = status;
    assert.equal(outcomeOf(await login()), 'factor.not_sent');
  }
});

test('a user with both gets by with either, and is asked for the app first', async (t) => {
  const receiver = await startFormReceiver(t);
  const codes = codesBy({ by: 'url', url: receiver.url });
  const { auth, alice, login, verify, setUpApp, clock } = await signInWorld(t, {
    settings: () => withFactors({ codes }),
  });
  await setUpApp();
  await auth.factors.codeTargets.set({ principalId: alice.id, sendTo: 'alice@example.org' }, CONSOLE);
  const { loginToken, method, methods } = challengeOf(await login());
  assert.deepEqual([method, methods], ['totp', ['totp', 'url']]);
  assert.equal(receiver.forms.length, 0, 'nothing is sent unless it is asked for');
  await auth.signIn.sendCode({ loginToken, door: 'rport', method: 'url', ...PHONE });
  assert.equal(outcomeOf(await verify(loginToken, receiver.code(), { method: 'totp' })), 'factor.wrong');
  assert.equal(
    outcomeOf(await verify(loginToken, receiver.code(), { method: 'email' })),
    'factor.not_offered',
  );
  assert.equal(outcomeOf(await verify(loginToken, receiver.code())), 'signed_in');
  clock.advance(MINUTE_MS);
  assert.deepEqual(auth.factors.offered(), ['totp', 'url']);
});

test('where a user sets it up himself, it counts once a code came back', async (t) => {
  const receiver = await startFormReceiver(t);
  const { auth, alice, login, audited } = await signInWorld(t, {
    settings: () => withFactors({ codes: codesBy({ by: 'url', url: receiver.url }, { alphabet: 'digits' }) }),
  });
  const { codeTargets } = auth.factors;
  const confirm = (code: string) => codeTargets.confirm({ principalId: alice.id, code }, VISITOR);
  await assert.rejects(confirm('000000'), { code: 'factor.not_set_up' });
  await codeTargets.begin({ principalId: alice.id, sendTo: 'alice@example.org' }, VISITOR);
  assert.match(receiver.code(), /^\d{6}$/);
  assert.equal(outcomeOf(await login()), 'signed_in', 'not yet');
  await assert.rejects(confirm('x'), { code: 'factor.wrong' });
  await confirm(receiver.code());
  await assert.rejects(confirm(receiver.code()), { code: 'factor.not_set_up' });
  assert.equal(outcomeOf(await login()), 'second_factor');
  assert.deepEqual((await auth.factors.of(alice.id)).codes, { method: 'url', sentTo: 'alice@example.org' });
  await codeTargets.set({ principalId: alice.id, sendTo: '' }, CONSOLE);
  assert.equal(outcomeOf(await login()), 'signed_in');
  assert.ok(!JSON.stringify(await audited()).includes(receiver.code()));
});

test('a code for a set-up can be tried five times', async (t) => {
  const receiver = await startFormReceiver(t);
  const { auth, alice, clock } = await signInWorld(t, {
    settings: () => withFactors({ codes: codesBy({ by: 'url', url: receiver.url }) }),
  });
  const confirm = (code: string) =>
    auth.factors.codeTargets.confirm({ principalId: alice.id, code }, VISITOR);
  await auth.factors.codeTargets.begin({ principalId: alice.id, sendTo: 'a@example.org' }, VISITOR);
  for (let i = 0; i < 5; i += 1) {
    await assert.rejects(confirm('x'), { code: 'factor.wrong' });
    clock.advance(MINUTE_MS);
  }
  await assert.rejects(confirm(receiver.code()), { code: 'factor.not_set_up' });
});

test('where a code goes is sealed in the database', async (t) => {
  const { setTarget, withDatabase, login, receiver } = await urlWorld(t);
  await setTarget('alice@example.org');
  await login();
  const rows = withDatabase((database) =>
    ['otp_targets', 'sent_codes', 'logins'].map((table) => database.prepare(`SELECT * FROM ${table}`).all()),
  );
  const text = JSON.stringify(rows, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  assert.ok(text.includes('url'));
  assert.ok(!text.includes('alice@example') && !text.includes(receiver.code()));
});

for (const [method, receiver, good, bad] of [
  [{ by: 'url', url: 'http://127.0.0.1:9/' }, { type: 'none' }, ['a@example.org'], ['alice', '']],
  [{ by: 'pushover', apiToken: 'x' }, { type: 'none' }, ['u'.repeat(30)], ['u'.repeat(29), 'a@example.org']],
  [
    { by: 'script', path: '/bin/true' },
    { type: 'none' },
    ['+41 79 000 00 00', 'x'],
    ['a\nb', ' ', 'x'.repeat(255)],
  ],
  [{ by: 'script', path: '/bin/true' }, { type: 'email' }, ['a@example.org'], ['alice']],
  [
    { by: 'script', path: '/bin/true' },
    { type: 'regex', pattern: '[a-z0-9]{10}' },
    ['abcdef0123'],
    ['abcdef012', 'abcdef01234', 'ABCDEF0123'],
  ],
] as const) {
  test(`${method.by}, receivers of type ${receiver.type}: what may be sent to`, async (t) => {
    const { auth, alice } = await signInWorld(t, {
      settings: () => withFactors({ codes: codesBy(method, { receiver }) }),
    });
    const set = (sendTo: string) => auth.factors.codeTargets.set({ principalId: alice.id, sendTo }, CONSOLE);
    for (const sendTo of good) {
      await set(sendTo);
      assert.equal((await auth.factors.of(alice.id)).codes?.sentTo, sendTo);
    }
    for (const sendTo of bad.filter((one) => one !== '')) {
      await assert.rejects(set(sendTo), { code: 'factor.target_invalid' }, sendTo);
    }
  });
}

const DISPATCH = {
  sendTo: 'my.email@gmail.com',
  code: '05Nfqm',
  lifeMs: 600_000,
  userAgent: 'curl/7.88.1\0x',
  remote: '127.0.0.1',
};

test('a script finds the code in its environment, and nothing of the server’s', async (t) => {
  const dir = await temporaryDir(t);
  const path = join(dir, 'send code.sh');
  await writeFile(path, `#!/bin/sh\nenv > '${dir}/env'\necho "$RPORT_2FA_TOKEN"\nexit "\${STATUS:-0}"\n`);
  await chmod(path, 0o700);
  process.env['BIVOUAC_CANARY'] = 'canary';
  t.after(() => {
    delete process.env['BIVOUAC_CANARY'];
  });
  const courier = courierFor(codesBy({ by: 'script', path }), { clock: systemClock, mailer: undefined });
  await courier.send({ ...DISPATCH, sendTo: '$(touch /tmp/x) "; rm -rf' });
  const lines = (await readFile(join(dir, 'env'), 'utf8')).split('\n');
  const ours = lines.filter((line) => line.startsWith('RPORT_2FA')).toSorted();
  assert.deepEqual(ours, [
    'RPORT_2FA_REMOTE_ADDRESS=127.0.0.1',
    'RPORT_2FA_SENDTO=$(touch /tmp/x) "; rm -rf',
    'RPORT_2FA_TOKEN=05Nfqm',
    'RPORT_2FA_TOKEN_TTL=600',
    'RPORT_2FA_USER_AGENT=curl/7.88.1x',
  ]);
  assert.ok(!lines.some((line) => line.includes('canary')));
});

test('a script that fails, hangs or is not there did not send', async (t) => {
  const dir = await temporaryDir(t);
  const scriptOf = async (name: string, text: string) => {
    const path = join(dir, name);
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o700);
    return courierFor(codesBy({ by: 'script', path }, { sendTimeoutMs: 300 }), {
      clock: systemClock,
      mailer: undefined,
    });
  };
  const failing = await scriptOf('failing', 'echo "$RPORT_2FA_TOKEN" >&2; exit 3');
  await assert.rejects(failing.send(DISPATCH), /ended with 3$/);
  const hanging = await scriptOf('hanging', `trap '' TERM; exec sleep 60`);
  await assert.rejects(hanging.send(DISPATCH), /within 300 ms|aborted/);
  const missing = courierFor(codesBy({ by: 'script', path: join(dir, 'missing') }), {
    clock: systemClock,
    mailer: undefined,
  });
  await assert.rejects(missing.send(DISPATCH), /ENOENT/);
});

test('a gateway that does not answer is not waited for', async (t) => {
  const receiver = await startFormReceiver(t);
  receiver.answer.status = 0;
  const settings = codesBy({ by: 'url', url: receiver.url }, { sendTimeoutMs: 200 });
  const courier = courierFor(settings, { clock: systemClock, mailer: undefined });
  await assert.rejects(courier.send(DISPATCH), /within 200 ms|aborted/);
});

test('Pushover gets its application’s token, the person’s key and the words of RPort', async (t) => {
  const receiver = await startFormReceiver(t);
  const settings = codesBy({ by: 'pushover', apiToken: 'application' });
  const courier = courierFor(settings, { clock: systemClock, mailer: undefined, pushoverUrl: receiver.url });
  await courier.send({ ...DISPATCH, sendTo: 'u'.repeat(30) });
  assert.deepEqual(receiver.forms, [
    {
      token: 'application',
      user: 'u'.repeat(30),
      title: 'Rport 2FA',
      message: 'Verification code: 05Nfqm (valid 10m0s)',
    },
  ]);
});

test('the mail is the one that RPort documents', async (t) => {
  const login = { username: 'kit', password: 'post office' };
  const server = await startMailServer(t, { login });
  const smtp = { ...server, security: 'none' as const, from: 'kit@example.org', ...login };
  const settings = codesBy({ by: 'email' });
  const courier = courierFor(settings, { clock: systemClock, mailer: createSmtpMailer(async () => smtp) });
  await courier.send(DISPATCH);
  assert.deepEqual(server.mails, [
    { to: ['my.email@gmail.com'], subject: 'Rport 2FA', text: 'Verification code: 05Nfqm (valid 10m0s)' },
  ]);
  for (const sendTo of [
    'a@example.org, b@example.org',
    'a@example.org\r\nBcc: c@example.org',
    'x <a@example.org>',
  ]) {
    await courier.send({ ...DISPATCH, sendTo }).catch(() => {});
  }
  for (const { to } of server.mails) assert.equal(to.length, 1);
  assert.ok(!server.mails.some(({ to }) => to.some((one) => one.includes('c@'))));
  const wrong = createSmtpMailer(async () => ({ ...smtp, password: 'wrong' }));
  await assert.rejects(wrong.send({ to: 'a@example.org', subject: 'x', text: 'y' }));
});

test('a mail server without TLS gets nothing where TLS is asked for', async (t) => {
  const server = await startMailServer(t);
  for (const security of ['tls', 'starttls'] as const) {
    const mailer = createSmtpMailer(async () => ({
      ...server,
      security,
      username: '',
      password: '',
      from: 'kit@example.org',
    }));
    await assert.rejects(mailer.send({ to: 'a@example.org', subject: 'x', text: 'y' }));
  }
  assert.deepEqual(server.mails, []);
});

test('a warning reaches its user, and no flood of them does', async (t) => {
  const server = await startMailServer(t);
  const smtp = { ...server, security: 'none' as const, username: '', password: '', from: 'kit@example.org' };
  const mailer = createSmtpMailer(async () => smtp);
  const { auth, setUpApp, clock, store } = await signInWorld(t, { mailer: () => mailer });
  await setUpApp();
  const connect = async (uid: string) => {
    await auth.streamLogin.byPassword({
      username: 'alice',
      password: GOOD_PASSWORD,
      uid,
      remote: '10.1.1.1',
    });
    await store.principals.list();
  };
  const arrived = async (count: number) => {
    for (let i = 0; i < 400 && server.mails.length < count; i += 1)
      await new Promise((done) => setTimeout(done, 5));
    assert.equal(server.mails.length, count);
  };
  for (let i = 0; i < 20; i += 1) await connect(`ANDROID-${i}`);
  // One of them told of the app.
  await arrived(10);
  assert.deepEqual([...new Set(server.mails.map(({ subject }) => subject))], ['Bivouac: your account']);
  clock.advance(60 * MINUTE_MS);
  await connect('ANDROID-20');
  await arrived(11);
});
