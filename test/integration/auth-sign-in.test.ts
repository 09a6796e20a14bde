import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashArgon2 } from '../../src/auth/argon2.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { LogFields } from '../../src/core/log.ts';
import { type AuthWorld, causeOf, GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';

const REMOTE = '10.42.0.17:51234';

function signerIn({ auth }: AuthWorld) {
  return (password: string, username = 'alice', remote = REMOTE) =>
    auth.streamLogin.byPassword({ username, password, remote });
}

test('a good password gives an identity with the user’s channels', async (t) => {
  const world = await openAuth(t);
  const { id } = await world.auth.users.add(
    { name: 'Alice', password: GOOD_PASSWORD, groups: ['blue', 'red'] },
    CONSOLE,
  );
  assert.deepEqual(await signerIn(world)(GOOD_PASSWORD, 'aLICE'), {
    identity: {
      principalId: id,
      username: 'Alice',
      certSerial: undefined,
      groupsIn: ['blue', 'red'],
      groupsOut: ['blue', 'red'],
    },
  });
});

test('who is in no channel is in __ANON__, and viewers only look on', async (t) => {
  const world = await openAuth(t);
  const signIn = signerIn(world);
  await world.auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  await world.auth.users.add(
    { name: 'tv', password: GOOD_PASSWORD, role: 'viewer', groups: ['blue'] },
    CONSOLE,
  );
  const alice = await signIn(GOOD_PASSWORD);
  assert.deepEqual([alice.identity?.groupsIn, alice.identity?.groupsOut], [['__ANON__'], ['__ANON__']]);
  const tv = await signIn(GOOD_PASSWORD, 'tv');
  assert.deepEqual([tv.identity?.groupsIn, tv.identity?.groupsOut], [[], ['blue']]);
});

test('an unknown user and a wrong password get the same answer for the same work', async (t) => {
  const world = await openAuth(t);
  const { auth, hashes } = world;
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  await auth.users.add({ name: 'carol' }, CONSOLE);
  await auth.users.add({ name: 'dave', password: GOOD_PASSWORD }, CONSOLE);
  await auth.users.change('dave', { isEnabled: false }, CONSOLE);
  const refusals = [];
  for (const [username, password, cause] of [
    ['alice', OTHER_PASSWORD, 'wrong_password'],
    ['nobody', OTHER_PASSWORD, 'unknown_user'],
    ['carol', OTHER_PASSWORD, 'no_password'],
    ['dave', GOOD_PASSWORD, 'disabled'],
    ['administrator', OTHER_PASSWORD, 'no_password'],
    ['x'.repeat(5_000), OTHER_PASSWORD, 'unknown_user'],
    ['\ud800', OTHER_PASSWORD, 'unknown_user'],
  ] as const) {
    const before = hashes();
    const stream = await auth.streamLogin.byPassword({ username, password, remote: '10.0.0.1' });
    assert.equal(hashes(), before + 1, username);
    const basic = await auth.httpLogin.byBasic({ username, password, remote: '10.0.1.1' });
    assert.equal(hashes(), before + 2, username);
    assert.equal(causeOf(stream), cause);
    refusals.push(stream.identity === undefined && stream.refused, basic.user === undefined && basic.refused);
  }
  assert.deepEqual([...new Set(refusals)], ['auth_failed', 'auth.failed']);
});

test('both outcomes are audited, and what was typed as a name is only hinted at', async (t) => {
  const world = await openAuth(t);
  const { auth, audited } = world;
  const { id } = await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  await auth.streamLogin.byPassword({
    username: 'alice',
    password: GOOD_PASSWORD,
    uid: 'ANDROID-1',
    remote: REMOTE,
  });
  await signerIn(world)(OTHER_PASSWORD);
  await signerIn(world)('x', GOOD_PASSWORD);
  const [, ...entries] = await auth.audit.list().then((list) => list.toReversed());
  assert.deepEqual(
    entries.map(({ actorId, actor, action, targetId, target, remote, result, detail }) => [
      actorId,
      actor,
      action,
      targetId,
      target,
      remote,
      result,
      detail,
    ]),
    [
      [id, 'alice', 'stream.login', null, null, '10.42.0.17', 'ok', { uid: 'ANDROID-1', method: 'password' }],
      [null, 'stranger', 'stream.login', id, 'alice', '10.42.0.17', 'refused', { cause: 'wrong_password' }],
      [
        null,
        'stranger',
        'stream.login',
        null,
        'qu… (25 characters)',
        '10.42.0.17',
        'refused',
        { cause: 'unknown_user' },
      ],
    ],
  );
  assert.ok(!JSON.stringify(await audited()).includes(GOOD_PASSWORD));
});

test('no log line holds a password, whatever happens', async (t) => {
  const lines: unknown[] = [];
  const note = (...args: [string, LogFields?]) => void lines.push(args);
  const log = {
    debug: note,
    info: note,
    warn: note,
    error: note,
    warnRarely: (key: string, ev: string, fields?: LogFields) => void lines.push([key, ev, fields]),
    with: () => log,
  };
  const world = await openAuth(t, { log });
  const signIn = signerIn(world);
  await world.auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  for (let i = 0; i < 15; i += 1) {
    await signIn(OTHER_PASSWORD, i % 2 === 0 ? 'alice' : OTHER_PASSWORD);
    world.clock.advance(10_000);
  }
  assert.ok(lines.length > 0);
  assert.ok(!JSON.stringify(lines).includes(OTHER_PASSWORD));
});

test('a stored hash of unknown form lets nobody in, not even with the stored text as password', async (t) => {
  const world = await openAuth(t);
  const signIn = signerIn(world);
  await world.auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  for (const stored of [GOOD_PASSWORD, '$2b$12$abcdefghijklmnopqrstuv', '']) {
    world.withDatabase((database) => database.prepare('UPDATE passwords SET phc = ?').run(stored));
    for (const password of [stored, GOOD_PASSWORD]) {
      assert.equal(causeOf(await signIn(password)), 'wrong_password');
      world.clock.advance(600_000);
    }
  }
});

test('a good password is not hashed again within a minute, and is the minute after', async (t) => {
  const world = await openAuth(t);
  const { auth, clock, hashes, audited } = world;
  const signIn = signerIn(world);
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  await signIn(GOOD_PASSWORD);
  const once = hashes();
  clock.advance(59_000);
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), undefined);
  assert.equal(hashes(), once);
  assert.equal((await audited()).filter(({ action }) => action === 'stream.login').length, 1);
  assert.equal(causeOf(await signIn(OTHER_PASSWORD)), 'wrong_password');
  clock.advance(1_001);
  const before = hashes();
  await signIn(GOOD_PASSWORD);
  assert.equal(hashes(), before + 1);
});

