/**
 * Time as the rest of the house sees it. Rooms that decide by time take a `Clock`, so that tests can move it
 * (a Raspberry Pi has no battery-backed clock: wall time may jump from 1970 to now and back).
 */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch. May jump in both directions. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. For ages, windows and timeouts. */
  monotonicMs(): number;
  /** Runs `fn` once after `delayMs`. The returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, fn: () => void): Cancel;
  /** Runs `fn` each `periodMs` until cancelled. Never keeps the process alive. */
  every(periodMs: number, fn: () => void): Cancel;
}

export type Cancel = () => void;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, fn) {
    const timer = setTimeout(fn, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  every(periodMs, fn) {
    const timer = setInterval(fn, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
