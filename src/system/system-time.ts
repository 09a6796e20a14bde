import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { TimePort, TimeStatus } from '../http/app-deps.ts';
import type { TimeFloor } from './time-floor.ts';

/** What vouches for the system's clock, best first. */
export type TimeSource = TimeStatus['source'];

/** Touched by systemd-timesyncd when it has heard from a time server since the start. */
const SYNCHRONISED_MARK = '/run/systemd/timesync/synchronized';
const BATTERY_CLOCK = '/dev/rtc0';
const SET_TIMEOUT_MS = 5_000;
/** A person cannot know better than the build that it is earlier; later than this is a slip of the finger. */
const LATEST_AFTER_BUILD_MS = 15 * 365 * 86_400_000;

export function readTimeSource(): TimeSource {
  if (existsSync(SYNCHRONISED_MARK)) return 'time_server';
  return existsSync(BATTERY_CLOCK) ? 'battery_clock' : 'none';
}

/**
 * The system's clock as an administrator sees and sets it. Setting asks the system first; where the kit may
 * not do that, it keeps the time for itself, which is all that certificates and tokens need.
 */
export function createSystemTime(deps: {
  /** The system's own clock, right or wrong. */
  readonly clock: Clock;
  readonly floor: Pick<TimeFloor, 'floorMs' | 'reset'>;
  readonly builtAtMs: number;
  readonly log: Log;
  readonly readSource?: () => TimeSource;
  /** Resolves with whether the system's clock was set. */
  readonly setSystemClock?: (timeMs: number) => Promise<boolean>;
}): TimePort {
  const { clock, floor, builtAtMs, log } = deps;
  const readSource = deps.readSource ?? readTimeSource;
  const setSystemClock = deps.setSystemClock ?? setClockByDate;
  let isSetByPerson = false;

  function status(): TimeStatus {
    const source = readSource();
    const systemMs = clock.now();
    const floorMs = floor.floorMs();
    return {
      nowMs: Math.max(systemMs, floorMs),
      systemMs,
      floorMs,
      source: isSetByPerson && source !== 'time_server' && source !== 'gps' ? 'person' : source,
    };
  }

  return {
    status,
    async set(timeMs) {
      const before = status();
      if (before.source === 'time_server' || before.source === 'gps')
        throw new BivouacError('time.has_source');
      if (timeMs < builtAtMs || timeMs > builtAtMs + LATEST_AFTER_BUILD_MS) {
        const built = new Date(builtAtMs).toISOString().slice(0, 10);
        throw new BivouacError('time.refused', `It is not ${nameOf(timeMs)}: this kit was built on ${built}`);
      }
      const isSystemSet = await setSystemClock(timeMs);
      floor.reset(timeMs);
      isSetByPerson = true;
      log.warn('time.set', { from: nameOf(before.nowMs), to: nameOf(timeMs), isSystemSet });
      return status();
    },
  };
}

/** `date` is on every system; it fails where this user may not set the clock. */
export function setClockByDate(timeMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const seconds = (timeMs / 1_000).toFixed(3);
    execFile('date', ['--utc', `--set=@${seconds}`], { timeout: SET_TIMEOUT_MS }, (error) =>
      resolve(error === null),
    );
  });
}

function nameOf(ms: number): string {
  return new Date(ms).toISOString();
}
