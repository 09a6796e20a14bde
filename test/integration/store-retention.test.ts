import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { DATABASE_FILE } from '../../src/store/db.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { createRetention } from '../../src/store/retention.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestStore, recordedEvent, recorderOf, temporaryDir } from '../support/store-fixture.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 5, 1, 12, 0, 0);

/** Records one event for each time, in this order; their uids are `e0`, `e1`, … */
async function recordAt(store: Store, receivedMs: readonly number[], bytes = 600): Promise<void> {
  const recorder = recorderOf(store);
  const body = Buffer.alloc(bytes, 'x');
  const already = (await store.history.usage()).lastId;
  for (const [i, ms] of receivedMs.entries()) {
    recorder.record(recordedEvent({ uid: `e${already + i}`, receivedMs: ms, bytes: body }));
    if (i % 5_000 === 4_999) await recorder.flush();
  }
  assert.equal(await recorder.flush(), 0);
}

async function remaining(store: Store): Promise<string[]> {
  const uids: string[] = [];
  let afterId: number | undefined;
  do {
    const page = await store.history.page({ afterId, limit: 1_000 });
    uids.push(...page.events.map(({ uid }) => uid));
    afterId = page.cursor;
  } while (afterId !== undefined);
  return uids;
}

/** Retention under a clock of the test; `run` lets the time between its steps pass. */
function retentionOf(store: Store, clock: FakeClock, limits: { maxAgeDays?: number; maxBytes?: number }) {
  const retention = createRetention({
    history: store.history,
    maxAgeDays: 30,
    maxBytes: 1e12,
    clock,
    log: silentLog,
    ...limits,
  });
  return {
    async run(): Promise<void> {
      let isDone = false;
      const done = retention.run().finally(() => {
        isDone = true;
      });
      while (!isDone) {
        clock.advance(10);
        await new Promise(setImmediate);
      }
      await done;
    },
  };
}

const days = (from: number, to: number) => {
  const times: number[] = [];
  for (let ms = NOW_MS - from * DAY_MS; ms <= NOW_MS - to * DAY_MS; ms += HOUR_MS) times.push(ms);
  return times;
};

test('events older than the maximum age go, and nothing else', async (t) => {
  const { store } = await openTestStore(t);
  await recordAt(store, days(60, 0));
  await retentionOf(store, new FakeClock(NOW_MS - MINUTE_MS), {}).run();
  const uids = await remaining(store);
  assert.equal(uids[0], `e${30 * 24}`);
  assert.equal(uids.length, 30 * 24 + 1);
  assert.equal(
    await store.history.latest({ uid: 'e0', groups: ['blue'] }),
    undefined,
    'its head went with it',
  );
});

test('events that bear 1970 are kept with their neighbours, and go with them', async (t) => {
  const { store } = await openTestStore(t);
  // Two days at 1970 in between: 40 days ago, and again yesterday.
  await recordAt(store, [
    ...days(45, 41),
    ...Array(48).fill(5_000),
    ...days(38, 2),
    ...Array(24).fill(9_000),
  ]);
  const before = await remaining(store);
  const clock = new FakeClock(NOW_MS - MINUTE_MS);
  await retentionOf(store, clock, {}).run();
  // The last event bears 1970: the guard cannot tell how long the kit was off, and waits.
  assert.equal((await remaining(store)).length, before.length);
  await recordAt(store, [NOW_MS]);
  // As after a restart.
  await retentionOf(store, clock, {}).run();
  const left = await remaining(store);
  assert.equal(left.filter((uid) => before.includes(uid)).length, 28 * 24 + 1 + 24);
});

test('events that bear 2038 neither block the age limit for ever nor go early', async (t) => {
  const { store } = await openTestStore(t);
  const future = Date.UTC(2038, 0, 19);
  await recordAt(store, [...days(50, 49), ...Array(30).fill(future), ...days(45, 31.5), ...days(20, 0)]);
  await retentionOf(store, new FakeClock(NOW_MS), {}).run();
  assert.equal((await remaining(store)).length, 20 * 24 + 1);
});

