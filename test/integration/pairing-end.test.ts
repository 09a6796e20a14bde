import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CONSOLE, type RevocationNotice } from '../../src/auth/ports.ts';
import {
  AT_THE_KIT,
  openPairing,
  type PairingWorld,
  refusedWith,
  tokensOf,
} from '../support/pairing-world.ts';

/** How a paired device ends, or becomes another: by hand, and with whoever it belongs to. */

function noticesOf({ auth }: PairingWorld): RevocationNotice[] {
  const notices: RevocationNotice[] = [];
  auth.revocation.onRevoked((notice) => notices.push(notice));
  return notices;
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1_000 && !isTrue(); i++) await turn();
  assert.ok(isTrue(), what);
}

test('a revoked display is nobody: no token of it is good, its streams are told, its row is gone', async (t) => {
  const world = await openPairing(t);
  const { pairing, person, pair, auth } = world;
  const alice = await person('alice');
  const tokens = await pair(alice);
  const { ticket } = await auth.tickets.issue({ user: tokens.display, sessionId: tokens.access.sessionId });
  const notices = noticesOf(world);
  const [row] = await pairing.list(alice);
  await pairing.revoke(row!.id, alice);
  assert.deepEqual(
    notices.map(({ principalId, scope }) => [principalId, scope]),
    [[tokens.display.id, 'all']],
  );
  for (const [token, kind] of [
    [tokens.access.token, 'takeout'],
    [tokens.media.token, 'media'],
  ] as const) {
    assert.notEqual((await auth.sessions.check({ token, kinds: [kind] })).refused, undefined);
  }
  const refresh = await auth.sessions.refresh({ token: tokens.refresh.token, remote: '10.42.0.17' });
  assert.notEqual(refresh.refused, undefined);
  assert.equal(await auth.tickets.redeem(ticket), undefined);
  assert.deepEqual(await pairing.list(AT_THE_KIT), []);
  await refusedWith('pairing.unknown', pairing.revoke(row!.id, alice));
});

test('a screen is no person: lists of people do not show it', async (t) => {
  const { person, pair, auth } = await openPairing(t);
  await pair(await person('alice'));
  assert.deepEqual(
    (await auth.users.list()).map(({ name }) => name),
    ['administrator', 'alice'],
  );
});

test('a request that waits can be taken off the list', async (t) => {
  const { pairing, ask, poll } = await openPairing(t);
  const issued = await ask();
  await pairing.revoke(issued.pairingId, AT_THE_KIT);
  assert.equal((await poll(issued)).state, 'unknown');
  assert.deepEqual(pairing.shown().requests, []);
});

for (const [how, end] of [
  ['disabled', ({ auth }: PairingWorld) => auth.users.change('alice', { isEnabled: false }, CONSOLE)],
  ['deleted', ({ auth }: PairingWorld) => auth.users.delete('alice', CONSOLE)],
] as const) {
  test(`who is ${how} takes screens and open requests along`, async (t) => {
    const world = await openPairing(t);
    const { pairing, person, pair, ask, poll, auth } = world;
    const [alice, bob] = [await person('alice'), await person('bob')];
    const [hers, his] = [await pair(alice), await pair(bob)];
    const approved = await ask();
    await pairing.approve({ id: approved.pairingId }, alice);
    const notices = noticesOf(world);
    await end(world);
    const check = (token: string) => auth.sessions.check({ token, kinds: ['takeout'] });
    assert.notEqual((await check(hers.access.token)).refused, undefined);
    assert.equal((await check(his.access.token)).refused, undefined);
    assert.equal((await poll(approved)).state, 'unknown');
    await until(
      () => notices.some(({ principalId }) => principalId === hers.display.id),
      'its streams are told',
    );
    assert.ok(!notices.some(({ principalId }) => principalId === his.display.id));
    assert.deepEqual(
      (await pairing.list(AT_THE_KIT)).map(({ owner }) => owner),
      ['bob'],
    );
    if (how === 'disabled') {
      await auth.users.change('alice', { isEnabled: true }, CONSOLE);
      assert.notEqual((await check(hers.access.token)).refused, undefined, 'what ended does not come back');
    }
  });
}

