import type { Cancel, Clock } from '../core/clock.ts';
import { reaches } from './audience.ts';

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
  /** By uid; several where a uid is in use in channels that share nothing. */
  readonly #waiting = new Map<string, Map<Departure, Cancel>>();

  constructor(graceMs: number, clock: Clock, announce: (departure: Departure) => void) {
    this.#graceMs = graceMs;
    this.#clock = clock;
    this.#announce = announce;
  }

  left(departure: Departure): void {
    const { uid, groupsIn } = departure;
    this.cameBack(uid, groupsIn);
    if (this.#graceMs === 0) {
      this.#announce(departure);
      return;
    }
    const cancel = this.#clock.after(this.#graceMs, () => {
      this.#forget(departure);
      this.#announce(departure);
    });
    const others = this.#waiting.get(uid);
    if (others === undefined) this.#waiting.set(uid, new Map([[departure, cancel]]));
    else others.set(departure, cancel);
  }

  /** It speaks into these channels again: those who heard it there need not be told. */
  cameBack(uid: string, groupsIn: readonly string[]): void {
    for (const [departure, cancel] of this.#waiting.get(uid) ?? []) {
      if (!reaches(groupsIn, departure.groupsIn)) continue;
      cancel();
      this.#forget(departure);
    }
  }

  stop(): void {
    for (const departures of this.#waiting.values()) for (const cancel of departures.values()) cancel();
    this.#waiting.clear();
  }

  #forget(departure: Departure): void {
    const departures = this.#waiting.get(departure.uid);
    departures?.delete(departure);
    if (departures?.size === 0) this.#waiting.delete(departure.uid);
  }
}
