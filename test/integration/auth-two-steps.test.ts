import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Door } from '../../src/auth/sign-in-ports.ts';
import { GOOD_PASSWORD, OTHER_PASSWORD } from '../support/auth-fixture.ts';
import {
  challengeOf,
  outcomeOf,
  PHONE,
  proofOf,
  signInWorld,
  withFactors,
} from '../support/sign-in-world.ts';

const MINUTE_MS = 60_000;
const VISITOR = { door: 'web' as Door, ...PHONE };

test('without a second factor the password is enough, and the proof opens sessions', async (t) => {
  const { auth, login, alice, audited } = await signInWorld(t);
  const proof = proofOf(await login());
  assert.deepEqual(proof.methods, ['password']);
  assert.equal(proof.user.id, alice.id);
  const { token } = await auth.sessions.openRport(proof);
  const { session } = await auth.sessions.check({ token, kinds: ['rport'] });
  assert.equal(session?.user.name, 'alice');
  const last = (await audited()).at(-1);
  assert.deepEqual([last?.action, last?.result, last?.detail], ['rport.login', 'ok', { method: 'password' }]);
});

test('a wrong password, an unknown name, a disabled user: one answer, one amount of work', async (t) => {
  const { auth, login, hashes } = await signInWorld(t);
  await auth.users.add({ name: 'dave', password: GOOD_PASSWORD }, CONSOLE);
  await auth.users.change('dave', { isEnabled: false }, CONSOLE);
  for (const offer of [
    { password: OTHER_PASSWORD },
    { username: 'nobody' },
    { username: 'dave' },
    { username: 'administrator' },
    { username: '' },
    { username: 'alice@example.org' },
  ]) {
    const before = hashes();
    assert.equal(
      outcomeOf(await login({ remote: '10.9.9.9', ...offer })),
      'auth.failed',
      JSON.stringify(offer),
    );
    assert.equal(hashes(), before + 1);
  }
});

test('an app is set up by its first good code, and asked for from then on', async (t) => {
  const { auth, alice, login, verify, codeOf, clock } = await signInWorld(t);
  const { totp } = auth.factors;
  const first = await totp.setUp({ principalId: alice.id }, VISITOR);
  assert.match(first.secret, /^[A-Z2-7]{32}$/);
  assert.match(first.uri, /^otpauth:\/\/totp\/Bivouac:alice\?secret=[A-Z2-7]{32}&issuer=Bivouac$/);
  assert.equal(outcomeOf(await login()), 'signed_in', 'pending counts for nothing');
  const second = await totp.setUp({ principalId: alice.id }, VISITOR);
  assert.notEqual(second.secret, first.secret, 'and can be started again');
  await assert.rejects(totp.activate({ principalId: alice.id }, codeOf(first.secret), VISITOR), {
    code: 'factor.wrong',
  });
  await totp.activate({ principalId: alice.id }, codeOf(second.secret), VISITOR);
  assert.equal((await auth.factors.of(alice.id)).totp, 'active');
  await assert.rejects(totp.setUp({ principalId: alice.id }, VISITOR), { code: 'factor.exists' });
  await assert.rejects(totp.activate({ principalId: alice.id }, '000000', VISITOR), {
    code: 'factor.exists',
  });

  const { loginToken, state, method, methods, sentTo } = challengeOf(await login());
  assert.deepEqual([state, method, methods, sentTo], ['ready', 'totp', ['totp'], '']);
  clock.advance(30_000);
  const proof = proofOf(await verify(loginToken, codeOf(second.secret)));
  assert.deepEqual(proof.methods, ['password', 'totp']);
});

test('the codes of the step before and after are good, two steps away are not', async (t) => {
  const { login, verify, codeOf, setUpApp, clock } = await signInWorld(t);
  const secret = await setUpApp();
  clock.advance(10 * MINUTE_MS);
  for (const [steps, expected] of [
    [-2, 'factor.wrong'],
    [2, 'factor.wrong'],
    [-1, 'signed_in'],
    [0, 'signed_in'],
    [1, 'signed_in'],
  ] as const) {
    const { loginToken } = challengeOf(await login());
    assert.equal(outcomeOf(await verify(loginToken, codeOf(secret, steps))), expected, `${steps} steps`);
  }
});

