import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld, type FakePeer } from '../support/hub-world.ts';
import { chatXml, eventXml, pingXml, protocolRequestXml, saXml } from '../support/tak-events.ts';

const sa = (name: string, lat = 0) => saXml({ uid: name, callsign: name.toUpperCase(), lat });
const marker = (uid: string, detail = '') => eventXml({ uid, type: 'a-u-G', detail });
const forget = (...peers: FakePeer[]) => {
  for (const peer of peers) peer.events.length = 0;
};

function team(...names: string[]) {
  const world = createWorld();
  const peers = names.map((name) => {
    const peer = world.join(name);
    peer.send(sa(name));
    return peer;
  });
  world.clock.advance(1_000);
  forget(...peers);
  return { ...world, peers: peers as [FakePeer, FakePeer, FakePeer, ...FakePeer[]] };
}

test('a broadcast reaches everybody but its sender', () => {
  const { clock, peers } = team('a', 'b', 'c');
  peers[0].send(sa('a'));
  clock.advance(50);
  assert.deepEqual(
    peers.map((peer) => peer.news),
    [[], ['a'], ['a']],
  );
});

test('events of one window come in one write, in the order sent, without the own ones', () => {
  const { clock, peers } = team('a', 'b', 'c');
  peers[0].send(marker('quiet'));
  clock.advance(1);
  forget(...peers);
  for (const peer of peers) peer.writes.length = 0;
  peers[0].send(marker('m1'));
  peers[1].send(marker('m2'));
  peers[0].send(marker('m3'));
  peers[2].send(marker('m4'));
  assert.deepEqual(
    peers.map((peer) => peer.writes.length),
    [0, 0, 0],
  );
  clock.advance(20);
  assert.deepEqual(
    peers.map((peer) => peer.news),
    [
      ['m2', 'm4'],
      ['m1', 'm3', 'm4'],
      ['m1', 'm2', 'm3'],
    ],
  );
  assert.deepEqual(
    peers.map((peer) => peer.writes.length),
    [1, 1, 1],
  );
});

test('the first event after a quiet spell goes out in the same turn', () => {
  const { clock, peers } = team('a', 'b', 'c');
  clock.advance(100);
  peers[0].send(marker('m1'));
  clock.turn();
  assert.deepEqual(peers[1].news, ['m1']);
});

test('chat does not wait for the window, and takes along what waits before it', () => {
  const { clock, peers } = team('a', 'b', 'c');
  peers[0].send(marker('m1'));
  clock.turn();
  peers[0].send(marker('m2'));
  peers[0].send(chatXml({ fromUid: 'a', fromCallsign: 'A', text: 'hello', messageId: '1' }));
  clock.turn();
  assert.deepEqual(peers[1].news, ['m1', 'm2', 'GeoChat.a.All Chat Rooms.1']);
});

test('a message to a callsign or a uid reaches those alone, behind what they are owed', () => {
  const { clock, peers } = team('a', 'b', 'c');
  peers[0].send(marker('m1'));
  clock.turn();
  peers[0].send(marker('m2'));
  const to = (marti: string, messageId: string) =>
    chatXml({ fromUid: 'a', fromCallsign: 'A', text: 'x', messageId, room: 'r', marti });
  peers[0].send(to('<dest callsign="B"/>', '1'));
  peers[0].send(to('<dest uid="b"/>', '2'));
  clock.advance(50);
  assert.deepEqual(peers[1].news, ['m1', 'm2', 'GeoChat.a.r.1', 'GeoChat.a.r.2']);
  assert.deepEqual(peers[2].news, ['m1', 'm2']);
});

test('an empty marti and All Streaming mean everybody', () => {
  const { clock, peers } = team('a', 'b', 'c');
  peers[0].send(marker('m1', '<marti/>'));
  peers[0].send(marker('m2', '<marti><dest callsign="All Streaming"/></marti>'));
  clock.advance(50);
  assert.deepEqual(peers[2].news, ['m1', 'm2']);
});