test('what is remembered of a good password ends with the password, the user and the state', async (t) => {
  const world = await openAuth(t);
  const { auth } = world;
  const signIn = signerIn(world);
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), undefined);
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), 'disabled');
  await auth.users.change('alice', { isEnabled: true }, CONSOLE);
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), undefined);
  await auth.users.change('alice', { password: OTHER_PASSWORD }, CONSOLE);
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), 'wrong_password');
  assert.equal(causeOf(await signIn(OTHER_PASSWORD)), undefined);
  await auth.users.expirePassword('alice', CONSOLE);
  assert.equal(causeOf(await signIn(OTHER_PASSWORD)), 'password_expired');
  await auth.users.delete('alice', CONSOLE);
  assert.equal(causeOf(await signIn(OTHER_PASSWORD)), 'unknown_user');
});

test('a cheaper hash is replaced at the next sign-in', async (t) => {
  const world = await openAuth(t, { hashCost: { memoryKib: 16, passes: 1 } });
  const signIn = signerIn(world);
  await world.auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  const old = await hashArgon2(GOOD_PASSWORD, { memoryKib: 8, passes: 1 });
  world.withDatabase((database) => database.prepare('UPDATE passwords SET phc = ?').run(old));
  const stored = () =>
    world.withDatabase((database) => String(database.prepare('SELECT phc FROM passwords').get()?.['phc']));
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), undefined);
  for (let i = 0; i < 100 && stored() === old; i += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.match(stored(), /^\$argon2id\$v=19\$m=16,t=1,p=1\$/);
  world.clock.advance(120_000);
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), undefined);
});

test('an address that guesses is banned, and the right password does not help it', async (t) => {
  const world = await openAuth(t);
  const { auth, clock, hashes, audited } = world;
  const signIn = signerIn(world);
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  for (let i = 0; i < 10; i += 1) await signIn(OTHER_PASSWORD, `guess${i}`);
  const before = hashes();
  const banned = await signIn(GOOD_PASSWORD);
  assert.deepEqual(banned, { refused: 'auth_failed', cause: 'banned', retryAfterMs: 600_000 });
  const basic = await auth.httpLogin.byBasic({ username: 'alice', password: GOOD_PASSWORD, remote: REMOTE });
  assert.deepEqual(basic, { refused: 'auth.banned', cause: 'banned', retryAfterMs: 600_000 });
  assert.equal(hashes(), before, 'a banned address costs nothing');
  assert.equal(causeOf(await signIn(GOOD_PASSWORD, 'alice', '10.42.0.18')), undefined);
  const bans = (await audited()).filter(({ action }) => action === 'auth.ban');
  assert.deepEqual(
    bans.map(({ target }) => target),
    ['10.42.0.17'],
  );
  clock.advance(600_000);
  assert.equal(causeOf(await signIn(GOOD_PASSWORD)), undefined);
});

test('a burst from many addresses against one user is slowed, not counted twice', async (t) => {
  const world = await openAuth(t);
  const signIn = signerIn(world);
  await world.auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  const results = await Promise.all(
    Array.from({ length: 18 }, (_, i) => signIn(OTHER_PASSWORD, 'alice', `10.0.0.${i + 1}`)),
  );
  const causes = results.map(causeOf);
  const looked = causes.filter((cause) => cause === 'wrong_password').length;
  // Four count as failures; when the fourth fails, two more may have begun (two hashes at one time).
  assert.ok(looked >= 4 && looked <= 6, `${looked} guesses were looked at`);
  assert.ok(causes.every((cause) => cause === 'wrong_password' || cause === 'delayed'));
});

test('the loopback may try for ever', async (t) => {
  const world = await openAuth(t);
  const signIn = signerIn(world);
  await world.auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  for (let i = 0; i < 25; i += 1) await signIn(OTHER_PASSWORD, `guess${i}`, '127.0.0.1:4000');
  assert.equal(causeOf(await signIn(GOOD_PASSWORD, 'alice', '127.0.0.1:4000')), undefined);
});
