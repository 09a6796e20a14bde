import type { Clock } from '../core/clock.ts';
import type { Place } from './address.ts';

const MINUTE_MS = 60_000;

/** Wrong codes of one session, or from one address, within the window below; the next has to wait. */
export const WRONG_PER_PERSON_MAX = 5;
const WRONG_PER_PERSON_WINDOW_MS = 10 * MINUTE_MS;

/** Wrong codes that the box takes of everybody together within an hour: the figure that bounds all guessing. */
export const WRONG_PER_BOX_MAX = 50;
const WRONG_PER_BOX_WINDOW_MS = 60 * MINUTE_MS;

/**
 * Codes that one address may ask for in a minute. A device that was told "no" asks again at once; one that
 * asks without end would wear out the card, because each code is a row.
 */
export const REQUESTS_PER_ADDRESS_MAX = 12;
/** And all of them together. */
export const REQUESTS_PER_BOX_MAX = 60;
const REQUESTS_WINDOW_MS = MINUTE_MS;

/** Keys that are remembered: far beyond a team, and the box's own limit holds whatever is forgotten. */
const KEYS_MAX = 10_000;

/** Who types a code. */
export interface Guesser {
  readonly place: Place;
  /** Undefined for a device, which has none. */
  readonly sessionKey: string | undefined;
}

/** Against guessing codes at full speed. Counts in monotonic time: a clock that is set frees nobody. */
export interface PairingLimits {
  /** How long this one has to wait before a code of his is looked at; undefined when he need not. */
  waitOf(guesser: Guesser): number | undefined;
  /** Counts a code before it is looked at, as if it were wrong. */
  wrong(guesser: Guesser): void;
  /** The last one that was counted was right after all. */
  right(guesser: Guesser): void;
  /** Counts a code that is asked for; how long to wait when it is one too many. */
  requested(place: Place): number | undefined;
}

export function createPairingLimits(clock: Pick<Clock, 'monotonicMs'>): PairingLimits {
  const wrongOfPerson = createCounter(WRONG_PER_PERSON_MAX, WRONG_PER_PERSON_WINDOW_MS);
  const wrongOfBox = createCounter(WRONG_PER_BOX_MAX, WRONG_PER_BOX_WINDOW_MS);
  const requestsOfAddress = createCounter(REQUESTS_PER_ADDRESS_MAX, REQUESTS_WINDOW_MS);
  const requestsOfBox = createCounter(REQUESTS_PER_BOX_MAX, REQUESTS_WINDOW_MS);

  /** The loopback has no exception here: there is always the button, and nothing to type for it. */
  function keysOf({ place, sessionKey }: Guesser): string[] {
    const address = `address ${place.key}`;
    return sessionKey === undefined ? [address] : [address, `session ${sessionKey}`];
  }

  return {
    waitOf(guesser) {
      const nowMs = clock.monotonicMs();
      return longest([
        wrongOfBox.waitOf('', nowMs),
        ...keysOf(guesser).map((key) => wrongOfPerson.waitOf(key, nowMs)),
      ]);
    },
    wrong(guesser) {
      const nowMs = clock.monotonicMs();
      wrongOfBox.count('', nowMs);
      for (const key of keysOf(guesser)) wrongOfPerson.count(key, nowMs);
    },
    right(guesser) {
      wrongOfBox.takeBack('');
      for (const key of keysOf(guesser)) wrongOfPerson.takeBack(key);
    },
    requested(place) {
      const nowMs = clock.monotonicMs();
      const waitMs = longest([requestsOfBox.waitOf('', nowMs), requestsOfAddress.waitOf(place.key, nowMs)]);
      if (waitMs !== undefined) return waitMs;
      requestsOfBox.count('', nowMs);
      requestsOfAddress.count(place.key, nowMs);
      return undefined;
    },
  };
}

/** At most `max` of a key within any span of `windowMs`. */
function createCounter(max: number, windowMs: number) {
  /** Times of the last `max`, oldest first. The key that was not counted for longest comes first. */
  const timesOf = new Map<string, number[]>();

  return {
    waitOf(key: string, nowMs: number): number | undefined {
      const times = timesOf.get(key) ?? [];
      if (times.length < max) return undefined;
      const waitMs = (times[0] ?? 0) + windowMs - nowMs;
      return waitMs > 0 ? waitMs : undefined;
    },
    count(key: string, nowMs: number): void {
      const times = timesOf.get(key) ?? [];
      timesOf.delete(key);
      timesOf.set(key, [...times.slice(-(max - 1)), nowMs]);
      if (timesOf.size <= KEYS_MAX) return;
      for (const oldest of timesOf.keys()) {
        timesOf.delete(oldest);
        break;
      }
    },
    takeBack(key: string): void {
      timesOf.get(key)?.pop();
    },
  };
}

function longest(waits: readonly (number | undefined)[]): number | undefined {
  const real = waits.filter((wait) => wait !== undefined);
  return real.length === 0 ? undefined : Math.max(...real);
}
