import { createHmac } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { randomSecret } from './argon2.ts';

/** How long a good password needs no second hash, milliseconds. */
const VERIFIED_MAX_MS = 60_000;

/** Entries: many more than phones that sign in by password within a minute. */
const VERIFIED_MAX_ENTRIES = 2_000;

/**
 * Remembers which password was good a moment ago, for clients that send it with each request (HTTP Basic) or
 * with each reconnect over bad Wi-Fi. Holds a keyed hash only; the key lives and dies with the process. The
 * credential epoch is in it, so a password change or a disabling makes every entry of that user worthless.
 */
export function createVerifiedCache(clock: Clock) {
  const key = randomSecret(32);
  const untilMs = new Map<string, number>();

  function markOf(principalId: string, credEpoch: number, password: string): string {
    // Id and epoch hold no separator, so no two triples give the same text.
    return createHmac('sha256', key).update(`${principalId}\n${credEpoch}\n${password}`).digest('base64');
  }

  return {
    /** `password` in its normalised form. */
    has(principalId: string, credEpoch: number, password: string): boolean {
      return (untilMs.get(markOf(principalId, credEpoch, password)) ?? 0) > clock.monotonicMs();
    },
    add(principalId: string, credEpoch: number, password: string): void {
      const mark = markOf(principalId, credEpoch, password);
      untilMs.delete(mark);
      untilMs.set(mark, clock.monotonicMs() + VERIFIED_MAX_MS);
      if (untilMs.size <= VERIFIED_MAX_ENTRIES) return;
      for (const oldest of untilMs.keys()) {
        untilMs.delete(oldest);
        break;
      }
    },
  };
}
