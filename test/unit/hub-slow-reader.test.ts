import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld } from '../support/hub-world.ts';
import { chatXml, saXml } from '../support/tak-events.ts';

const sa = (name: string, lat: number) => saXml({ uid: name, callsign: name, lat });
const chat = (id: number, text = 'x') =>
  chatXml({ fromUid: 'a', fromCallsign: 'a', text, messageId: `${id}` });

function pair(limits = {}) {
  const world = createWorld(limits);
  const [a, b] = [world.join('a'), world.join('b')];
  a.send(sa('a', 0));
  b.send(sa('b', 0));
  world.clock.advance(1_000);
  b.events.length = 0;
  return { ...world, a, b };
}

test('who comes back after a silence gets the newest position and every chat, in order', () => {
  const { clock, a, b } = pair();
  b.isOpen = false;
  for (let i = 1; i <= 50; i += 1) {
    a.send(sa('a', i));
    if (i % 10 === 0) a.send(chat(i));
    clock.advance(100);
  }
  assert.ok(b.session.isSlow);
  b.open();
  const chats = b.events
    .filter(({ envelope }) => envelope.type === 'b-t-f')
    .map(({ envelope }) => envelope.uid.split('.').at(-1));
  assert.deepEqual(chats, ['10', '20', '30', '40', '50']);
  const lats = b.events.filter(({ envelope }) => envelope.uid === 'a').map(({ envelope }) => envelope.lat);
  assert.deepEqual(
    lats,
    lats.toSorted((x, y) => x - y),
  );
  assert.equal(lats.at(-1), 50);
  assert.ok(lats.length < 10, `${lats.length} positions`);
  assert.equal(b.session.isSlow, false);
  a.send(sa('a', 51));
  clock.advance(50);
  assert.equal(b.events.at(-1)?.envelope.lat, 51);
});

test('a slow client does not slow the others', () => {
  const { clock, a, b, join } = pair();
  const c = join('c');
  clock.advance(1_000);
  b.isOpen = false;
  for (let i = 1; i <= 20; i += 1) {
    a.send(sa('a', i));
    clock.advance(100);
  }
  assert.equal(c.events.at(-1)?.envelope.lat, 20);
});

test('a client whose queue is full of what must be kept is cut', () => {
  const { clock, a, b, hub } = pair({ session: { queueMaxBytes: 20_000, stallTimeoutMs: 30_000 } });
  b.isOpen = false;
  for (let i = 0; i < 100 && b.closeReason === undefined; i += 1) {
    a.send(chat(i, 'y'.repeat(1_000)));
    clock.turn();
  }
  assert.equal(b.closeReason, 'slow_reader');
  assert.equal(hub.counts.closed.slow_reader, 1);
});

test('a client that takes nothing for too long is cut, also when it keeps sending', () => {
  const { clock, a, b } = pair();
  b.isOpen = false;
  for (let second = 0; second < 40; second += 1) {
    a.send(sa('a', second));
    b.send(sa('b', second));
    clock.advance(1_000);
  }
  assert.equal(b.closeReason, 'slow_reader');
  assert.equal(a.closeReason, undefined);
});

test('a client that is slow but takes something is not cut', () => {
  const { clock, a, b } = pair();
  for (let second = 0; second < 120; second += 1) {
    b.isOpen = second % 10 === 9;
    if (b.isOpen) b.open();
    a.send(sa('a', second % 90));
    clock.advance(1_000);
  }
  assert.equal(b.closeReason, undefined);
});

test('a silent connection ends as idle', () => {
  const { clock, a, b } = pair({ idleTimeoutMs: 60_000 });
  for (let second = 0; second < 70; second += 1) {
    a.send(sa('a', 1));
    clock.advance(1_000);
  }
  assert.equal(b.closeReason, 'idle');
  assert.equal(a.closeReason, undefined);
});