test('a clock that leaps to 2038 wipes nothing, neither now nor after a restart with the wrong time', async (t) => {
  const { store } = await openTestStore(t);
  await recordAt(store, days(20, 0));
  const all = (await remaining(store)).length;
  const clock = new FakeClock(NOW_MS);
  const retention = retentionOf(store, clock, {});
  await retention.run();
  clock.setWall(Date.UTC(2038, 0, 19));
  await retention.run();
  clock.advance(HOUR_MS);
  await retention.run();
  await retentionOf(store, new FakeClock(Date.UTC(2038, 0, 19)), {}).run();
  assert.equal((await remaining(store)).length, all);
});

test('what was received under a clock far behind survives the moment that the clock is set', async (t) => {
  const { store } = await openTestStore(t);
  const clock = new FakeClock(NOW_MS - 90 * DAY_MS);
  const retention = retentionOf(store, clock, {});
  await retention.run();
  await recordAt(store, Array(50).fill(clock.now()));
  clock.setWall(NOW_MS);
  await recordAt(store, Array(50).fill(NOW_MS));
  await retention.run();
  clock.advance(7 * HOUR_MS);
  await retention.run();
  assert.equal((await remaining(store)).length, 100, 'received in this run: younger than it');
});

test('history stays within its room, oldest events first, and the file shrinks when the room does', async (t) => {
  const { store, dataDir } = await openTestStore(t);
  await recordAt(store, Array(20_000).fill(NOW_MS), 3_000);
  const full = await store.history.usage();
  assert.ok(full.usedBytes > 60 * MIB, `${full.usedBytes}`);
  const retention = retentionOf(store, new FakeClock(NOW_MS), { maxBytes: 20 * MIB });
  await retention.run();
  const { usedBytes, freeBytes, firstId, lastId } = await store.history.usage();
  assert.ok(usedBytes <= 20 * MIB && usedBytes > 18 * MIB, `${usedBytes} bytes used`);
  assert.ok(freeBytes <= 16 * MIB, `${freeBytes} bytes free`);
  assert.equal(lastId, 20_000);
  assert.equal((await remaining(store))[0], `e${firstId - 1}`);
  await store.close();
  const { size } = await stat(join(dataDir, DATABASE_FILE));
  assert.ok(size <= 37 * MIB, `${size} bytes on disk`);
});

test('ids go on after everything but the newest event was deleted', async (t) => {
  const dataDir = await temporaryDir(t);
  const first = await openStore({ dataDir, log: silentLog, clock: systemClock });
  await recordAt(first, Array(10).fill(NOW_MS));
  await retentionOf(first, new FakeClock(NOW_MS), { maxBytes: 1 }).run();
  assert.deepEqual(await remaining(first), ['e9']);
  await first.close();
  const { store } = await openTestStore(t, { dataDir });
  await recordAt(store, [NOW_MS]);
  assert.equal((await store.history.usage()).lastId, 11);
});

test('commits go on between the steps of a long retention', async (t) => {
  const { store } = await openTestStore(t);
  await recordAt(store, Array(10_000).fill(NOW_MS - 60 * DAY_MS), 1_000);
  await recordAt(store, [NOW_MS]);
  const { history } = store;
  // The real clock for the pauses; the newest event says that the kit was not off.
  const clock = { ...systemClock, now: () => NOW_MS };
  const retention = createRetention({ history, maxAgeDays: 30, maxBytes: 1e12, clock, log: silentLog });
  let isDone = false;
  const running = retention.run().finally(() => {
    isDone = true;
  });
  const delaysMs: number[] = [];
  while (!isDone) {
    const startedMs = performance.now();
    await store.settings.set({ key: 'test', value: 1, nowMs: NOW_MS });
    delaysMs.push(performance.now() - startedMs);
  }
  await running;
  assert.equal((await history.usage()).firstId, 10_001);
  assert.ok(delaysMs.length > 40, `${delaysMs.length} commits in between`);
  assert.ok(Math.max(...delaysMs) < 500, `the longest waited ${Math.max(...delaysMs)} ms`);
});
