import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { createSystemTime, type TimeSource } from '../../src/system/system-time.ts';
import { flooredClock, openTimeFloor } from '../../src/system/time-floor.ts';

const BUILT_MS = Date.UTC(2026, 0, 1);
const TODAY_MS = Date.UTC(2026, 5, 1, 12);
const YEAR_MS = 365 * 86_400_000;

/** A kit whose system clock says 1970, and which may not set it. */
async function kit(t: TestContext, source: TimeSource = 'none', maySet = false) {
  const dataDir = await mkdtemp(join(tmpdir(), 'bivouac-time-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  let systemMs = 5_000;
  const clock = { ...systemClock, now: () => systemMs };
  const floor = openTimeFloor({ dataDir, builtAtMs: BUILT_MS, clock });
  const time = createSystemTime({
    clock,
    floor,
    builtAtMs: BUILT_MS,
    log: silentLog,
    readSource: () => source,
    async setSystemClock(timeMs) {
      if (maySet) systemMs = timeMs;
      return maySet;
    },
  });
  return { time, floor, clock: flooredClock(clock, floor), dataDir };
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 2_000, `${actual} is not near ${expected}`);

test('a clock that says 1970 is not believed', async (t) => {
  const { time } = await kit(t);
  const status = time.status();
  assert.equal(status.systemMs, 5_000);
  near(status.nowMs, BUILT_MS);
  assert.equal(status.source, 'none');
});

test('a person sets the time where the system does not let the kit, and it is kept on disk', async (t) => {
  const { time, clock, dataDir } = await kit(t);
  const status = await time.set(TODAY_MS);
  near(status.nowMs, TODAY_MS);
  assert.equal(status.source, 'person');
  near(clock.now(), TODAY_MS);
  near(Number(await readFile(join(dataDir, 'time-floor'), 'utf8')), TODAY_MS);
});

test('where the kit may set the clock of the system, it does', async (t) => {
  const { time } = await kit(t, 'battery_clock', true);
  near((await time.set(TODAY_MS)).systemMs, TODAY_MS);
});

test('a slip can be taken back by the same act', async (t) => {
  const { time, clock } = await kit(t);
  await time.set(TODAY_MS + 5 * YEAR_MS);
  await time.set(TODAY_MS);
  near(clock.now(), TODAY_MS);
});

test('nobody sets what a time server sets, nor a time that cannot be', async (t) => {
  await assert.rejects((await kit(t, 'time_server')).time.set(TODAY_MS), { code: 'time.has_source' });
  const { time } = await kit(t);
  await assert.rejects(time.set(BUILT_MS - YEAR_MS), { code: 'time.refused' });
  await assert.rejects(time.set(BUILT_MS + 20 * YEAR_MS), { code: 'time.refused' });
});
