import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { AttemptRecord, BanRecord } from '../store/repositories/attempts.ts';
import type { Place } from './address.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Failures count for so long, milliseconds. */
const WINDOW_MS = 10 * MINUTE_MS;

/** Failures from one address within the window that ban it. */
const BAN_FAILURES = 10;

/** First ban, milliseconds; each further one in a row is twice as long. */
const BAN_FIRST_MS = 10 * MINUTE_MS;
const BAN_MAX_MS = 24 * HOUR_MS;

/** Without a ban for so long after the last, the next is a first one again, milliseconds. */
const BAN_FORGET_MS = 24 * HOUR_MS;

/** The failure for one user from which on each makes the next attempt wait. */
const DELAY_FAILURES = 4;

/** First wait, milliseconds; doubles with each failure, so the window bounds it. */
const DELAY_FIRST_MS = 2_000;

/** A user is known at an address for so long after a success there, milliseconds. */
const KNOWN_PLACE_MS = 24 * HOUR_MS;

/**
 * Addresses, users and known places that are remembered: far beyond a team; to push one out a stranger has
 * to fail so often first, at a few hashes per second.
 */
const TRACKED_MAX = 10_000;

/** A failed attempt or a success, for one user from one place. */
export interface Attempt {
  readonly place: Place;
  /** Folded name, also when it is nobody's: strangers must not learn which names exist. */
  readonly userKey: string;
  /** A browser in which this user has signed in before: it has a counter of its own. */
  readonly device?: string | undefined;
  readonly principalId: string | null;
  readonly method: string;
}

export interface Restraint {
  readonly cause: 'banned' | 'delayed';
  readonly retryAfterMs: number;
}

interface Failures {
  /** Monotonic times, oldest first. */
  atMs: number[];
}

interface Ban {
  untilMs: number;
  level: number;
}

/**
 * Slows guessing down. An address that fails too often is banned; a user for whom too many attempts fail has
 * to wait between them. From an address where the user signed in before, only that address's own failures
 * count, so that strangers cannot lock a person out. The loopback is never banned.
 *
 * Counts in monotonic time: a clock that jumps from 1970 to now neither frees nor locks anybody.
 */
export function createRegulation({
  store,
  clock,
  log,
  onBan,
}: {
  readonly store: Pick<Store, 'attempts'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onBan: (ban: { readonly address: string; readonly level: number; readonly forMs: number }) => void;
}) {
  const failuresByAddress = new Map<string, Failures>();
  /** By folded user name, or by name and address where the user is known. */
  const failuresByUser = new Map<string, Failures>();
  const bans = new Map<string, Ban>();
  /** `user\naddress` → monotonic time of the last success there. */
  const knownPlaces = new Map<string, number>();

  const keep = (work: Promise<void>) => {
    work.catch((error) => log.warnRarely('attempts', 'auth.attempt_not_kept', { error: messageOf(error) }));
  };

  function counterKey(userKey: string, place: Place, device: string | undefined): string {
    if (device !== undefined) return `${userKey}\n${device}`;
    const pair = `${userKey}\n${place.key}`;
    const seenMs = knownPlaces.get(pair);
    return seenMs !== undefined && clock.monotonicMs() - seenMs < KNOWN_PLACE_MS ? pair : userKey;
  }

  function countFailure(map: Map<string, Failures>, key: string, atMs: number): number {
    const failures = recent(map.get(key), atMs);
    failures.push(atMs);
    touch(map, key, { atMs: failures });
    return failures.length;
  }

  function ban(address: string, atMs: number): void {
    const last = bans.get(address);
    const level = last !== undefined && atMs - last.untilMs < BAN_FORGET_MS ? last.level + 1 : 1;
    const forMs = Math.min(BAN_FIRST_MS * 2 ** (level - 1), BAN_MAX_MS);
    touch(bans, address, { untilMs: atMs + forMs, level });
    failuresByAddress.delete(address);
    const sinceMs = clock.now();
    keep(store.attempts.putBan({ address, sinceMs, untilMs: sinceMs + forMs, level }));
    onBan({ address, level, forMs });
  }

  function restoreBan({ address, sinceMs, untilMs, level }: BanRecord): void {
    // A clock that is behind makes a ban look longer than it ever was.
    const leftMs = Math.min(untilMs - clock.now(), untilMs - sinceMs);
    if (leftMs > -BAN_FORGET_MS) touch(bans, address, { untilMs: clock.monotonicMs() + leftMs, level });
  }

  return {
    /** Takes up where the last run ended. */
    async load(userKeyOf: (principalId: string) => Promise<string | undefined>): Promise<void> {
      for (const record of await store.attempts.bans()) restoreBan(record);
      const nowMs = clock.now();
      const records = await store.attempts.since({ fromMs: nowMs - WINDOW_MS, limit: TRACKED_MAX });
      for (const { atMs, principalId, address, isOk } of records) {
        const at = clock.monotonicMs() - Math.max(0, nowMs - atMs);
        const userKey = principalId === null ? undefined : await userKeyOf(principalId);
        if (isOk) {
          if (userKey !== undefined) failuresByUser.delete(userKey);
          continue;
        }
        countFailure(failuresByAddress, address, at);
        if (userKey !== undefined) countFailure(failuresByUser, userKey, at);
      }
    },

    /** Why this attempt may not even be looked at; undefined when it may. */
    restraint(userKey: string, place: Place, device?: string): Restraint | undefined {
      const nowMs = clock.monotonicMs();
      const bannedUntilMs = place.isLoopback ? 0 : (bans.get(place.key)?.untilMs ?? 0);
      if (bannedUntilMs > nowMs) return { cause: 'banned', retryAfterMs: bannedUntilMs - nowMs };
      const failures = recent(failuresByUser.get(counterKey(userKey, place, device)), nowMs);
      const last = failures.at(-1);
      if (last === undefined || failures.length < DELAY_FAILURES) return undefined;
      const waitMs = DELAY_FIRST_MS * 2 ** (failures.length - DELAY_FAILURES);
      const retryAfterMs = last + Math.min(waitMs, WINDOW_MS) - nowMs;
      return retryAfterMs > 0 ? { cause: 'delayed', retryAfterMs } : undefined;
    },

    failed({ place, userKey, device, principalId, method }: Attempt): void {
      const nowMs = clock.monotonicMs();
      countFailure(failuresByUser, counterKey(userKey, place, device), nowMs);
      const record: AttemptRecord = {
        atMs: clock.now(),
        principalId,
        address: place.key,
        method,
        isOk: false,
      };
      keep(store.attempts.add(record));
      if (place.isLoopback) return;
      if (countFailure(failuresByAddress, place.key, nowMs) >= BAN_FAILURES) ban(place.key, nowMs);
    },

    /** Clears what was counted against the user. What was counted against the address stays: its owner may have an account. */
    succeeded({ place, userKey, device, principalId, method }: Attempt): void {
      const hadFailures = failuresByUser.delete(counterKey(userKey, place, device));
      touch(knownPlaces, `${userKey}\n${place.key}`, clock.monotonicMs());
      if (!hadFailures) return;
      keep(store.attempts.add({ atMs: clock.now(), principalId, address: place.key, method, isOk: true }));
    },
  };
}

function recent(failures: Failures | undefined, nowMs: number): number[] {
  return failures?.atMs.filter((atMs) => nowMs - atMs < WINDOW_MS) ?? [];
}

/** Sets, as the newest entry, and forgets the one that was not touched for longest. */
function touch<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= TRACKED_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    break;
  }
}
