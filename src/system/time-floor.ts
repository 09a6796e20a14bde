import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import type { Cancel, Clock } from '../core/clock.ts';

/**
 * The earliest that now can be. A Raspberry Pi has no battery-backed clock: after a power cut it may say 1970.
 * No true time is before the build, nor before a time that this kit has known already.
 */
export interface TimeFloor {
  /** Milliseconds since the Unix epoch; runs on with the monotonic clock. */
  floorMs(): number;
  /**
   * Somebody who has a watch says what time it is, by an explicit act: this may also take the floor back, but
   * never behind the build.
   */
  reset(nowMs: number): void;
  /** Remembers the time on disk now and then, until cancelled; the last one is written when it is. */
  keep(): Cancel;
}

/** One small file an hour: what a power cut can cost is an hour, and an SD card does not notice. */
const KEEP_PERIOD_MS = 3_600_000;
/** Further ahead of the build than this is a wrong clock, not a long life: it must not become the floor. */
const BELIEVABLE_MS = 15 * 365 * 86_400_000;

export function openTimeFloor({
  dataDir,
  builtAtMs,
  clock,
}: {
  readonly dataDir: string;
  readonly builtAtMs: number;
  readonly clock: Clock;
}): TimeFloor {
  const path = join(dataDir, 'time-floor');
  const openedMs = clock.monotonicMs();
  let startMs = Math.max(builtAtMs, believable(readKept(path), builtAtMs));
  const floorMs = () => startMs + (clock.monotonicMs() - openedMs);

  function write(): void {
    const nowMs = Math.max(clock.now(), floorMs());
    if (believable(nowMs, builtAtMs) > 0) writeFileAtomic(path, `${Math.floor(nowMs)}\n`);
  }

  return {
    floorMs,
    reset(nowMs) {
      startMs = Math.max(builtAtMs, believable(nowMs, builtAtMs)) - (clock.monotonicMs() - openedMs);
      writeFileAtomic(path, `${Math.floor(floorMs())}\n`);
    },
    keep() {
      // Not at once: a clock that is wrong at start is usually put right within the first hour.
      const cancel = clock.every(KEEP_PERIOD_MS, write);
      return () => {
        cancel();
        if (clock.monotonicMs() - openedMs > KEEP_PERIOD_MS) write();
      };
    },
  };
}

/** The clock as the kit uses it: the system's, but never behind the floor. */
export function flooredClock(clock: Clock, floor: Pick<TimeFloor, 'floorMs'>): Clock {
  return { ...clock, now: () => Math.max(clock.now(), floor.floorMs()) };
}

function believable(ms: number, builtAtMs: number): number {
  return ms <= builtAtMs + BELIEVABLE_MS ? ms : 0;
}

function readKept(path: string): number {
  try {
    const ms = Number(readFileSync(path, 'utf8').trim());
    return Number.isSafeInteger(ms) ? ms : 0;
  } catch {
    return 0;
  }
}