test('a code is good once, whichever sign-in it comes with', async (t) => {
  const { login, verify, codeOf, setUpApp, clock } = await signInWorld(t);
  const secret = await setUpApp();
  const code = codeOf(secret);
  const [one, two] = [challengeOf(await login()), challengeOf(await login())];
  assert.equal(outcomeOf(await verify(one.loginToken, code)), 'signed_in');
  assert.equal(outcomeOf(await verify(two.loginToken, code)), 'factor.wrong');
  assert.equal(
    outcomeOf(await verify(two.loginToken, codeOf(secret, -1))),
    'factor.wrong',
    'nor an older one',
  );
  clock.advance(30_000);
  assert.equal(outcomeOf(await verify(two.loginToken, codeOf(secret))), 'signed_in');
});

test('two requests with one code at one moment are one sign-in', async (t) => {
  const { login, verify, codeOf, setUpApp } = await signInWorld(t);
  const secret = await setUpApp();
  const { loginToken } = challengeOf(await login());
  const results = await Promise.all([1, 2, 3].map(() => verify(loginToken, codeOf(secret))));
  assert.equal(results.filter(({ state }) => state === 'signed_in').length, 1);
});

test('a login token is spent by its sign-in', async (t) => {
  const { login, verify, codeOf, setUpApp, clock } = await signInWorld(t);
  const secret = await setUpApp();
  const { loginToken } = challengeOf(await login());
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret))), 'signed_in');
  clock.advance(30_000);
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret))), 'factor.login_unknown');
});

test('the sixth try is not looked at, even if it is right', async (t) => {
  const { login, verify, codeOf, setUpApp, clock } = await signInWorld(t);
  const secret = await setUpApp();
  const { loginToken } = challengeOf(await login());
  for (let i = 0; i < 5; i += 1) {
    assert.equal(outcomeOf(await verify(loginToken, '000000')), 'factor.wrong');
    clock.advance(60_000);
  }
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret))), 'factor.login_unknown');
});

test('thirty guesses at one moment are five', async (t) => {
  const { login, verify, setUpApp } = await signInWorld(t);
  await setUpApp();
  const { loginToken } = challengeOf(await login());
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, i) => verify(loginToken, `00000${i % 10}`)),
  );
  const looked = results.filter((result) => outcomeOf(result) === 'factor.wrong').length;
  assert.ok(looked <= 5, `${looked} guesses were looked at`);
});

test('wrong codes make the next try wait, for every sign-in of that user', async (t) => {
  const { login, verify, codeOf, setUpApp, clock } = await signInWorld(t);
  const secret = await setUpApp();
  // From a place where she never signed in.
  const stranger = { remote: '10.6.6.6', userAgent: 'thief' };
  const { loginToken } = challengeOf(await login(stranger));
  for (let i = 0; i < 4; i += 1) await verify(loginToken, '000000', stranger);
  const waiting = await verify(loginToken, codeOf(secret), stranger);
  assert.ok(waiting.state === 'refused' && waiting.code === 'auth.delayed' && waiting.retryAfterMs === 2_000);
  assert.equal(outcomeOf(await login(stranger)), 'auth.delayed');
  clock.advance(2_000);
  assert.equal(outcomeOf(await login(stranger)), 'second_factor', 'a good password does not clear the count');
  await verify(loginToken, '000000', stranger);
  assert.equal(outcomeOf(await login(stranger)), 'auth.delayed');
});

test('a hundred wrong codes in a row are enough for good: an app is no use any more', async (t) => {
  const { login, verify, codeOf, setUpApp, clock, withDatabase, auth, alice } = await signInWorld(t);
  const secret = await setUpApp();
  const codes = await auth.factors.recoveryCodes.renew(alice.id, CONSOLE);
  withDatabase((database) => database.prepare('UPDATE totp SET failures = 99').run());
  const { loginToken } = challengeOf(await login());
  assert.equal(outcomeOf(await verify(loginToken, '000000')), 'factor.wrong');
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret))), 'factor.wrong');
  clock.advance(MINUTE_MS);
  assert.equal(outcomeOf(await verify(loginToken, codes[0] ?? '')), 'signed_in');
});

