import type { Cancel } from '../core/clock.ts';

/** Runs `fn` once the bytes that are already here have been read: after the current turn of the event loop. */
export type Soon = (fn: () => void) => void;

/**
 * A spell without a flush of so many windows is quiet. One window would not do: at the rate where two or three
 * events share a window, every third gap is longer than that, and each costs a write per client.
 */
const QUIET_WINDOWS = 2.5;

/**
 * Decides when what was published goes out. The first event after a quiet spell and everything urgent (chat,
 * alerts, control) go out in this turn of the loop, together with whatever else arrives in it; positions under
 * load wait up to a window for company, so that each client gets them in one write.
 */
export class FlushScheduler {
  readonly #windowMs: number;
  readonly #flush: () => void;
  readonly #monotonicMs: () => number;
  readonly #soon: Soon;
  readonly #after: (delayMs: number, fn: () => void) => Cancel;
  #lastFlushMs = Number.NEGATIVE_INFINITY;
  #isSoon = false;
  #cancelTimer: Cancel | undefined;

  constructor(
    windowMs: number,
    clock: { monotonicMs(): number; after(delayMs: number, fn: () => void): Cancel },
    soon: Soon,
    flush: () => void,
  ) {
    this.#windowMs = windowMs;
    this.#monotonicMs = () => clock.monotonicMs();
    this.#after = (delayMs, fn) => clock.after(delayMs, fn);
    this.#soon = soon;
    this.#flush = flush;
  }

  /** Something was published. */
  request(isUrgent: boolean): void {
    if (this.#isSoon) return;
    if (isUrgent) {
      this.#runSoon();
      return;
    }
    if (this.#cancelTimer !== undefined) return;
    const quietMs = this.#monotonicMs() - this.#lastFlushMs;
    if (quietMs >= this.#windowMs * QUIET_WINDOWS) this.#runSoon();
    else this.#cancelTimer = this.#after(this.#windowMs, () => this.#run());
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #runSoon(): void {
    this.#isSoon = true;
    this.#soon(() => {
      this.#isSoon = false;
      this.#run();
    });
  }

  #run(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#lastFlushMs = this.#monotonicMs();
    this.#flush();
  }
}
