import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Outbox } from '../../src/hub/outbox.ts';

const text = (buffers: readonly Buffer[]) => buffers.map((buffer) => buffer.toString());
const position = (uid: string, senderId: number, payload: string) => ({
  bytes: Buffer.from(payload),
  senderId,
  replaceableUid: uid,
});
const kept = (senderId: number, payload: string) => ({
  bytes: Buffer.from(payload),
  senderId,
  replaceableUid: undefined,
});

test('the newest position of a uid takes the place of the one that waits', () => {
  const outbox = new Outbox(1_000);
  outbox.push(position('a', 1, 'a1'));
  outbox.push(position('b', 2, 'b1'));
  outbox.push(position('a', 1, 'a2'));
  assert.deepEqual(text(outbox.take(1_000)), ['a2', 'b1']);
  assert.equal(outbox.replacedCount, 1);
  assert.ok(outbox.isEmpty);
});

test('a newer position does not overtake a chat of the same sender', () => {
  const outbox = new Outbox(1_000);
  outbox.push(position('a', 1, 'a1'));
  outbox.push(kept(1, 'chat'));
  outbox.push(position('a', 1, 'a2'));
  assert.deepEqual(text(outbox.take(1_000)), ['chat', 'a2']);
});

test("another sender's chat does not cost a position its turn", () => {
  const outbox = new Outbox(1_000);
  outbox.push(position('a', 1, 'a1'));
  outbox.push(kept(2, 'chat'));
  outbox.push(position('a', 1, 'a2'));
  assert.deepEqual(text(outbox.take(1_000)), ['a2', 'chat']);
});

test('behind a barrier nothing replaces what was queued before it', () => {
  const outbox = new Outbox(1_000);
  outbox.push(position('a', 1, 'xml'));
  outbox.barrier();
  outbox.push(position('a', 1, 'proto'));
  assert.deepEqual(text(outbox.take(1_000)), ['xml', 'proto']);
});

test('it is full when what must be kept exceeds the limit, not when positions are replaced', () => {
  const outbox = new Outbox(10);
  for (let i = 0; i < 100; i += 1) assert.ok(outbox.push(position('a', 1, `pos${i % 10}`)));
  assert.ok(outbox.push(kept(1, '123456')));
  assert.equal(outbox.push(kept(1, '7')), false);
});

test('take gives whole items up to the limit, and at least one', () => {
  const outbox = new Outbox(1_000);
  for (const item of ['aaaa', 'bbbb', 'cccc']) outbox.push(kept(1, item));
  assert.deepEqual(text(outbox.take(8)), ['aaaa', 'bbbb']);
  assert.deepEqual(text(outbox.take(1)), ['cccc']);
  assert.deepEqual(outbox.take(1), []);
});

test('property: bounded, in order per sender, nothing kept is lost, newest position wins', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('position' as const), sender: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('kept' as const), sender: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('take' as const), sender: fc.integer({ min: 1, max: 60 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const outbox = new Outbox(Number.POSITIVE_INFINITY);
      const sent: { sender: number; kind: string; order: number }[] = [];
      const received: typeof sent = [];
      const takeAll = (limit: number) => {
        for (const buffer of outbox.take(limit)) {
          const [sender, kind, order] = buffer.toString().split(' ');
          received.push({ sender: Number(sender), kind: kind!, order: Number(order) });
        }
      };
      for (const { kind, sender } of steps) {
        if (kind === 'take') {
          takeAll(sender);
          continue;
        }
        const order = sent.length;
        sent.push({ sender, kind, order });
        const payload = `${sender} ${kind} ${order}`;
        outbox.push(kind === 'kept' ? kept(sender, payload) : position(`uid${sender}`, sender, payload));
        assert.equal(outbox.isEmpty, false);
      }
      takeAll(Number.POSITIVE_INFINITY);
      assert.equal(outbox.bytes, 0);
      const keptSent = sent.filter((item) => item.kind === 'kept').length;
      assert.equal(received.filter((item) => item.kind === 'kept').length, keptSent);
      for (const sender of [1, 2, 3, 4]) {
        const orders = received.filter((item) => item.sender === sender).map((item) => item.order);
        assert.deepEqual(
          orders,
          orders.toSorted((a, b) => a - b),
        );
        const lastSent = sent.filter((item) => item.sender === sender).at(-1)?.order;
        assert.equal(orders.at(-1), lastSent);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});
