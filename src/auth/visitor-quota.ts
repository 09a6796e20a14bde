import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { placeOf } from './address.ts';

const HOUR_MS = 60 * 60_000;

/** Addresses that are remembered; the one that asked longest ago is forgotten. */
const ADDRESSES_MAX = 10_000;

/** How often one address may ask for something that costs others something (a mail, a name). */
export function createVisitorQuota({ clock, perHour }: { readonly clock: Clock; readonly perHour: number }) {
  const askedMs = new Map<string, number[]>();
  return {
    /** @throws BivouacError `auth.banned` with `retryAfterMs` */
    take(remote: string): void {
      const place = placeOf(remote);
      if (place.isLoopback) return;
      const nowMs = clock.monotonicMs();
      const times = (askedMs.get(place.key) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
      const [oldest] = times;
      if (oldest !== undefined && times.length >= perHour) {
        throw new BivouacError('auth.banned', 'Too many requests from this address: wait', {
          retryAfterMs: oldest + HOUR_MS - nowMs,
        });
      }
      askedMs.delete(place.key);
      askedMs.set(place.key, [...times, nowMs]);
      if (askedMs.size <= ADDRESSES_MAX) return;
      for (const first of askedMs.keys()) {
        askedMs.delete(first);
        break;
      }
    },
  };
}
