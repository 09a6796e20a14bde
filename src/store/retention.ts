import type { Cancel, Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { AgeGuard } from './age-guard.ts';
import type { Store } from './open.ts';

const PERIOD_MS = 60_000;

/**
 * Deleted in one transaction: some 200 kB of positions, a few tens of milliseconds on a slow card, for which
 * the recorder's commits wait.
 */
const STEP_EVENTS = 250;

/** Between two steps the disk rests as long as the step took, and at least this, milliseconds. */
const REST_MIN_MS = 10;

/** Free pages that stay in the file for what comes next, bytes; more go back to the file system. */
const SLACK_BYTES = 16 * 1024 * 1024;
const RELEASE_STEP_PAGES = 256;

const DAY_MS = 24 * 3_600_000;

export interface Retention {
  start(): void;
  stop(): Promise<void>;
  /** Deletes what is too old or too much now; resolves when it is done. */
  run(): Promise<void>;
}

/**
 * Keeps the history within its age and its room, oldest events first, in steps that the recorder's commits
 * fit between. By age it follows `AgeGuard`; the room needs no clock.
 */
export function createRetention(deps: {
  readonly history: Pick<Store['history'], 'usage' | 'expiredThrough' | 'trim' | 'releasePages'>;
  readonly maxAgeDays: number;
  /** For the database file without its log. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}): Retention {
  const { history, maxBytes, clock, log } = deps;
  const guard = new AgeGuard(clock, deps.maxAgeDays * DAY_MS);
  let isStopping = false;
  let cancelTimer: Cancel | undefined;
  let running: Promise<void> | undefined;

  async function runOnce(): Promise<void> {
    const expired = await deleteExpired();
    const evicted = await deleteForRoom();
    await releasePages();
    if (expired + evicted > 0) log.info('retention.deleted', { expired, evicted });
  }

  async function deleteExpired(): Promise<number> {
    const { lastId, newestReceivedMs } = await history.usage();
    const expiry = guard.expiry(lastId, newestReceivedMs);
    if (expiry === undefined) {
      log.warnRarely('retention.held', 'retention.held', { reason: 'the clock has leapt ahead' });
      return 0;
    }
    const throughId = await history.expiredThrough(expiry);
    if (throughId === undefined) return 0;
    return repeat(() => history.trim({ throughId, maxEvents: STEP_EVENTS }));
  }

  function deleteForRoom(): Promise<number> {
    return repeat(async () => {
      const { usedBytes, lastId } = await history.usage();
      return usedBytes <= maxBytes ? 0 : history.trim({ throughId: lastId, maxEvents: STEP_EVENTS });
    });
  }

  async function releasePages(): Promise<void> {
    let freeBefore = Number.POSITIVE_INFINITY;
    await repeat(async () => {
      const { freeBytes } = await history.usage();
      if (freeBytes <= SLACK_BYTES || freeBytes >= freeBefore) return 0;
      freeBefore = freeBytes;
      await history.releasePages(RELEASE_STEP_PAGES);
      return 1;
    });
  }

  /** Repeats `step` until it did nothing; returns how much all steps did. */
  async function repeat(step: () => Promise<number>): Promise<number> {
    let total = 0;
    while (!isStopping) {
      const startedMs = clock.monotonicMs();
      const done = await step();
      if (done === 0) break;
      total += done;
      await rest(clock.monotonicMs() - startedMs);
    }
    return total;
  }

  function rest(workedMs: number): Promise<void> {
    return new Promise((resolve) => {
      clock.after(Math.max(workedMs, REST_MIN_MS), resolve);
    });
  }

  function run(): Promise<void> {
    running ??= runOnce()
      .catch((error: unknown) =>
        log.warnRarely('retention.failed', 'retention.failed', { error: messageOf(error) }),
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    start() {
      cancelTimer = clock.every(PERIOD_MS, run);
      void run();
    },
    async stop() {
      isStopping = true;
      cancelTimer?.();
      await running;
    },
    run,
  };
}
