import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CotEvent } from '../../src/cot/event.ts';
import { StreamDecoder } from '../../src/cot/stream-decoder.ts';
import { cotFixture } from '../support/cot-fixtures.ts';

const KIB = 1_024;
const PLI = cotFixture('atak-5.5-pli.xml');

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Memory in use once everything that nobody holds is gone; buffers are given back a little later. */
async function memoryInUse(): Promise<{ readonly buffers: number; readonly heap: number }> {
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return { buffers: arrayBuffers, heap: heapUsed };
}

/** One event that came at the end of a chunk of 64 KiB. */
function eventInLargeChunk(xml: Buffer): CotEvent {
  const chunk = Buffer.allocUnsafeSlow(64 * KIB).fill(' ');
  xml.copy(chunk, chunk.length - xml.length);
  const decoder = new StreamDecoder({ maxEventBytes: 64 * KIB });
  decoder.push(chunk);
  const event = decoder.read();
  assert.ok(event?.kind === 'event');
  return event;
}

test('a fresh event is a view into its chunk: nothing was copied', () => {
  const event = eventInLargeChunk(PLI);
  assert.equal(event.bytes('xml')!.buffer.byteLength, 64 * KIB);
});

test('a compact event has its bytes in memory of its own, once', () => {
  const event = eventInLargeChunk(PLI);
  assert.equal(event.compact(), event);
  const bytes = event.bytes('xml')!;
  assert.deepEqual(bytes, PLI);
  assert.equal(bytes.buffer.byteLength, PLI.length);
  event.compact();
  assert.equal(event.bytes('xml'), bytes);
  const message = event.bytes('proto')!;
  assert.equal(message.buffer.byteLength, message.length);
});

test('an XML form made from protobuf has memory of its own', () => {
  const message = eventInLargeChunk(PLI).bytes('proto')!;
  const decoder = new StreamDecoder({ maxEventBytes: 64 * KIB });
  decoder.switchToProto();
  decoder.push(Buffer.concat([message, message]));
  const event = decoder.read();
  assert.ok(event?.kind === 'event');
  const xml = event.compact().bytes('xml')!;
  assert.equal(xml.buffer.byteLength, xml.length);
  assert.equal(event.bytes('proto')!.buffer.byteLength, message.length);
});

test('a thousand kept events keep neither chunks nor frames alive', async () => {
  const long = 'x'.repeat(40 * KIB);
  const withUid = (at: number) =>
    Buffer.from(
      PLI.toString()
        .replace('ANDROID-589520ccfcd20f01', `ANDROID-kept-${at}-with-a-long-name-that-could-be-a-slice`)
        .replace('</detail>', `<remarks>${long}</remarks></detail>`),
    );
  const before = await memoryInUse();
  const envelopes = Array.from({ length: 1_000 }, (_, at) => eventInLargeChunk(withUid(at)).envelope);
  const compact = Array.from({ length: 1_000 }, (_, at) => {
    const chunk = Buffer.concat([PLI, Buffer.alloc(60 * KIB)]);
    const decoder = new StreamDecoder({ maxEventBytes: 64 * KIB });
    decoder.push(chunk);
    const event = decoder.read();
    assert.ok(event?.kind === 'event' && at >= 0);
    return event.compact();
  });
  const after = await memoryInUse();
  // 1,000 chunks of 64 KiB would be 64 MB each time; 1,000 frames as strings 40 MB.
  assert.ok(after.buffers - before.buffers < 4_000 * KIB);
  assert.ok(after.heap - before.heap < 8_000 * KIB);
  assert.equal(envelopes.length + compact.length, 2_000);
});

test('an idle decoder keeps nothing of what it gave out', async () => {
  const before = await memoryInUse();
  const decoders = Array.from({ length: 500 }, () => {
    const decoder = new StreamDecoder({ maxEventBytes: 64 * KIB });
    decoder.push(Buffer.concat([PLI, Buffer.alloc(60 * KIB, ' ')]));
    while (decoder.read() !== undefined);
    return decoder;
  });
  const after = await memoryInUse();
  assert.ok(after.buffers - before.buffers < 1_000 * KIB);
  assert.equal(decoders.length, 500);
});

test('what a decoder holds of an unfinished event stays within its limit', async () => {
  const limit = 100 * KIB;
  const decoder = new StreamDecoder({ maxEventBytes: limit });
  const before = await memoryInUse();
  decoder.push(Buffer.from('<event>'));
  decoder.read();
  for (let sent = 7; sent < limit - 5_000; sent += 4_000) {
    decoder.push(Buffer.alloc(4_000, 'a'));
    assert.equal(decoder.read(), undefined);
  }
  const after = await memoryInUse();
  assert.ok(after.buffers - before.buffers <= limit + 8 * KIB);
});
