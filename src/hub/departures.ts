import type { Cancel, Clock } from '../core/clock.ts';

/** A device whose last connection is gone. */
export interface Departure {
  readonly uid: string;
  /** Type of its last SA: the disconnect notice names it. */
  readonly saType: string;
  readonly groupsIn: readonly string[];
}

/**
 * Waits a moment before the others are told that a device is gone: a phone that roams between access points is
 * back within seconds, and a contact that flickers off and on misleads.
 */
export class Departures {
  readonly #graceMs: number;
  readonly #clock: Clock;
  readonly #announce: (departure: Departure) => void;
  readonly #waiting = new Map<string, Cancel>();

  constructor(graceMs: number, clock: Clock, announce: (departure: Departure) => void) {
    this.#graceMs = graceMs;
    this.#clock = clock;
    this.#announce = announce;
  }

  left(departure: Departure): void {
    this.cameBack(departure.uid);
    if (this.#graceMs === 0) {
      this.#announce(departure);
      return;
    }
    const cancel = this.#clock.after(this.#graceMs, () => {
      this.#waiting.delete(departure.uid);
      this.#announce(departure);
    });
    this.#waiting.set(departure.uid, cancel);
  }

  cameBack(uid: string): void {
    this.#waiting.get(uid)?.();
    this.#waiting.delete(uid);
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
