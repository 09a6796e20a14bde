import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Door } from '../../src/auth/sign-in-ports.ts';
import { GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';
import { outcomeOf, PHONE, signInWorld, withFactors } from '../support/sign-in-world.ts';

const MINUTE_MS = 60_000;
const VISITOR = { door: 'web' as Door, ...PHONE };

test('nothing opens a fresh box but the code on its display', async (t) => {
  const { auth, clock } = await openAuth(t);
  for (const username of ['administrator', 'admin', 'alice']) {
    for (const password of ['', 'password', 'administrator', 'atakatak', GOOD_PASSWORD]) {
      const offer = { username, password, remote: '127.0.0.1' };
      assert.equal(outcomeOf(await auth.signIn.withPassword({ ...offer, door: 'web' })), 'auth.failed');
      assert.equal((await auth.httpLogin.byBasic(offer)).user, undefined);
      assert.equal((await auth.streamLogin.byPassword(offer)).identity, undefined);
      // Not because of those before.
      clock.advance(10 * MINUTE_MS);
    }
  }
  const { code = '' } = auth.claimCode.current() ?? {};
  assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
  const proof = await auth.claimCode.claim({ code, password: GOOD_PASSWORD, ...VISITOR });
  assert.deepEqual(
    [proof.user.name, proof.user.role, proof.methods],
    ['administrator', 'administrator', ['claim_code']],
  );
  await auth.sessions.openBrowser(proof, { isRemembered: false });
});

test('a code may be typed as people type; it is over with the claim, for ever', async (t) => {
  const world = await openAuth(t);
  const { auth, audited } = world;
  const { code = '' } = auth.claimCode.current() ?? {};
  const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
  await auth.claimCode.claim({ code: typed, username: 'boss', password: GOOD_PASSWORD, ...VISITOR });
  assert.equal(auth.claimCode.current(), undefined);
  const again = auth.claimCode.claim({ code, password: OTHER_PASSWORD, ...VISITOR });
  await assert.rejects(again, { code: 'setup.claimed' });
  const later = world.restart();
  await later.start();
  assert.equal(later.claimCode.current(), undefined);
  assert.ok(!JSON.stringify(await audited()).includes(code));
});

test('a password that is too weak does not use the code up', async (t) => {
  const { auth } = await openAuth(t);
  const { code = '' } = auth.claimCode.current() ?? {};
  await assert.rejects(auth.claimCode.claim({ code, password: 'short', ...VISITOR }), {
    code: 'password.weak',
  });
  await auth.claimCode.claim({ code, password: GOOD_PASSWORD, ...VISITOR });
});

test('the code is another one every ten minutes, and the display hears of it', async (t) => {
  const { auth, clock } = await openAuth(t);
  let changes = 0;
  const end = auth.claimCode.onChange(() => {
    changes += 1;
  });
  const first = auth.claimCode.current();
  assert.equal(first?.expiresMs, clock.now() + 10 * MINUTE_MS);
  clock.advance(10 * MINUTE_MS - 1);
  assert.equal(auth.claimCode.current()?.code, first?.code);
  clock.advance(1);
  const second = auth.claimCode.current();
  assert.notEqual(second?.code, first?.code);
  assert.equal(changes, 1);
  const old = auth.claimCode.claim({ code: first?.code ?? '', password: GOOD_PASSWORD, ...VISITOR });
  await assert.rejects(old, { code: 'setup.code_wrong' });
  end();
  clock.advance(20 * MINUTE_MS);
  assert.equal(changes, 1);
});

test('the fifth wrong code makes a new one, and an address that guesses is banned', async (t) => {
  const { auth } = await openAuth(t);
  const claim = (code: string, remote: string) =>
    auth.claimCode.claim({ code, password: GOOD_PASSWORD, ...VISITOR, remote });
  const { code = '' } = auth.claimCode.current() ?? {};
  for (let i = 0; i < 4; i += 1)
    await assert.rejects(claim('BBBBBBBB', '10.0.0.1'), { code: 'setup.code_wrong' });
  assert.equal(auth.claimCode.current()?.code, code);
  await assert.rejects(claim('BBBBBBBB', '10.0.0.1'), { code: 'auth.delayed' });
  await assert.rejects(claim('BBBBBBBB', '10.0.0.2'), { code: 'setup.code_wrong' });
  assert.notEqual(auth.claimCode.current()?.code, code);
  const next = auth.claimCode.current()?.code ?? '';
  await claim(next, '10.0.0.3');
});

test('a stranger who guesses keeps nobody else from the code', async (t) => {
  const { auth, clock } = await openAuth(t);
  const claim = (code: string, remote: string) =>
    auth.claimCode.claim({ code, password: GOOD_PASSWORD, ...VISITOR, remote });
  for (let i = 0; i < 16; i += 1) {
    await assert.rejects(claim('', '10.0.0.66'));
    clock.advance(30_000);
  }
  await assert.rejects(claim('', '10.0.0.66'), { code: 'auth.banned' });
  await claim(auth.claimCode.current()?.code ?? '', '10.0.0.1');
});

test('a claim on the console takes the code from the display', async (t) => {
  const { auth } = await openAuth(t);
  assert.notEqual(auth.claimCode.current(), undefined);
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  assert.equal(auth.claimCode.current(), undefined);
});

test('a server that stops shows nothing any more', async (t) => {
  const { auth, clock } = await openAuth(t);
  auth.stop();
  clock.advance(60 * MINUTE_MS);
  assert.equal(auth.claimCode.current(), undefined);
});

test('whoever stands at the box gives an administrator a new password, and every one hears of it', async (t) => {
  const { auth, alice, setUpApp, notices, audited, revoked } = await signInWorld(t);
  await assert.rejects(auth.adminRecovery.begin(CONSOLE), { code: 'request.invalid' });
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  await auth.users.change('alice', { role: 'administrator' }, CONSOLE);
  await setUpApp();
  const session = await auth.factors.of(alice.id);
  assert.equal(session.totp, 'active');

  const { code } = await auth.adminRecovery.begin(CONSOLE);
  assert.equal(auth.adminRecovery.current()?.code, code);
  const told = notices.filter((notice) => notice.code === 'admin_recovery').map(({ username }) => username);
  assert.deepEqual(told.toSorted(), ['administrator', 'alice']);
  const recover = (changes: object = {}) =>
    auth.adminRecovery.recover({ code, username: 'Alice', password: OTHER_PASSWORD, ...VISITOR, ...changes });
  await assert.rejects(recover({ username: 'nobody' }), { code: 'user.unknown' });
  await assert.rejects(recover({ password: 'short' }), { code: 'password.weak' });
  const proof = await recover();
  assert.deepEqual(proof.methods, ['admin_recovery']);
  await auth.sessions.openBrowser(proof, { isRemembered: false });
  assert.equal((await auth.factors.of(alice.id)).totp, 'none');
  assert.equal(revoked.at(-1)?.cause, 'password_changed');
  assert.equal(auth.adminRecovery.current(), undefined);
  await assert.rejects(recover(), { code: 'setup.code_wrong' });
  const actions = (await audited()).map(({ action, result }) => `${action} ${result}`);
  assert.ok(actions.includes('recovery.begin ok') && actions.includes('recovery.use ok'));
});

test('recovery is for administrators: nobody becomes one by it', async (t) => {
  const { auth } = await signInWorld(t);
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  const { code } = await auth.adminRecovery.begin(CONSOLE);
  const recover = auth.adminRecovery.recover({
    code,
    username: 'alice',
    password: OTHER_PASSWORD,
    ...VISITOR,
  });
  await assert.rejects(recover, { code: 'user.unknown' });
});

test('a recovery code lives for ten minutes and five tries, and one use', async (t) => {
  const { auth, clock } = await signInWorld(t);
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  const recover = (code: string, remote = '10.0.0.1') =>
    auth.adminRecovery.recover({
      code,
      username: 'administrator',
      password: OTHER_PASSWORD,
      ...VISITOR,
      remote,
    });
  const first = await auth.adminRecovery.begin(CONSOLE);
  clock.advance(10 * MINUTE_MS);
  await assert.rejects(recover(first.code), { code: 'setup.code_wrong' });
  assert.equal(auth.adminRecovery.current(), undefined);
  const second = await auth.adminRecovery.begin(CONSOLE);
  for (let i = 0; i < 5; i += 1)
    await assert.rejects(recover('BBBBBBBB', `10.0.1.${i}`), { code: 'setup.code_wrong' });
  await assert.rejects(recover(second.code), { code: 'setup.code_wrong' });
  const third = await auth.adminRecovery.begin(CONSOLE);
  const results = await Promise.allSettled([recover(third.code), recover(third.code)]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
});

test('a disabled administrator is enabled again by recovery', async (t) => {
  const { auth } = await signInWorld(t, { settings: () => withFactors({}) });
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  await auth.users.change('alice', { role: 'administrator' }, CONSOLE);
  await auth.users.change('administrator', { isEnabled: false }, CONSOLE);
  const { code } = await auth.adminRecovery.begin(CONSOLE);
  await auth.adminRecovery.recover({ code, username: 'administrator', password: OTHER_PASSWORD, ...VISITOR });
  assert.equal((await auth.users.byName('administrator'))?.state, 'enabled');
});
