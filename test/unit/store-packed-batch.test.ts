import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pack, unpack } from '../../src/store/packed-batch.ts';
import { recordedEvent } from '../support/store-fixture.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const instant = fc.integer({ min: -1e12, max: 4e12 });
const event = fc.record(
  {
    uid: text,
    type: text,
    how: text,
    timeMs: instant,
    staleMs: instant,
    receivedMs: instant,
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
    principalId: text,
    username: text,
    callsign: text,
    groups: fc.array(text, { maxLength: 3 }),
    isPosition: fc.boolean(),
    isReplayable: fc.boolean(),
    isArchived: fc.boolean(),
    deletesUid: text,
    format: fc.constantFrom('xml' as const, 'proto' as const),
    bytes: fc.uint8Array({ maxLength: 300 }),
    dests: fc.option(
      text.filter((t) => t !== ''),
      { nil: undefined },
    ),
  },
  { noNullPrototype: true },
);

test('what was packed comes out again, also after crossing a thread', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const batch = pack(events);
      const crossed = structuredClone(batch, { transfer: [batch.buffer] });
      const out = [...unpack(crossed)].map(({ groupsJson, ...rest }) => ({
        ...rest,
        groups: JSON.parse(groupsJson),
        bytes: Uint8Array.from(rest.bytes),
      }));
      assert.deepEqual(out, events);
    }),
    { numRuns: 200 },
  );
});

test('impossible times become possible ones', () => {
  const times = [Number.NaN, Number.POSITIVE_INFINITY, -1e300, 12.75];
  const packed = pack(times.map((timeMs) => recordedEvent({ timeMs })));
  assert.deepEqual(
    [...unpack(packed)].map(({ timeMs }) => timeMs),
    [0, 8.64e15, -8.64e15, 12],
  );
});
