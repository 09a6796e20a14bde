import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld } from '../support/hub-world.ts';
import { saXml } from '../support/tak-events.ts';

const sa = (name: string) => saXml({ uid: name, callsign: name });

function pair() {
  const world = createWorld();
  const [a, b] = [world.join('a'), world.join('b')];
  a.send(sa('a'));
  b.send(sa('b'));
  world.clock.advance(1_000);
  b.events.length = 0;
  return { ...world, a, b };
}

test('after the grace the others are told that a device is gone', () => {
  const { clock, a, b, hub } = pair();
  a.close('connection_lost');
  clock.advance(9_000);
  assert.equal(b.events.length, 0);
  clock.advance(2_000);
  assert.deepEqual(
    b.events.map(({ envelope }) => [envelope.type, envelope.linkUid]),
    [['t-x-d-d', 'a']],
  );
  assert.equal(hub.presence.get('a'), undefined);
});

test('a device that comes back within the grace was never gone', () => {
  const { clock, a, b, join } = pair();
  a.close('connection_lost');
  clock.advance(5_000);
  join('a').send(sa('a'));
  clock.advance(60_000);
  assert.deepEqual(
    b.events.filter(({ envelope }) => envelope.type === 't-x-d-d'),
    [],
  );
});

test('only the last connection of a device counts', () => {
  const { clock, a, b, join } = pair();
  join('a').send(sa('a'));
  a.close('peer_closed');
  clock.advance(60_000);
  assert.deepEqual(
    b.events.filter(({ envelope }) => envelope.type === 't-x-d-d'),
    [],
  );
});

test('a dead connection makes way when its device comes back, a live one stays', () => {
  const { clock, a, join } = pair();
  const second = join('a');
  second.send(sa('a'));
  assert.equal(a.closeReason, undefined);
  clock.advance(30_000);
  second.send(sa('a'));
  const third = join('a');
  third.send(sa('a'));
  assert.equal(a.closeReason, 'superseded');
  assert.equal(second.closeReason, undefined);
});

test('somebody else with the same uid does not push a device off', () => {
  const { clock, a, join } = pair();
  clock.advance(30_000);
  join('mallory').send(sa('a'));
  assert.equal(a.closeReason, undefined);
});

test('closing by a rule reaches every session that matches', () => {
  const { a, b, hub } = pair();
  assert.equal(
    hub.closeWhere((session) => session.identity.principalId === 'a', 'access_revoked'),
    1,
  );
  assert.deepEqual([a.closeReason, b.closeReason], ['access_revoked', undefined]);
});

const RED = { groupsIn: ['red'], groupsOut: ['red'] };
const goneOf = (peer: { events: readonly { envelope: { type: string; linkUid: string } }[] }) =>
  peer.events.filter(({ envelope }) => envelope.type === 't-x-d-d').map(({ envelope }) => envelope.linkUid);

test('a uid that is used in another channel keeps nobody from being told that a device is gone', () => {
  const { clock, a, b, join, hub } = pair();
  const mallory = join('mallory', RED);
  mallory.send(sa('a'));
  a.close('connection_lost');
  clock.advance(5_000);
  join('mallory', RED).send(sa('a'));
  clock.advance(6_000);
  assert.deepEqual(goneOf(b), ['a']);
  assert.deepEqual(
    [...hub.presence.entries()].filter(({ event }) => event.envelope.uid === 'a').map((one) => one.groupsIn),
    [['red']],
  );
});

test('its end in another channel takes no device away, and no notice either', () => {
  const { clock, a, b, join, hub } = pair();
  const mallory = join('mallory', RED);
  mallory.send(sa('a'));
  mallory.close('peer_closed');
  clock.advance(60_000 - 1_000);
  a.send(sa('a'));
  assert.deepEqual(goneOf(b), []);
  assert.deepEqual(hub.presence.get('a')?.groupsIn, ['blue']);
  // Both within the grace: each is told to its own.
  const again = join('mallory', RED);
  const watcher = join('watcher', RED);
  again.send(sa('a'));
  a.close('connection_lost');
  again.close('connection_lost');
  clock.advance(11_000);
  assert.deepEqual([goneOf(b), goneOf(watcher)], [['a'], ['a']]);
});
