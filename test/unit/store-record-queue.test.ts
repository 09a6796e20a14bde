import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordQueue } from '../../src/store/record-queue.ts';
import { recordedEvent, recordedMessage } from '../support/store-fixture.ts';

const position = (uid: string, bytes = 100) => recordedEvent({ uid, bytes: Buffer.alloc(bytes) });
const message = (uid: string, bytes = 100) => recordedMessage({ uid, bytes: Buffer.alloc(bytes) });
const LOOSE = { maxEvents: 1_000, maxBytes: 1e9 };

function takeUids(queue: RecordQueue): string[] {
  return queue.take(1e6, 1e9).map(({ uid }) => uid);
}

test('events leave in the order in which they came, whatever they are', () => {
  const queue = new RecordQueue(LOOSE);
  for (const event of [position('1'), message('2'), message('3'), position('4')]) assert.ok(queue.add(event));
  assert.deepEqual(takeUids(queue), ['1', '2', '3', '4']);
});

test('over the limit of events the oldest positions go, messages stay', () => {
  const queue = new RecordQueue({ maxEvents: 4, maxBytes: 1e9 });
  for (const event of [message('m1'), position('p1'), position('p2'), message('m2')]) queue.add(event);
  assert.equal(queue.add(message('m3')), false);
  assert.equal(queue.add(position('p3')), false);
  assert.deepEqual(takeUids(queue), ['m1', 'm2', 'm3', 'p3']);
  assert.equal(queue.droppedPositions, 2);
  assert.equal(queue.droppedMessages, 0);
});

test('a position that finds only messages in a full queue is itself the one to go', () => {
  const queue = new RecordQueue({ maxEvents: 2, maxBytes: 1e9 });
  for (const event of [message('m1'), message('m2'), position('p1')]) queue.add(event);
  assert.deepEqual(takeUids(queue), ['m1', 'm2']);
  assert.equal(queue.droppedPositions, 1);
});

test('messages may exceed the limit of events and bytes, up to twice the bytes, then the newest is refused', () => {
  const queue = new RecordQueue({ maxEvents: 2, maxBytes: 50_000 });
  let accepted = 0;
  while (queue.droppedMessages === 0) {
    queue.add(message(`m${accepted}`, 10_000));
    if (queue.droppedMessages === 0) accepted += 1;
  }
  assert.ok(queue.bytes <= 100_000, `${queue.bytes} bytes`);
  assert.equal(accepted, 9);
  assert.deepEqual(
    takeUids(queue),
    Array.from({ length: 9 }, (_, i) => `m${i}`),
  );
});

test('what is on its way counts until it is settled, and cannot be dropped', () => {
  const queue = new RecordQueue({ maxEvents: 3, maxBytes: 1e9 });
  for (const uid of ['1', '2', '3']) queue.add(position(uid));
  const underway = queue.take(2, 1e9);
  assert.equal(queue.events, 3);
  queue.add(position('4'));
  assert.deepEqual(takeUids(queue), ['4']);
  queue.settle(underway);
  assert.equal(queue.events, 1);
});

test('events that the disk refused come first again, in order', () => {
  const queue = new RecordQueue(LOOSE);
  for (const event of [position('1'), message('2'), position('3')]) queue.add(event);
  const refused = queue.take(3, 1e9);
  queue.add(message('4'));
  queue.putBack(refused);
  assert.deepEqual(takeUids(queue), ['1', '2', '3', '4']);
});

test('the accounts are even after any traffic', () => {
  const queue = new RecordQueue({ maxEvents: 50, maxBytes: 40_000 });
  for (let i = 0; i < 5_000; i += 1) {
    queue.add(i % 7 === 0 ? message(`m${i}`, i % 400) : position(`p${i}`, i % 900));
    if (i % 31 === 0) {
      const events = queue.take(20, 1e9);
      if (i % 3 === 0) queue.putBack(events);
      else if (i % 5 === 0) queue.giveUp(events);
      else queue.settle(events);
    }
  }
  const rest = queue.take(1e6, 1e9);
  assert.equal(queue.events, rest.length);
  queue.settle(rest);
  assert.equal(queue.events, 0);
  assert.equal(queue.bytes, 0);
});
