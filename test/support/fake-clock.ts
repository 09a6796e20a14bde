import type { Cancel, Clock } from '../../src/core/clock.ts';

interface Timer {
  dueMs: number;
  readonly periodMs: number | undefined;
  readonly run: () => void;
}

/** A clock that moves only when told. Wall time and monotonic time can be moved apart, as on a kit without RTC. */
export class FakeClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  readonly #timers = new Set<Timer>();
  readonly #soon: (() => void)[] = [];

  constructor(nowMs = Date.UTC(2026, 5, 1, 12, 0, 0)) {
    this.#wallOffsetMs = nowMs;
  }

  now(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, fn: () => void): Cancel {
    return this.#add({ dueMs: this.#monotonicMs + delayMs, periodMs: undefined, run: fn });
  }

  every(periodMs: number, fn: () => void): Cancel {
    return this.#add({ dueMs: this.#monotonicMs + periodMs, periodMs, run: fn });
  }

  /** Stands for `setImmediate`: runs with the next `turn()` or `advance()`. */
  readonly soon = (fn: () => void): void => {
    this.#soon.push(fn);
  };

  /** One turn of the event loop. */
  turn(): void {
    for (const fn of this.#soon.splice(0)) fn();
  }

  /** Lets time pass, timer by timer. */
  advance(ms: number): void {
    this.turn();
    const endMs = this.#monotonicMs + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) if (next === undefined || timer.dueMs < next.dueMs) next = timer;
      if (next === undefined || next.dueMs > endMs) break;
      this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
      if (next.periodMs === undefined) this.#timers.delete(next);
      else next.dueMs += next.periodMs;
      next.run();
      this.turn();
    }
    this.#monotonicMs = endMs;
    this.turn();
  }

  /** Sets the wall clock, as an administrator or GPS does; monotonic time goes on undisturbed. */
  setWall(nowMs: number): void {
    this.#wallOffsetMs = nowMs - this.#monotonicMs;
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}