test('a group chat without marti goes to the members that chatgrp names', () => {
  const { clock, peers } = team('a', 'b', 'c');
  peers[0].send(
    chatXml({ fromUid: 'a', fromCallsign: 'A', text: 'x', messageId: '1', room: 'Cyan', members: ['c'] }),
  );
  clock.advance(50);
  assert.deepEqual(
    peers.map((peer) => peer.news.length),
    [0, 0, 1],
  );
});

test('a ping is answered at once and to the asking connection alone', () => {
  const { peers } = team('a', 'b', 'c');
  peers[0].send(pingXml('a'));
  assert.deepEqual(
    peers.map((peer) => peer.events.map(({ envelope }) => envelope.type)),
    [['t-x-c-t-r'], [], []],
  );
});

test('channels: an event goes where a channel of its sender is heard, and nowhere else', () => {
  const { join, clock } = createWorld();
  const sender = join('s', { groupsIn: ['red'], groupsOut: [] });
  const hears = join('h', { groupsIn: [], groupsOut: ['red', 'blue'] });
  const deaf = join('d', { groupsIn: ['red'], groupsOut: ['blue'] });
  for (const [peer, name] of [
    [sender, 's'],
    [hears, 'h'],
    [deaf, 'd'],
  ] as const)
    peer.send(sa(name));
  clock.advance(1_000);
  forget(sender, hears, deaf);
  sender.send(marker('m'));
  sender.send(marker('to-h', '<marti><dest uid="h"/></marti>'));
  sender.send(marker('to-d', '<marti><dest uid="d"/></marti>'));
  clock.advance(50);
  assert.deepEqual([sender.news, hears.news, deaf.news], [[], ['m', 'to-h'], []]);
});

test('a channel as destination counts only if the sender may send into it', () => {
  const { join, clock } = createWorld();
  const sender = join('s', { groupsIn: ['red', 'blue'] });
  const red = join('r', { groupsOut: ['red'] });
  const green = join('g', { groupsOut: ['green'] });
  clock.advance(1_000);
  forget(red, green);
  sender.send(marker('m', '<marti><dest group="red"/><dest group="green"/></marti>'));
  clock.advance(50);
  assert.deepEqual([red.news, green.news], [['m'], []]);
});

test('after the switch to protocol 1 everything is binary, nothing is lost and nothing doubled', () => {
  const world = createWorld({}, true);
  const [a, b] = [world.join('a'), world.join('b')];
  a.send(sa('a'));
  b.send(sa('b'));
  world.clock.advance(1_000);
  const offer = b.events.find(({ envelope }) => envelope.type === 't-x-takp-v');
  assert.ok(offer !== undefined);
  forget(a, b);
  for (let i = 0; i < 10; i += 1) {
    a.send(marker(`m${i}`));
    if (i === 4) {
      b.send(protocolRequestXml(offer.envelope.uid));
      assert.equal(b.session.protocol, 'proto');
    }
  }
  world.clock.advance(50);
  assert.deepEqual(
    b.news,
    Array.from({ length: 10 }, (_, i) => `m${i}`),
  );
  assert.deepEqual(
    b.events.map(({ origin }) => origin),
    [...Array(6).fill('xml'), ...Array(5).fill('proto')],
  );
  b.send(marker('from-b'));
  world.clock.advance(50);
  assert.deepEqual(a.news, ['from-b']);
});

test('the sender gets nothing of its own back, on whichever protocol', () => {
  const world = createWorld({}, true);
  const [a, b] = [world.join('a'), world.join('b')];
  a.send(protocolRequestXml('x'));
  for (const uid of ['m1', 'm2']) a.send(marker(uid));
  b.send(marker('m3'));
  world.clock.advance(1_000);
  assert.deepEqual([a.news, b.news], [['m3'], ['m1', 'm2']]);
});
