import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BivouacError } from '../../src/core/errors.ts';
import { createHealth } from '../../src/core/health.ts';
import { silentLog } from '../../src/core/log.ts';
import { createMetrics } from '../../src/core/metrics.ts';
import { type PackedBatch, unpack } from '../../src/store/packed-batch.ts';
import { createRecorder } from '../../src/store/recorder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { recordedEvent, recordedMessage } from '../support/store-fixture.ts';

/** A recorder whose disk answers when the test says so. */
function harness(limits: { queueMaxEvents?: number; queueMaxBytes?: number } = {}) {
  const clock = new FakeClock();
  const health = createHealth();
  const metrics = createMetrics();
  const sent: string[][] = [];
  const answers: ((error?: Error) => Promise<void>)[] = [];
  const recorder = createRecorder({
    append(batch: PackedBatch) {
      sent.push([...unpack(batch)].map(({ uid }) => uid));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      answers.push((error) => {
        if (error === undefined) resolve();
        else reject(error);
        return settled();
      });
      return promise;
    },
    commitIntervalMs: 500,
    queueMaxEvents: 10_000,
    queueMaxBytes: 1e8,
    log: silentLog,
    clock,
    health,
    metrics,
    ...limits,
  });
  return {
    clock,
    recorder,
    sent,
    metric: (name: string) => Number(metrics.text().match(new RegExp(`^${name} (\\d+)$`, 'm'))?.[1]),
    warnings: () => health.list().map(({ code }) => code),
    /** The disk is done with the oldest batch that it has not answered. */
    answer: (error?: Error) => answers.shift()!(error),
  };
}