test('a screen hears no channel that its owner has lost, and hears it again with him', async (t) => {
  const world = await openPairing(t);
  const { person, pair, auth } = world;
  const alice = await person('alice', { groups: ['blue', 'red'] });
  const tokens = await pair(alice);
  const heard = async () => {
    const { session } = await auth.sessions.check({ token: tokens.access.token, kinds: ['takeout'] });
    return session?.user.groups.map(({ name }) => name);
  };
  assert.deepEqual(await heard(), ['blue', 'red']);
  const notices = noticesOf(world);
  await auth.users.change('alice', { groups: ['red', 'green'] }, CONSOLE);
  assert.deepEqual(await heard(), ['red'], 'neither what she lost nor what she gained');
  await until(
    () =>
      notices.some(
        ({ principalId, cause }) => principalId === tokens.display.id && cause === 'groups_changed',
      ),
    'its streams come back with less',
  );
  await auth.users.change('alice', { groups: ['blue'] }, CONSOLE);
  assert.deepEqual(await heard(), ['blue']);
});

test('a screen can be called otherwise and hear something else; its streams come back for that', async (t) => {
  const world = await openPairing(t);
  const { pairing, person, pair, auth } = world;
  const [alice, bob] = [await person('alice', { groups: ['blue', 'red'] }), await person('bob')];
  const tokens = await pair(alice);
  const [row] = await pairing.list(alice);
  const notices = noticesOf(world);
  await pairing.change({ id: row!.id, name: 'Kitchen' }, alice);
  assert.deepEqual(notices, [], 'a name ends nothing');
  await pairing.change({ id: row!.id, channels: ['red'] }, alice);
  assert.deepEqual(
    notices.map(({ principalId, cause }) => [principalId, cause]),
    [[tokens.display.id, 'groups_changed']],
  );
  const { session } = await auth.sessions.check({ token: tokens.access.token, kinds: ['takeout'] });
  assert.deepEqual([session?.user.name, session?.user.groups.map(({ name }) => name)], ['Kitchen', ['red']]);
  await refusedWith('pairing.unknown', pairing.change({ id: row!.id, name: 'Mine' }, bob));
  const green = () => pairing.change({ id: row!.id, channels: ['green'] }, alice);
  await refusedWith('group.unknown', green());
  await person('x', { groups: ['green'] });
  await refusedWith('auth.forbidden', green());
});

test('an approval counts only while who gave it is still somebody', async (t) => {
  const { pairing, person, ask, poll, withDatabase } = await openPairing(t);
  const alice = await person('alice');
  const issued = await ask();
  await pairing.approve({ id: issued.pairingId }, alice);
  // As a power cut between two steps of something else would leave it: disabled, and the row still there.
  withDatabase((database) => {
    database.exec('DROP TRIGGER displays_end_with_their_owner');
    database.prepare(`UPDATE principals SET state = 'disabled' WHERE id = ?`).run(alice.user!.id);
  });
  assert.equal((await poll(issued)).state, 'over');
});

test('of many polls at one moment one gets the tokens', async (t) => {
  const { pairing, person, ask, poll, auth } = await openPairing(t);
  const alice = await person('alice');
  const issued = await ask();
  await pairing.approve({ id: issued.pairingId }, alice);
  const results = await Promise.all(Array.from({ length: 20 }, () => poll(issued)));
  const paired = results.filter(({ state }) => state === 'paired');
  assert.equal(paired.length, 1);
  assert.ok(results.every(({ state }) => state === 'paired' || state === 'over' || state === 'unknown'));
  const { display } = tokensOf(paired[0]!);
  assert.equal((await auth.sessions.list(display.id)).length, 1);
  assert.equal((await pairing.list(AT_THE_KIT)).length, 1);
});
