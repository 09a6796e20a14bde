import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { DATABASE_FILE } from '../../src/store/db.ts';
import { openStore } from '../../src/store/open.ts';
import { pack } from '../../src/store/packed-batch.ts';
import type { RecordedEvent } from '../../src/store/recorded-event.ts';
import { recordedEvent, recorderOf } from '../support/store-fixture.ts';

/**
 * What history costs: the event loop's share (recording and packing, per event) and the worker's (events per
 * second through to the disk, fsync included). Run it with `node test/bench/recorder.ts`; ten seconds at most.
 */

const UIDS = 100;
const LOOP_EVENTS = 200_000;
const DISK_SECONDS = 4;
const PACED_SECONDS = 2;
const PACED_HZ = 400;
const COMMIT_INTERVAL_MS = 500;

const events = Array.from({ length: UIDS }, (_, i) =>
  recordedEvent({ uid: `ANDROID-${i}`, callsign: `C${i}` }),
);
const eventAt = (i: number): RecordedEvent => events[i % UIDS]!;

const dataDir = await mkdtemp(join(tmpdir(), 'bivouac-bench-'));
try {
  const packNs = packCost();
  const disk = await diskRate();
  const paced = await pacedCost();
  const report = { packNsPerEvent: packNs, ...disk, ...paced };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

function packCost(): number {
  const batch = Array.from({ length: 1_000 }, (_, i) => eventAt(i));
  for (let i = 0; i < 20; i += 1) pack(batch);
  const startedMs = performance.now();
  for (let i = 0; i < LOOP_EVENTS / 1_000; i += 1) pack(batch);
  return Math.round(((performance.now() - startedMs) * 1e6) / LOOP_EVENTS);
}

/** Keeps the queue full, so that the worker never waits. */
async function diskRate() {
  const store = await openStore({ dataDir, log: silentLog, clock: systemClock });
  const recorder = recorderOf(store, { queueMaxEvents: 1e6, queueMaxBytes: 2 ** 30 });
  let recorded = 0;
  let recordMs = 0;
  const endMs = performance.now() + DISK_SECONDS * 1_000;
  while (performance.now() < endMs) {
    if (recorded - recorder.committed < 20_000) {
      const startedMs = performance.now();
      for (let i = 0; i < 500; i += 1) recorder.record(eventAt(recorded + i));
      recordMs += performance.now() - startedMs;
      recorded += 500;
    }
    await new Promise(setImmediate);
  }
  const committed = recorder.committed;
  await recorder.flush();
  await store.close();
  const { size } = await stat(join(dataDir, DATABASE_FILE));
  return {
    recordNsPerEvent: Math.round((recordMs * 1e6) / recorded),
    committedPerSecond: Math.round(committed / DISK_SECONDS),
    fileBytesPerEvent: Math.round(size / recorded),
  };
}

/** A busy kit: the whole main thread's CPU time for its history, at the default commit interval. */
async function pacedCost() {
  const store = await openStore({ dataDir, log: silentLog, clock: systemClock });
  const recorder = recorderOf(store, { commitIntervalMs: COMMIT_INTERVAL_MS });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = process.threadCpuUsage();
  let recorded = 0;
  const tick = setInterval(() => {
    for (let i = 0; i < PACED_HZ / 50; i += 1) recorder.record(eventAt(recorded + i));
    recorded += PACED_HZ / 50;
  }, 20);
  await new Promise((resolve) => setTimeout(resolve, PACED_SECONDS * 1_000));
  clearInterval(tick);
  const { user, system } = process.threadCpuUsage(before);
  await recorder.flush();
  await store.close();
  return {
    pacedEventsPerSecond: PACED_HZ,
    pacedMainThreadCpuPercent: (user + system) / (PACED_SECONDS * 1e4),
  };
}