/** Lets promises run their course. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

const FULL = new BivouacError('store.full');
const uids = (from: number, count: number) => Array.from({ length: count }, (_, i) => `u${from + i}`);

test('events wait for the commit interval and go as one batch', async () => {
  const { recorder, clock, sent, answer, metric } = harness();
  for (const uid of uids(0, 3)) recorder.record(recordedEvent({ uid }));
  clock.advance(499);
  assert.deepEqual(sent, []);
  clock.advance(1);
  assert.deepEqual(sent, [uids(0, 3)]);
  assert.equal(recorder.committed, 0);
  assert.equal(metric('bivouac_recorder_queued'), 3);
  await answer();
  assert.equal(recorder.committed, 3);
  assert.equal(metric('bivouac_recorder_committed_total'), 3);
  assert.equal(metric('bivouac_recorder_queued'), 0);
});

test('a full batch does not wait', () => {
  const { recorder, sent } = harness();
  for (const uid of uids(0, 1_000)) recorder.record(recordedEvent({ uid }));
  assert.deepEqual(
    sent.map((batch) => batch.length),
    [1_000],
  );
});

test('one batch is on its way at a time; what came meanwhile follows no later than its interval', async () => {
  const { recorder, clock, sent, answer } = harness();
  recorder.record(recordedEvent({ uid: 'a' }));
  clock.advance(500);
  recorder.record(recordedEvent({ uid: 'b' }));
  clock.advance(400);
  assert.equal(sent.length, 1);
  await answer();
  clock.advance(99);
  assert.equal(sent.length, 1);
  clock.advance(1);
  assert.deepEqual(sent, [['a'], ['b']]);
  recorder.record(recordedEvent({ uid: 'c' }));
  clock.advance(5_000);
  await answer();
  clock.advance(0);
  assert.deepEqual(sent[2], ['c']);
});

test('the bytes are copied: the caller may use its buffer again', async () => {
  const clock = new FakeClock();
  let text = '';
  const recorder = createRecorder({
    append: async (batch) => {
      text = Buffer.concat([...unpack(batch)].map(({ bytes }) => bytes)).toString();
    },
    commitIntervalMs: 1,
    queueMaxEvents: 10,
    queueMaxBytes: 1e6,
    log: silentLog,
    clock,
  });
  const chunk = Buffer.from('<event a/><event b/>');
  recorder.record(recordedEvent({ bytes: chunk.subarray(0, 10) }));
  recorder.record(recordedMessage({ bytes: chunk.subarray(10) }));
  chunk.fill('x');
  clock.advance(1);
  await settled();
  assert.equal(text, '<event a/><event b/>');
});

test('a batch that a full disk refuses is kept, and goes in order when there is space again', async () => {
  const { recorder, clock, sent, answer, metric } = harness();
  recorder.record(recordedMessage({ uid: 'a' }));
  clock.advance(500);
  recorder.record(recordedEvent({ uid: 'b' }));
  await answer(FULL);
  clock.advance(1_999);
  assert.equal(sent.length, 1, 'no try before its time');
  clock.advance(1);
  assert.deepEqual(sent[1], ['a', 'b']);
  await answer();
  assert.equal(recorder.committed, 2);
  assert.match(String(metric('bivouac_recorder_queued')), /^0$/);
});

test('a refusing disk is tried by the timer alone, also under load, and positions go first', async () => {
  const { recorder, clock, sent, answer, warnings } = harness({ queueMaxEvents: 1_500 });
  for (const uid of uids(0, 1_000)) recorder.record(recordedEvent({ uid }));
  await answer(FULL);
  recorder.record(recordedMessage({ uid: 'chat' }));
  for (const uid of uids(1_000, 5_000)) recorder.record(recordedEvent({ uid }));
  assert.equal(sent.length, 1);
  assert.deepEqual(warnings(), ['recorder.dropping_positions']);
  clock.advance(2_000);
  assert.equal(sent[1]![0], 'chat');
  await answer();
  clock.advance(0);
  await answer();
  assert.equal(sent.flat().includes('u5999'), true);
  assert.deepEqual(warnings(), [], 'the warning ends with the trouble');
});

test('a dropped message is a grave warning', async () => {
  const { recorder, warnings } = harness({ queueMaxEvents: 10, queueMaxBytes: 10_000 });
  for (const uid of uids(0, 100)) recorder.record(recordedMessage({ uid }));
  assert.ok(warnings().includes('recorder.dropping_messages'));
});

test('a batch that can never be stored is given up and counted, and the next one goes', async () => {
  const { recorder, clock, sent, answer } = harness();
  recorder.record(recordedEvent({ uid: 'a' }));
  clock.advance(500);
  await answer(new BivouacError('store.failed'));
  recorder.record(recordedEvent({ uid: 'b' }));
  clock.advance(500);
  await answer();
  assert.deepEqual(sent, [['a'], ['b']]);
  assert.equal(recorder.committed, 1);
});

test('a disk that does not answer is told, until it does', async () => {
  const { recorder, clock, answer, warnings } = harness();
  recorder.record(recordedEvent());
  clock.advance(500);
  clock.advance(14_999);
  assert.deepEqual(warnings(), []);
  clock.advance(1);
  assert.deepEqual(warnings(), ['recorder.stalled']);
  await answer();
  assert.deepEqual(warnings(), []);
});

test('flush commits everything at once', async () => {
  const { recorder, sent, answer } = harness();
  for (const uid of uids(0, 1_200)) recorder.record(recordedEvent({ uid }));
  const flushed = recorder.flush();
  await answer();
  await answer();
  assert.equal(await flushed, 0);
  assert.equal(sent.flat().length, 1_200);
});

test('flush gives up on a disk that refuses, and on one that does not answer', async () => {
  const refusing = harness();
  refusing.recorder.record(recordedEvent());
  const refused = refusing.recorder.flush();
  await settled();
  await refusing.answer(FULL);
  assert.equal(await refused, 1);

  const silent = harness();
  silent.recorder.record(recordedEvent());
  const unanswered = silent.recorder.flush();
  silent.clock.advance(3_000);
  assert.equal(await unanswered, 1);
});
