import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCsrf } from '../../src/auth/csrf.ts';
import { createDeviceCookies } from '../../src/auth/device-cookie.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Proof } from '../../src/auth/sign-in-ports.ts';
import { createTokenKeys } from '../../src/auth/token-keys.ts';
import { certificateRow, openAuth } from '../support/auth-fixture.ts';

const SHA256 = 'ab'.repeat(32);

async function world(t: TestContext) {
  const base = await openAuth(t);
  const { auth, store, clock } = base;
  const user = await auth.users.add({ name: 'alice' }, CONSOLE);
  const proof = async (): Promise<Proof> => ({
    user,
    credEpoch: (await store.principals.byId(user.id))?.credEpoch ?? 0,
    methods: ['password'],
    atMs: clock.now(),
    door: 'web',
    remote: '10.42.0.17',
    userAgent: '',
    deviceCookie: '',
  });
  return { ...base, user, proof };
}

test('a ticket opens one WebSocket, within 30 seconds', async (t) => {
  const { auth, user, clock } = await world(t);
  const { ticket, expiresMs } = await auth.tickets.issue({ user });
  assert.equal(expiresMs, clock.now() + 30_000);
  clock.advance(29_999);
  assert.equal((await auth.tickets.redeem(ticket))?.user.name, 'alice');
  assert.equal(await auth.tickets.redeem(ticket), undefined, 'a second time');
  const late = await auth.tickets.issue({ user });
  clock.advance(30_000);
  assert.equal(await auth.tickets.redeem(late.ticket), undefined);
  assert.equal(await auth.tickets.redeem(''), undefined);
});

test('a ticket is no better than what it was got with', async (t) => {
  const { auth, store, user, proof } = await world(t);
  const { sessionId } = await auth.sessions.openBrowser(await proof(), { isRemembered: false });
  const row = certificateRow(user.id);
  await store.certs.add(row);
  const good = await auth.tickets.issue({ user, sessionId, certSerial: row.serial });
  assert.equal((await auth.tickets.redeem(good.ticket))?.sessionId, sessionId);

  const byCertificate = await auth.tickets.issue({ user, certSerial: row.serial });
  const bySession = await auth.tickets.issue({ user, sessionId });
  await auth.revocation.revoke({ serial: row.serial, reason: 'keyCompromise' }, CONSOLE);
  assert.equal(await auth.tickets.redeem(byCertificate.ticket), undefined);
  assert.equal((await auth.tickets.redeem(bySession.ticket))?.sessionId, sessionId);

  const again = await auth.tickets.issue({ user, sessionId });
  await auth.sessions.end({ principalId: user.id, sessionId }, CONSOLE);
  assert.equal(await auth.tickets.redeem(again.ticket), undefined);
});

test('a user has at most 50 open tickets, and those that are late do not count', async (t) => {
  const { auth, user, clock } = await world(t);
  for (let i = 0; i < 50; i += 1) await auth.tickets.issue({ user });
  await assert.rejects(auth.tickets.issue({ user }), { code: 'auth.busy' });
  clock.advance(30_000);
  await auth.tickets.issue({ user });
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  await assert.rejects(auth.tickets.issue({ user }), { code: 'auth.failed' });
});

test('a file token opens one file, by one method, for an hour', async (t) => {
  const { auth, user, clock } = await world(t);
  const order = { user, method: 'GET', path: '/d/maps/übung.zip', sha256: SHA256 } as const;
  const { token } = await auth.fileTokens.issue(order);
  const check = async (path: string, method = 'GET') => {
    const verdict = await auth.fileTokens.check({ token, method, path });
    return verdict.refused ?? verdict;
  };
  assert.deepEqual(await check('/d/maps/übung.zip'), { sha256: SHA256, principalId: user.id });
  assert.deepEqual(await check('/d/maps/übung.zip', 'HEAD'), { sha256: SHA256, principalId: user.id });
  for (const other of [
    '/d/maps/other.zip',
    '/d/maps/../maps/übung.zip',
    '/d/maps/übung.zip/',
    '/d//maps/übung.zip',
    '',
  ]) {
    assert.equal(await check(other), 'other_file');
  }
  assert.equal(await check('/d/maps/übung.zip', 'PUT'), 'other_file');
  clock.advance(60 * 60_000 - 1_000);
  assert.equal(typeof (await check('/d/maps/übung.zip')), 'object');
  clock.advance(1_000);
  assert.equal(await check('/d/maps/übung.zip'), 'expired');
});