test('a login token is bound to its user', async (t) => {
  const { auth, login, verify, codeOf, setUpApp } = await signInWorld(t);
  await setUpApp();
  const bob = await auth.users.add({ name: 'bob', password: OTHER_PASSWORD }, CONSOLE);
  const secret = await setUpApp(bob.id);
  const { loginToken } = challengeOf(await login());
  const result = await verify(loginToken, codeOf(secret), { username: 'bob' });
  assert.equal(outcomeOf(result), 'factor.login_unknown');
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret))), 'factor.wrong', 'bob’s code for alice');
});

test('a login token is bound to its door, and good for nothing else', async (t) => {
  const { auth, login, verify, codeOf, setUpApp } = await signInWorld(t);
  const secret = await setUpApp();
  const { loginToken } = challengeOf(await login());
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret), { door: 'web' })), 'factor.login_unknown');
  const kinds = ['cookie', 'refresh', 'ots', 'rport', 'taxii', 'takeout', 'media'] as const;
  assert.equal((await auth.sessions.check({ token: loginToken, kinds })).refused, 'unknown');
  const { token } = await auth.sessions.openRport(proofOf(await verify(loginToken, codeOf(secret))));
  assert.equal(
    outcomeOf(await verify(token, codeOf(secret))),
    'factor.login_unknown',
    'a full token is no login token',
  );
});

for (const [lifeMs, name] of [
  [10 * MINUTE_MS, 'the default'],
  [8_000, 'as set'],
] as const) {
  test(`a sign-in waits for its code until totp_login_session_ttl is over: ${name}`, async (t) => {
    const { login, verify, codeOf, setUpApp, clock } = await signInWorld(t, {
      settings: () => withFactors({ loginLifeMs: lifeMs }),
    });
    const secret = await setUpApp();
    const [one, two] = [challengeOf(await login()), challengeOf(await login())];
    clock.advance(lifeMs - 1);
    assert.equal(outcomeOf(await verify(one.loginToken, codeOf(secret))), 'signed_in');
    clock.advance(1);
    assert.equal(outcomeOf(await verify(two.loginToken, codeOf(secret, 1))), 'factor.login_unknown');
  });
}

test('a change of the user ends the sign-ins that wait', async (t) => {
  const { auth, login, verify, codeOf, setUpApp } = await signInWorld(t);
  const secret = await setUpApp();
  const { loginToken } = challengeOf(await login());
  await auth.users.change('alice', { password: OTHER_PASSWORD }, CONSOLE);
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret))), 'factor.login_unknown');
});

test('garbage is no login token', async (t) => {
  const { verify, auth } = await signInWorld(t);
  for (const bad of ['', 'x', '"', 'a.b.c', 'x'.repeat(10_000)]) {
    assert.equal(outcomeOf(await verify(bad, '000000')), 'factor.login_unknown');
    assert.equal(await auth.signIn.pending(bad), undefined);
  }
});

test('a second factor is asked for on every way in by password, but the stream’s', async (t) => {
  const { auth, login, setUpApp, clock } = await signInWorld(t);
  await setUpApp();
  for (const door of ['taxii', 'fts'] as const) assert.equal(outcomeOf(await login({ door })), 'auth.failed');
  assert.equal(outcomeOf(await login({ door: 'takeout' })), 'factor.wrong');
  assert.equal(outcomeOf(await login({ door: 'ots', cannotAsk: true })), 'auth.failed');
  // The refusals count: who has a password and no code is a thief, as far as the kit can see.
  clock.advance(10 * MINUTE_MS);
  for (const door of ['web', 'ots', 'rport'] as const)
    assert.equal(outcomeOf(await login({ door })), 'second_factor');
  const offer = { username: 'alice', password: GOOD_PASSWORD, remote: '10.1.1.1' };
  const basic = await auth.httpLogin.byBasic(offer);
  assert.ok(
    basic.user === undefined && basic.refused === 'auth.failed' && basic.cause === 'second_factor_needed',
  );
  const enrolling = await auth.httpLogin.byBasic({
    ...offer,
    remote: '10.1.1.2',
    enrolment: { step: 'config' },
  });
  assert.ok(enrolling.user === undefined && enrolling.cause === 'second_factor_needed');
  const stream = await auth.streamLogin.byPassword({ ...offer, remote: '10.1.1.3' });
  assert.equal(stream.identity?.username, 'alice');
});

