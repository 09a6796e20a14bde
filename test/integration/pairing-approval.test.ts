import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT_THE_BUTTON } from '../../src/auth/pairing-ports.ts';
import { AT_THE_KIT, openPairing, refusedWith, tokensOf } from '../support/pairing-world.ts';

/** Direction A: the device shows a code, a person approves it. Over a real store, on a clock that stands still. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

test('a person sees who asks, approves, and the device becomes a display of his, once', async (t) => {
  const { pairing, person, ask, poll, clock, auth } = await openPairing(t);
  const alice = await person('alice', { groups: ['blue', 'red'] });
  const issued = await ask({ name: 'TV in the tent', kind: 'tv', remote: '10.42.0.17:51234' });
  assert.match(issued.code, /^[2-9A-HKMNP-Z]{6}$/);
  assert.equal(issued.expiresMs, clock.now() + 5 * MINUTE_MS);
  assert.deepEqual(await poll(issued), { state: 'pending' });

  clock.advance(20 * SECOND_MS);
  const spoken = ` ${issued.code.slice(0, 3).toLowerCase()}-${issued.code.slice(3).toLowerCase()} `;
  const found = await pairing.find(spoken, alice);
  assert.deepEqual(found, {
    id: issued.pairingId,
    kind: 'tv',
    name: 'TV in the tent',
    remote: '10.42.0.17',
    createdMs: clock.now() - 20 * SECOND_MS,
    expiresMs: issued.expiresMs,
    channels: ['blue', 'red'],
  });
  await pairing.approve({ id: found.id, name: 'Big TV', channels: ['RED'] }, alice);

  const tokens = tokensOf(await poll(issued));
  const { display } = tokens;
  assert.deepEqual(
    [display.kind, display.role, display.name, display.hasPassword, display.groups],
    ['display', 'viewer', 'Big TV', false, [{ name: 'red', direction: 'OUT' }]],
  );
  const { session } = await auth.sessions.check({ token: tokens.access.token, kinds: ['takeout'] });
  assert.equal(session?.user.id, display.id);
  assert.deepEqual(session?.methods, ['pairing']);

  assert.deepEqual(await poll(issued), { state: 'unknown' }, 'a used code is no code any more');
  await refusedWith('pairing.code_unknown', pairing.find(issued.code, alice));
  await refusedWith('pairing.over', pairing.approve({ id: issued.pairingId }, alice));
});

test('the refresh family of a display is its own, and rotates', async (t) => {
  const { pair, person, auth } = await openPairing(t);
  const alice = await person('alice');
  const [tv, watch] = [await pair(alice), await pair(alice)];
  const next = await auth.sessions.refresh({ token: tv.refresh.token, remote: '10.42.0.17' });
  assert.equal(next.refused, undefined);
  assert.notEqual(next.refresh?.token, tv.refresh.token);
  // Spent twice, from elsewhere: somebody has stolen it. The family ends, and only that one.
  await auth.sessions.refresh({ token: tv.refresh.token, remote: '10.42.0.99' });
  const state = async (token: string) => (await auth.sessions.check({ token, kinds: ['takeout'] })).refused;
  assert.notEqual(await state(next.access?.token ?? ''), undefined);
  assert.equal(await state(watch.access.token), undefined);
  assert.equal((await auth.sessions.list(watch.display.id)).length, 1);
});

test('RFC 8628: eight letters, polled by a device code that nobody can guess', async (t) => {
  const { pairing, person, ask } = await openPairing(t);
  const alice = await person('alice');
  const issued = await ask({ form: 'long' });
  assert.match(issued.code, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
  assert.ok(Buffer.from(issued.deviceCode, 'base64url').length >= 32);
  const by = { deviceCode: issued.deviceCode };
  assert.equal((await pairing.poll({ by, remote: '10.42.0.17' })).state, 'pending');
  await pairing.approve({ id: (await pairing.find(issued.code, alice)).id }, alice);
  assert.equal((await pairing.poll({ by, remote: '10.42.0.17' })).state, 'paired');
  assert.equal((await pairing.poll({ by, remote: '10.42.0.17' })).state, 'unknown');
});

test('refused: the device is told, and nobody can approve it any more', async (t) => {
  const { pairing, person, ask, poll } = await openPairing(t);
  const alice = await person('alice');
  const issued = await ask();
  await pairing.refuse(issued.pairingId, alice);
  assert.deepEqual(await poll(issued), { state: 'refused' });
  await refusedWith('pairing.over', pairing.approve({ id: issued.pairingId }, alice));
  await refusedWith('pairing.code_unknown', pairing.find(issued.code, alice));
});

test('too late: a code is good for 5 minutes, approved or not, whatever the clock does', async (t) => {
  const { pairing, person, ask, poll, clock } = await openPairing(t);
  const alice = await person('alice');
  const [late, approved] = [await ask(), await ask()];
  await pairing.approve({ id: approved.pairingId }, alice);
  clock.advance(5 * MINUTE_MS - 1);
  assert.equal((await poll(late)).state, 'pending');
  clock.advance(1);
  assert.equal((await poll(late)).state, 'over');
  assert.equal((await poll(approved)).state, 'over', 'an approval that was not fetched in time is void');
  await refusedWith('pairing.code_unknown', pairing.find(late.code, alice));
  await refusedWith('pairing.over', pairing.approve({ id: late.pairingId }, alice));
  // The clock is set back by an hour: an old code does not become young again.
  clock.setWall(clock.now() - 60 * MINUTE_MS);
  assert.equal((await poll(late)).state, 'over');
  await refusedWith('pairing.code_unknown', pairing.find(late.code, alice));
});

test('a device that asks too often is told to wait, and may try again', async (t) => {
  const { pairing, ask, poll, clock } = await openPairing(t);
  const watch = await ask();
  assert.equal((await poll(watch)).state, 'pending');
  clock.advance(300);
  assert.deepEqual(await poll(watch), { state: 'too_soon', waitMs: 1_000 });
  clock.advance(700);
  assert.equal((await poll(watch)).state, 'pending');

  const tv = await ask({ form: 'long' });
  const ask5 = () => pairing.poll({ by: { deviceCode: tv.deviceCode }, remote: '10.42.0.17' });
  assert.equal((await ask5()).state, 'pending');
  clock.advance(2_000);
  assert.deepEqual(await ask5(), { state: 'too_soon', waitMs: 10_000 });
  clock.advance(5_000);
  assert.deepEqual(await ask5(), { state: 'too_soon', waitMs: 15_000 }, 'five seconds more each time');
  clock.advance(14_000);
  assert.equal((await ask5()).state, 'pending');
});

test('roles: a user pairs screens of his own, an operator any, a viewer, a screen and a token none', async (t) => {
  const { pairing, person, ask, pair, auth } = await openPairing(t);
  const user = await person('user');
  const operator = await person('operator', { role: 'operator' });
  const viewer = await person('viewer', { role: 'viewer' });
  const { display } = await pair(user);
  const screen = { actor: { id: display.id, name: display.name, remote: '10.42.0.17' }, user: display };
  const issued = await ask();
  for (const nobody of [viewer, screen, { ...user, scope: 'read+write' as const }]) {
    await refusedWith('auth.forbidden', pairing.find(issued.code, nobody));
    await refusedWith('auth.forbidden', pairing.approve({ id: issued.pairingId }, nobody));
    await refusedWith('auth.forbidden', pairing.list(nobody));
    await refusedWith('auth.forbidden', pairing.open({}, nobody));
  }
  await refusedWith('auth.forbidden', pairing.open({}, user));
  await pairing.approve({ id: issued.pairingId }, operator);

  assert.deepEqual(
    (await pairing.list(user)).map(({ state, name, owner }) => [state, name, owner]),
    [['paired', 'TV tent', 'user']],
  );
  const [own, others] = await pairing.list(operator);
  assert.deepEqual([own?.owner, others?.state], ['user', 'approved']);
  await refusedWith('pairing.unknown', pairing.revoke(others!.id, user));
  await pairing.revoke(own!.id, operator);
  const sessions = await auth.sessions.list(display.id);
  assert.deepEqual(sessions, []);
});

test('channels: as many as the approver hears; at the kit all there are, the anonymous too', async (t) => {
  const { pairing, person, pair, ask } = await openPairing(t);
  const alice = await person('alice', { groups: ['blue', 'red'] });
  const admin = await person('chief', { role: 'administrator', groups: [] });
  await person('x', { groups: ['green'] });
  const heard = ({ display }: Awaited<ReturnType<typeof pair>>) => display.groups.map(({ name }) => name);
  assert.deepEqual(heard(await pair(alice)), ['blue', 'red']);
  assert.deepEqual(heard(await pair(admin, { channels: ['green'] })), ['green']);
  assert.deepEqual(heard(await pair(admin)), ['__ANON__', 'blue', 'green', 'red']);
  assert.deepEqual(heard(await pair(AT_THE_BUTTON)), ['__ANON__', 'blue', 'green', 'red']);
  const { pairingId: id } = await ask();
  await refusedWith('auth.forbidden', pairing.approve({ id, channels: ['green'] }, alice));
  await refusedWith('group.unknown', pairing.approve({ id, channels: ['nowhere'] }, admin));
});

test('who is in no channel pairs a screen that hears what he hears', async (t) => {
  const { person, pair } = await openPairing(t);
  const alone = await person('alone', { groups: [] });
  const { display } = await pair(alone);
  assert.deepEqual(display.groups, [{ name: '__ANON__', direction: 'OUT' }]);
});

test('a name that hides something is shown plainly, and never somebody else', async (t) => {
  const { pairing, person, ask, poll, auth } = await openPairing(t);
  const alice = await person('alice');
  const issued = await ask({ name: ' alice\u202e\u0000\n  (approved)\u200b ', kind: 'toaster' });
  const request = await pairing.find(issued.code, alice);
  assert.deepEqual([request.name, request.kind], ['alice (approved)', 'screen']);
  assert.equal((await pairing.find((await ask({ kind: 'watch' })).code, alice)).name, 'Watch');
  await refusedWith('request.invalid', pairing.approve({ id: request.id, name: 'a\u202eb' }, alice));
  await refusedWith('request.invalid', pairing.approve({ id: request.id, name: ' ' }, alice));
  await pairing.approve({ id: request.id, name: 'alice' }, alice);
  const { display } = tokensOf(await poll(issued));
  assert.equal(display.name, 'alice');
  assert.equal((await auth.users.byName('alice'))?.id, alice.user?.id, 'signing in finds the person');
});

test('the display of the kit sees name and code, and its button approves', async (t) => {
  const { pairing, ask, poll, clock } = await openPairing(t);
  const seen: number[] = [];
  const stop = pairing.onChange(() => seen.push(pairing.shown().requests.length));
  const issued = await ask({ name: 'Watch of Bo', kind: 'watch' });
  assert.deepEqual(pairing.shown().requests, [
    {
      id: issued.pairingId,
      code: issued.code,
      kind: 'watch',
      name: 'Watch of Bo',
      remote: '10.42.0.17',
      createdMs: clock.now(),
      expiresMs: issued.expiresMs,
    },
  ]);
  await pairing.approve({ id: issued.pairingId }, AT_THE_BUTTON);
  assert.deepEqual(pairing.shown().requests, []);
  const { display } = tokensOf(await poll(issued));
  assert.equal(display.name, 'Watch of Bo');
  await ask();
  clock.advance(5 * MINUTE_MS);
  assert.deepEqual(seen, [1, 0, 1, 0], 'it is told of each change, and of the end of a code');
  stop();
  assert.equal((await pairing.list(AT_THE_KIT))[0]?.owner, null);
});

test('a restart keeps what is waiting and what is approved', async (t) => {
  const { pairing, person, ask, restart } = await openPairing(t);
  const alice = await person('alice');
  const [waiting, approved] = [await ask(), await ask()];
  await pairing.approve({ id: approved.pairingId }, alice);
  const after = restart().pairing;
  const poll = ({ pairingId, code }: typeof waiting) =>
    after.poll({ by: { pairingId, code }, remote: '10.42.0.17' });
  assert.equal((await poll(approved)).state, 'paired');
  await after.approve({ id: (await after.find(waiting.code, alice)).id }, alice);
  assert.equal((await poll(waiting)).state, 'paired');
});

test('everything that was decided is in the audit log, and no code is', async (t) => {
  const { pairing, person, ask, poll, audited, withDatabase } = await openPairing(t);
  const alice = await person('alice');
  const issued = await ask();
  await pairing.approve({ id: (await pairing.find(issued.code, alice)).id }, alice);
  await poll(issued);
  await pairing.refuse((await ask()).pairingId, alice);
  const { code } = await pairing.open({}, AT_THE_KIT);
  await pairing.revoke((await pairing.list(alice))[0]!.id, alice);
  const log = await audited();
  assert.deepEqual(
    log.map(({ action }) => action).filter((action) => action.startsWith('pairing.')),
    ['pairing.approve', 'pairing.redeem', 'pairing.refuse', 'pairing.open', 'pairing.revoke'],
  );
  const kept = withDatabase((database) =>
    JSON.stringify([
      database.prepare('SELECT * FROM pairings').all(),
      database.prepare('SELECT * FROM audit').all(),
      database.prepare('SELECT * FROM principals').all(),
    ]),
  );
  for (const secret of [issued.code, issued.deviceCode, code]) assert.ok(!kept.includes(secret));
});
