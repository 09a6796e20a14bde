import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld } from '../support/hub-world.ts';
import { chatXml, eventXml, saXml } from '../support/tak-events.ts';

const sa = (name: string, lat = 0, staleMs = 60_000) => saXml({ uid: name, callsign: name, lat, staleMs });

test('a late joiner gets emergencies first, then people, then things; chat is not repeated', () => {
  const { clock, join } = createWorld();
  const a = join('a');
  a.send(eventXml({ uid: 'tree', type: 'b-m-p-s-m', detail: '<contact callsign="Tree"/>' }));
  a.send(sa('a'));
  a.send(chatXml({ fromUid: 'a', fromCallsign: 'a', text: 'x', messageId: '1' }));
  a.send(
    eventXml({ uid: 'a-9-1-1', type: 'b-a-o-tbl', detail: '<emergency type="911 Alert">a</emergency>' }),
  );
  clock.advance(100);
  const b = join('b');
  clock.advance(1_000);
  assert.deepEqual(b.news, ['a-9-1-1', 'a', 'tree']);
});

test('the replay starts with the first report of the newcomer and never shows it itself', () => {
  const { clock, join } = createWorld();
  const a = join('a');
  a.send(sa('a'));
  const before = join('b');
  before.send(sa('b'));
  before.close('connection_lost');
  clock.advance(100);
  const b = join('b');
  assert.deepEqual(b.news, []);
  b.send(sa('b'));
  assert.deepEqual(b.news, ['a']);
});

test('what is stale, deleted or cancelled is not replayed', () => {
  const { clock, join } = createWorld();
  const a = join('a');
  a.send(eventXml({ uid: 'short', type: 'a-u-G', staleMs: 1_000 }));
  a.send(eventXml({ uid: 'archived', type: 'a-u-G', staleMs: 1_000, detail: '<archive/>' }));
  a.send(eventXml({ uid: 'gone', type: 'a-u-G' }));
  a.send(eventXml({ uid: 'x', type: 't-x-d-d', detail: '<link uid="gone" relation="none" type="none"/>' }));
  a.send(eventXml({ uid: 'sos', type: 'b-a-o-tbl', detail: '<emergency type="911 Alert"/>' }));
  a.send(eventXml({ uid: 'sos', type: 'b-a-o-can', detail: '<emergency cancel="true"/>' }));
  clock.advance(2_000);
  const b = join('b');
  clock.advance(1_000);
  assert.deepEqual(b.news, ['archived']);
});

const RED = { groupsIn: ['red'], groupsOut: ['red'] };

test('a call for help is taken back by its own channel only', () => {
  const { clock, join } = createWorld();
  const a = join('a', RED);
  const other = join('other');
  a.send(eventXml({ uid: 'sos', type: 'b-a-o-tbl', detail: '<emergency type="911 Alert"/>' }));
  other.send(eventXml({ uid: 'sos', type: 'b-a-o-can', detail: '<emergency cancel="true"/>' }));
  clock.advance(100);
  const b = join('b', RED);
  clock.advance(1_000);
  assert.deepEqual(b.news, ['sos']);
});

test("life is measured on the sender's clock: a phone that lives in 2019 is seen by late joiners", () => {
  const { clock, join } = createWorld();
  const a = join('a');
  a.send(saXml({ uid: 'a', callsign: 'a', timeMs: Date.UTC(2019, 0, 1), staleMs: 60_000 }));
  clock.setWall(0);
  clock.advance(30_000);
  const b = join('b');
  clock.advance(1_000);
  assert.deepEqual(b.news, ['a']);
  clock.advance(40_000);
  const c = join('c');
  clock.advance(1_000);
  assert.deepEqual(c.news, []);
});

test('a large replay is paced: a burst, then the rate', () => {
  const { clock, join } = createWorld({ replay: { burstEvents: 10, eventsPerSecond: 20 } });
  const a = join('a');
  for (let i = 0; i < 100; i += 1) a.send(eventXml({ uid: `m${i}`, type: 'a-u-G' }));
  clock.advance(100);
  const b = join('b');
  b.send(sa('b'));
  assert.equal(b.news.length, 10);
  clock.advance(1_000);
  assert.ok(Math.abs(b.news.length - 30) <= 2, `${b.news.length}`);
  clock.advance(4_000);
  assert.equal(b.news.length, 100);
});