test('a new device on the stream of somebody with a second factor raises a notice, once', async (t) => {
  const { auth, setUpApp, notices, audited, store } = await signInWorld(t);
  const connect = async (uid: string) => {
    await auth.streamLogin.byPassword({
      username: 'alice',
      password: GOOD_PASSWORD,
      uid,
      remote: '10.1.1.1',
    });
    await store.principals.list();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await connect('ANDROID-0');
  assert.equal(notices.length, 0, 'without a second factor it is nothing new');
  await setUpApp();
  for (const uid of ['ANDROID-1', 'ANDROID-1', 'ANDROID-2', 'ANDROID-1']) await connect(uid);
  const texts = notices.filter(({ code }) => code === 'new_device').map(({ text }) => text);
  assert.equal(texts.length, 2);
  assert.ok(texts[0]?.includes('ANDROID-1') && texts[1]?.includes('ANDROID-2'));
  assert.equal((await audited()).filter(({ action }) => action === 'stream.new_device').length, 2);
});

test('the passcode may come with the password, as TakeoutFM has it', async (t) => {
  const { login, codeOf, setUpApp, clock } = await signInWorld(t);
  const secret = await setUpApp();
  const signIn = (code: string) => login({ door: 'takeout', code });
  assert.equal(outcomeOf(await signIn('000000')), 'factor.wrong');
  const code = codeOf(secret);
  assert.equal(outcomeOf(await signIn(code)), 'signed_in');
  assert.equal(outcomeOf(await signIn(code)), 'factor.wrong', 'a second time');
  clock.advance(30_000);
  const wrongPassword = await login({ door: 'takeout', code: codeOf(secret), password: OTHER_PASSWORD });
  assert.equal(outcomeOf(wrongPassword), 'auth.failed');
  assert.equal(outcomeOf(await signIn(codeOf(secret))), 'signed_in', 'a wrong password uses no code up');
});

test('where everybody needs one, it is set up on the way in', async (t) => {
  const { auth, alice, login, verify, codeOf, revoked } = await signInWorld(t, {
    settings: () => withFactors({ requiredOf: 'everybody' }),
  });
  const { loginToken, state, method } = challengeOf(await login());
  assert.deepEqual([state, method], ['set_up', 'totp']);
  assert.equal(outcomeOf(await verify(loginToken, '123334')), 'factor.not_set_up');
  const first = await auth.factors.totp.setUp({ loginToken }, VISITOR);
  const { secret } = await auth.factors.totp.setUp({ loginToken }, VISITOR);
  assert.equal(outcomeOf(await verify(loginToken, codeOf(first.secret))), 'factor.wrong', 'replaced');
  assert.equal((await auth.factors.of(alice.id)).totp, 'pending');
  const proof = proofOf(await verify(loginToken, codeOf(secret)));
  assert.deepEqual(proof.methods, ['password', 'totp']);
  assert.equal((await auth.factors.of(alice.id)).totp, 'active');
  await auth.sessions.openRport(proof);
  assert.deepEqual(
    revoked.map(({ cause, scope }) => [cause, scope]),
    [['factor_changed', 'password']],
  );

  const next = challengeOf(await login());
  assert.equal(next.state, 'ready');
  await assert.rejects(auth.factors.totp.setUp({ loginToken: next.loginToken }, VISITOR), {
    code: 'factor.exists',
  });
});

test('where administrators need one, others do not', async (t) => {
  const { auth, login } = await signInWorld(t, {
    settings: () => withFactors({ requiredOf: 'administrators' }),
  });
  await auth.claim.claim({ password: OTHER_PASSWORD }, CONSOLE);
  assert.equal(outcomeOf(await login()), 'signed_in');
  const admin = await login({ username: 'administrator', password: OTHER_PASSWORD });
  assert.equal(challengeOf(admin).state, 'set_up');
  const basic = { username: 'administrator', password: OTHER_PASSWORD, remote: '10.1.1.1' };
  assert.equal((await auth.httpLogin.byBasic(basic)).user, undefined);
});

test('while the kit does not know the time, codes of an app are refused with a clear word', async (t) => {
  let isClockTrusted = true;
  const { auth, alice, login, verify, codeOf, setUpApp } = await signInWorld(t, {
    isClockTrusted: () => isClockTrusted,
  });
  const secret = await setUpApp();
  const [code = ''] = await auth.factors.recoveryCodes.renew(alice.id, CONSOLE);
  isClockTrusted = false;
  const { loginToken } = challengeOf(await login());
  assert.equal(outcomeOf(await verify(loginToken, codeOf(secret))), 'factor.clock');
  assert.equal(outcomeOf(await verify(loginToken, code)), 'signed_in');
  const bob = await auth.users.add({ name: 'bob' }, CONSOLE);
  await assert.rejects(auth.factors.totp.setUp({ principalId: bob.id }, VISITOR), { code: 'factor.clock' });
});

test('ten recovery codes: each is good once, in any writing; new ones void the old', async (t) => {
  const { auth, alice, login, verify, setUpApp, notices, withDatabase } = await signInWorld(t);
  await assert.rejects(auth.factors.recoveryCodes.renew(alice.id, CONSOLE), { code: 'factor.not_set_up' });
  await setUpApp();
  const old = await auth.factors.recoveryCodes.renew(alice.id, CONSOLE);
  const codes = await auth.factors.recoveryCodes.renew(alice.id, CONSOLE);
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^([BCDFGHJKLMNPQRSTVWXZ]{4}-){2}[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  const rows = withDatabase((database) =>
    JSON.stringify(database.prepare('SELECT * FROM recovery_codes').all()),
  );
  assert.ok(!rows.includes((codes[0] ?? '').replaceAll('-', '')));

  const signIn = async (code: string) => {
    const { loginToken, methods } = challengeOf(await login());
    assert.deepEqual(methods, ['totp', 'recovery_code']);
    return outcomeOf(await verify(loginToken, code));
  };
  assert.equal(await signIn(old[0] ?? ''), 'factor.wrong');
  assert.equal(await signIn(` ${(codes[0] ?? '').toLowerCase().replaceAll('-', ' ')} `), 'signed_in');
  assert.equal(await signIn(codes[0] ?? ''), 'factor.wrong');
  assert.equal((await auth.factors.of(alice.id)).recoveryCodes, 9);
  assert.equal(notices.filter(({ code }) => code === 'recovery_code_used').length, 1);
});

test('an administrator takes a second factor away from somebody who lost it', async (t) => {
  const { auth, alice, login, setUpApp, notices, revoked, audited } = await signInWorld(t);
  await setUpApp();
  await auth.factors.recoveryCodes.renew(alice.id, CONSOLE);
  await auth.factors.reset(alice.id, CONSOLE);
  assert.deepEqual(await auth.factors.of(alice.id), { totp: 'none', codes: undefined, recoveryCodes: 0 });
  assert.equal(outcomeOf(await login()), 'signed_in');
  assert.equal(notices.at(-1)?.code, 'factor_removed');
  assert.equal(revoked.at(-1)?.cause, 'factor_changed');
  const entry = (await audited()).find(({ action }) => action === 'factor.reset');
  assert.equal(entry?.target, 'alice');
});

test('removing the app removes the recovery codes that stood in for it', async (t) => {
  const { auth, alice, login, setUpApp } = await signInWorld(t);
  await setUpApp();
  await auth.factors.recoveryCodes.renew(alice.id, CONSOLE);
  await auth.factors.totp.remove({ principalId: alice.id }, CONSOLE);
  assert.equal((await auth.factors.of(alice.id)).recoveryCodes, 0);
  await assert.rejects(auth.factors.totp.remove({ principalId: alice.id }, CONSOLE), {
    code: 'factor.not_set_up',
  });
  assert.equal(outcomeOf(await login()), 'signed_in');
});

test('the secret is shown again only after a fresh sign-in, and only where that is allowed', async (t) => {
  const { auth, alice, setUpApp, clock, audited } = await signInWorld(t);
  const secret = await setUpApp();
  const reveal = (agoMs: number, on = auth) =>
    on.factors.totp.reveal({ principalId: alice.id, authenticatedMs: clock.now() - agoMs }, CONSOLE);
  assert.equal((await reveal(5 * MINUTE_MS)).secret, secret);
  await assert.rejects(reveal(5 * MINUTE_MS + 1), { code: 'auth.step_up' });
  await assert.rejects(reveal(-1), { code: 'auth.step_up' });
  assert.equal((await audited()).filter(({ action }) => action === 'factor.reveal').length, 1);
  const strict = await signInWorld(t, {
    settings: () => withFactors({ totp: { issuer: 'Kit', mayReveal: false } }),
  });
  await strict.setUpApp();
  const forbidden = strict.auth.factors.totp.reveal(
    { principalId: strict.alice.id, authenticatedMs: strict.clock.now() },
    CONSOLE,
  );
  await assert.rejects(forbidden, { code: 'auth.forbidden' });
});

test('setting up an app ends everything that was open, but for the session that did it', async (t) => {
  const { auth, alice, login, codeOf } = await signInWorld(t);
  const mine = await auth.sessions.openBrowser(proofOf(await login({ door: 'web' })), {
    isRemembered: false,
  });
  const other = await auth.sessions.openRport(proofOf(await login()));
  const { secret } = await auth.factors.totp.setUp({ principalId: alice.id }, VISITOR);
  await auth.factors.totp.activate(
    { principalId: alice.id, sessionId: mine.sessionId },
    codeOf(secret),
    VISITOR,
  );
  assert.equal(
    (await auth.sessions.check({ token: mine.token, kinds: ['cookie'] })).session?.user.name,
    'alice',
  );
  assert.equal((await auth.sessions.check({ token: other.token, kinds: ['rport'] })).refused, 'revoked');
});

test('secrets of apps are sealed in the database, each for its owner', async (t) => {
  const { auth, alice, login, verify, codeOf, setUpApp, withDatabase } = await signInWorld(t);
  const secret = await setUpApp();
  const bob = await auth.users.add({ name: 'bob', password: OTHER_PASSWORD }, CONSOLE);
  const bobs = await setUpApp(bob.id);
  const stored = withDatabase((database) =>
    database
      .prepare('SELECT secret FROM totp')
      .all()
      .map(({ secret: blob }) => Buffer.from(blob as Uint8Array).toString('latin1')),
  );
  for (const one of [secret, bobs]) assert.ok(stored.every((blob) => !blob.includes(one)));
  // A thief with the database puts his own secret in alice's place: it does not open there.
  withDatabase((database) =>
    database
      .prepare(
        'UPDATE totp SET secret = (SELECT secret FROM totp WHERE principal_id = ?) WHERE principal_id = ?',
      )
      .run(bob.id, alice.id),
  );
  const { loginToken } = challengeOf(await login());
  await assert.rejects(verify(loginToken, codeOf(bobs)));
});

test('an expired password is good for setting a new one, after the second factor too', async (t) => {
  const { auth, login, verify, codeOf, setUpApp, notices } = await signInWorld(t);
  await auth.users.expirePassword('alice', CONSOLE);
  assert.equal(outcomeOf(await login()), 'auth.password_expired');
  assert.equal(
    outcomeOf(await login({ password: OTHER_PASSWORD, newPassword: 'another lantern over ice' })),
    'auth.failed',
  );
  await assert.rejects(login({ newPassword: 'short' }), { code: 'password.weak' });
  await assert.rejects(login({ newPassword: GOOD_PASSWORD }), { code: 'password.weak' });
  assert.equal(outcomeOf(await login({ newPassword: OTHER_PASSWORD })), 'signed_in');
  assert.equal(outcomeOf(await login({ password: OTHER_PASSWORD })), 'signed_in');
  assert.equal(notices.at(-1)?.code, 'password_changed');

  const secret = await setUpApp();
  await auth.users.expirePassword('alice', CONSOLE);
  const { loginToken } = challengeOf(await login({ password: OTHER_PASSWORD, newPassword: GOOD_PASSWORD }));
  assert.equal(outcomeOf(await login()), 'auth.failed', 'not before the second step');
  const proof = proofOf(await verify(loginToken, codeOf(secret)));
  await auth.sessions.openRport(proof);
  assert.equal(outcomeOf(await login()), 'second_factor');
});

test('a fresh sign-in confirms a session, with the app where there is one', async (t) => {
  const { auth, login, codeOf, setUpApp, clock } = await signInWorld(t);
  const secret = await setUpApp();
  const proof = proofOf(await login({ door: 'takeout', code: codeOf(secret) }));
  const { token } = await auth.sessions.openBrowser(proof, { isRemembered: false });
  clock.advance(30 * MINUTE_MS);
  const session = async () => {
    const found = (await auth.sessions.check({ token, kinds: ['cookie'] })).session;
    assert.ok(found !== undefined);
    return found;
  };
  const confirm = async (password: string, code?: string) =>
    (await auth.signIn.confirm({ session: await session(), password, code, ...VISITOR }))?.code;
  assert.equal(await confirm(OTHER_PASSWORD, codeOf(secret)), 'auth.failed');
  assert.equal(await confirm(GOOD_PASSWORD), 'factor.wrong');
  assert.equal(await confirm(GOOD_PASSWORD, '000000'), 'factor.wrong');
  assert.notEqual((await session()).authenticatedMs, clock.now());
  assert.equal(await confirm(GOOD_PASSWORD, codeOf(secret)), undefined);
  assert.equal((await session()).authenticatedMs, clock.now());
});

test('a known browser does not wait for what strangers do', async (t) => {
  const { login, clock } = await signInWorld(t);
  const { deviceCookie } = proofOf(await login());
  clock.advance(25 * 60 * MINUTE_MS);
  for (let i = 0; i < 6; i += 1) await login({ password: OTHER_PASSWORD, remote: `10.6.6.${i}` });
  assert.equal(outcomeOf(await login({ remote: '10.7.7.7' })), 'auth.delayed');
  assert.equal(outcomeOf(await login({ remote: '10.7.7.7', deviceCookie })), 'signed_in');
  for (let i = 0; i < 4; i += 1) await login({ password: OTHER_PASSWORD, remote: '10.7.7.7', deviceCookie });
  assert.equal(
    outcomeOf(await login({ remote: '10.7.7.7', deviceCookie })),
    'auth.delayed',
    'its own failures count',
  );
});

test('an e-mail address does for a name where e-mail is on, with one counter for both', async (t) => {
  const email = {
    allowsRegistration: false,
    allowsUnconfirmed: false,
    domainWhitelist: [],
    domainBlacklist: [],
    tldWhitelist: [],
    tldBlacklist: [],
    confirmUrl: 'https://kit.example/confirm#',
    resetUrl: 'https://kit.example/reset#',
  };
  const { login } = await signInWorld(t, { settings: () => ({ ...withFactors({}), email }) });
  assert.equal(outcomeOf(await login({ username: 'Alice@Example.org' })), 'signed_in');
  const stranger = { remote: '10.6.6.6', password: OTHER_PASSWORD };
  for (let i = 0; i < 4; i += 1)
    await login({ ...stranger, username: i % 2 === 0 ? 'alice' : 'alice@example.org' });
  assert.equal(outcomeOf(await login({ ...stranger, username: 'alice@example.org' })), 'auth.delayed');
  assert.equal(outcomeOf(await login({ ...stranger, username: 'alice' })), 'auth.delayed');
});