test('a path that could be read in two ways gets no token', async (t) => {
  const { auth, user } = await world(t);
  for (const path of [
    '/d/../etc/passwd',
    '/d/./a',
    '//evil/a',
    '/d//a',
    'd/a',
    '/d/a%2e%2e',
    '/d/a\\b',
    '/d/..',
    '/d/a\0',
    '',
  ]) {
    const order = { user, method: 'GET', path, sha256: SHA256 } as const;
    await assert.rejects(auth.fileTokens.issue(order), { code: 'request.invalid' }, path);
  }
  const bad = { user, method: 'GET', path: '/d/a', sha256: 'x' } as const;
  await assert.rejects(auth.fileTokens.issue(bad), { code: 'request.invalid' });
});

test('a file token for one use is used once, over a restart too', async (t) => {
  const w = await world(t);
  const order = { user: w.user, method: 'GET', path: '/d/a', sha256: SHA256, isSingleUse: true } as const;
  const { token } = await w.auth.fileTokens.issue(order);
  const check = async (method = 'GET', auth = w.auth) =>
    (await auth.fileTokens.check({ token, method, path: '/d/a' })).refused ?? 'good';
  assert.equal(await check('HEAD'), 'good');
  const both = await Promise.all([check(), check()]);
  assert.deepEqual(both.toSorted(), ['good', 'used']);
  assert.equal(await check('GET', w.restart()), 'used');
});

test('a file token ends with its owner’s rights', async (t) => {
  const { auth, user } = await world(t);
  const { token } = await auth.fileTokens.issue({ user, method: 'GET', path: '/d/a', sha256: SHA256 });
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  assert.deepEqual(await auth.fileTokens.check({ token, method: 'GET', path: '/d/a' }), {
    refused: 'revoked',
  });
  const order = { user, method: 'GET', path: '/d/a', sha256: SHA256 } as const;
  await assert.rejects(auth.fileTokens.issue(order), { code: 'auth.failed' });
});

test('a code token waits for its own pairing, until that is over', async (t) => {
  const { auth, clock } = await world(t);
  const token = await auth.codeTokens.issue({ id: 'one', expiresMs: clock.now() + 300_000 });
  clock.advance(299_000);
  assert.deepEqual(await auth.codeTokens.check(token), { pairingId: 'one' });
  clock.advance(1_000);
  assert.deepEqual(await auth.codeTokens.check(token), { refused: 'expired' });
  assert.deepEqual(await auth.codeTokens.check('bad'), { refused: 'malformed' });
});

const keysOf = (byte: number) =>
  createTokenKeys(() => ({
    seal: () => assert.fail(),
    unseal: () => assert.fail(),
    derive: (purpose) => Buffer.from(`${byte}${purpose}`.padEnd(32)),
  }));

test('a CSRF token is good for the session that it was made for, and no other', () => {
  const csrf = createCsrf(keysOf(1));
  const token = csrf.issue('session-1');
  assert.ok(csrf.isGood(token, 'session-1'));
  assert.notEqual(csrf.issue('session-1'), token);
  for (const [bad, binding] of [
    [token, 'session-2'],
    [token, ''],
    ['', 'session-1'],
    ['.', 'session-1'],
    [`${token}x`, 'session-1'],
    [`${'a'.repeat(16)}.${token.split('.')[1]}`, 'session-1'],
    [createCsrf(keysOf(2)).issue('session-1'), 'session-1'],
  ] as const) {
    assert.ok(!csrf.isGood(bad, binding), bad);
  }
});

test('a device cookie names the device, for its user only', () => {
  const cookies = createDeviceCookies(keysOf(1));
  const cookie = cookies.issue('alice');
  const device = cookies.deviceOf(cookie, 'alice');
  assert.equal(typeof device, 'string');
  assert.equal(cookies.deviceOf(cookies.issue('alice', cookie), 'alice'), device, 'the same device again');
  for (const bad of [
    undefined,
    '',
    'x',
    `${cookie}x`,
    cookies.issue('bob'),
    createDeviceCookies(keysOf(2)).issue('alice'),
  ]) {
    assert.equal(cookies.deviceOf(bad, 'alice'), undefined);
  }
  assert.notEqual(cookies.deviceOf(cookies.issue('alice', 'forged'), 'alice'), device);
});