test('what is superseded during a replay is sent once, in its newest form', () => {
  const { clock, join } = createWorld({ replay: { burstEvents: 1, eventsPerSecond: 10 } });
  const a = join('a');
  for (const uid of ['m0', 'm1', 'm2', 'm3']) a.send(eventXml({ uid, type: 'a-u-G', lat: 1 }));
  clock.advance(100);
  const b = join('b');
  b.send(sa('b'));
  a.send(eventXml({ uid: 'm3', type: 'a-u-G', lat: 2 }));
  clock.advance(3_000);
  assert.deepEqual(b.news.toSorted(), ['m0', 'm1', 'm2', 'm3']);
  assert.equal(b.events.find(({ envelope }) => envelope.uid === 'm3')?.envelope.lat, 2);
});

test('memory for latest events is bounded by number and by bytes', () => {
  const { hub, join } = createWorld({ presence: { maxEvents: 50, maxBytes: 10_000 } });
  const a = join('a');
  for (let i = 0; i < 200; i += 1) a.send(eventXml({ uid: `m${i}`, type: 'a-u-G' }));
  assert.ok(hub.presence.size <= 50 && hub.presence.bytes <= 10_000);
  assert.ok(hub.presence.get('m199') !== undefined);
});

test('a sender moves or hides no device of people whom he does not reach', () => {
  const { clock, join, hub } = createWorld();
  const a = join('a');
  a.send(sa('a', 47));
  const mallory = join('mallory', RED);
  for (let n = 0; n < 3; n += 1) mallory.send(sa('a', 12));
  clock.advance(100);
  const latOf = (peer: ReturnType<typeof join>) =>
    peer.events.filter(({ envelope }) => envelope.uid === 'a').map(({ envelope }) => envelope.lat);
  const blue = join('b');
  const red = join('c', RED);
  const both = join('d', { groupsIn: ['blue', 'red'], groupsOut: ['blue', 'red'] });
  clock.advance(1_000);
  assert.deepEqual([latOf(blue), latOf(red)], [[47], [12]]);
  // Whoever hears both hears both, live as well, and the newest last.
  assert.deepEqual(latOf(both), [47, 12]);
  assert.equal(hub.presence.size, 2);

  // What mallory says of its end counts in red.
  mallory.send(
    eventXml({ uid: 'x', type: 't-x-d-d', detail: '<link uid="a" relation="none" type="none"/>' }),
  );
  assert.equal(hub.presence.size, 1);
  const later = join('e');
  clock.advance(1_000);
  assert.deepEqual(latOf(later), [47]);

  // Somebody who speaks to both takes the place of both.
  mallory.send(sa('a', 12));
  both.send(sa('a', 3));
  assert.equal(hub.presence.size, 1);
  assert.equal(hub.presence.get('a')?.event.envelope.lat, 3);
  assert.equal(hub.presence.bytes, hub.presence.get('a')?.event.bytes('xml')?.length);
});

test('what one uid is to many channels is bounded, and ends with its time', () => {
  const presence = { maxEvents: 3, maxBytes: 1 << 20 };
  const { clock, join, hub } = createWorld({ presence });
  const into = (channel: string) => join(channel, { groupsIn: [channel], groupsOut: [channel] });
  into('first').send(sa('first'));
  for (const channel of ['c1', 'c2', 'c3', 'c4', 'c5']) into(channel).send(sa('x', 1, 30_000));
  assert.ok(hub.presence.size <= 3, String(hub.presence.size));
  into('c6').send(sa('x', 1, 90_000));
  clock.advance(40_000);
  assert.equal(hub.presence.size, 1);
  assert.deepEqual(
    [...hub.presence.entries()].map(({ groupsIn }) => groupsIn),
    [['c6']],
  );
  clock.advance(60_000);
  assert.equal(hub.presence.size, 0);
  assert.equal(hub.presence.bytes, 0);
});
