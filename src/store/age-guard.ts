import type { Clock } from '../core/clock.ts';

/**
 * A wall clock that went further ahead than time did by more than this, milliseconds, has leapt. A kit that
 * was off for a night or a day has not.
 */
const LEAP_MS = 2 * 24 * 3_600_000;

/**
 * After a leap, so long must the clock be left alone, milliseconds of running, before history is deleted by
 * it. A wrong clock is noticed and set within hours of use; a right one loses nothing by the wait.
 */
const SETTLE_MS = 6 * 3_600_000;

/** Marks are set at most this far apart, milliseconds; a short maximum age sets them closer. */
const MARK_PERIOD_MS = 3_600_000;
const MARKS_PER_AGE = 10;

/** What may be deleted by age: events received before `beforeMs`, but none after `throughId`. */
export interface Expiry {
  readonly beforeMs: number;
  readonly throughId: number;
}

/**
 * Decides what is old on a kit whose wall clock may be wrong. Two rules stand over "now minus the maximum
 * age":
 *
 * - What this process saw come in within the maximum age, by the monotonic clock, is young, whatever time it
 *   bears: `marks` remember which id was the newest at which time.
 * - After the wall clock leapt ahead, also across a restart, nothing is deleted by age until it has settled.
 */
export class AgeGuard {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #marks: { readonly atMs: number; readonly lastId: number }[] = [];
  #last: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  #leaptAtMs: number | undefined;

  constructor(clock: Clock, maxAgeMs: number) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  /** To be asked regularly, with the newest event's id and time; undefined while the clock is not trusted. */
  expiry(lastId: number, newestReceivedMs: number | undefined): Expiry | undefined {
    const wallMs = this.#clock.now();
    const monotonicMs = this.#clock.monotonicMs();
    this.#watchLeap(wallMs, monotonicMs, newestReceivedMs);
    this.#mark(monotonicMs, lastId);
    if (this.#leaptAtMs !== undefined) {
      if (monotonicMs - this.#leaptAtMs < SETTLE_MS) return undefined;
      this.#leaptAtMs = undefined;
    }
    return { beforeMs: wallMs - this.#maxAgeMs, throughId: this.#marks[0]?.lastId ?? 0 };
  }

  #watchLeap(wallMs: number, monotonicMs: number, newestReceivedMs: number | undefined): void {
    // At the start, the newest event tells when the clock was last seen.
    const aheadMs =
      this.#last === undefined
        ? wallMs - (newestReceivedMs ?? wallMs)
        : wallMs - this.#last.wallMs - (monotonicMs - this.#last.monotonicMs);
    if (aheadMs > LEAP_MS) this.#leaptAtMs = monotonicMs;
    this.#last = { wallMs, monotonicMs };
  }

  /** Keeps the first mark as the newest of those that are older than the maximum age, if there is one. */
  #mark(monotonicMs: number, lastId: number): void {
    const periodMs = Math.min(MARK_PERIOD_MS, this.#maxAgeMs / MARKS_PER_AGE);
    const newest = this.#marks.at(-1);
    if (newest === undefined || monotonicMs - newest.atMs >= periodMs) {
      this.#marks.push({ atMs: monotonicMs, lastId });
    }
    while (monotonicMs - (this.#marks[1]?.atMs ?? monotonicMs) >= this.#maxAgeMs) this.#marks.shift();
  }
}
