import type { CotEvent } from '../cot/event.ts';
import { isClientSa, isEmergency } from '../cot/kinds.ts';
import { reaches } from './audience.ts';

/** Latest known event of one uid, for those who join later. */
export interface PresenceEntry {
  readonly event: CotEvent;
  /** Channels that its sender spoke into. */
  readonly groupsIn: readonly string[];
  /** Session that sent it; 0 for one that was read back from the history. */
  readonly sessionId: number;
  /** When it came and until when it is worth telling, both on the monotonic clock. */
  readonly receivedAtMs: number;
  readonly expiresAtMs: number;
}

export interface PresenceLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** A promise to be valid for years (a wrong clock, a template) is not kept in memory for longer than this. */
const LIFE_MAX_MS = 7 * 24 * 3_600_000;
/** An archived marker has no end of its own; a week in the field is long. */
const ARCHIVED_LIFE_MS = LIFE_MAX_MS;

/**
 * Life is counted from arrival, as `stale − start` on the sender's own clock: the kit has no battery-backed
 * clock and phones' clocks differ, so comparing a sender's stale time with our clock would drop everybody's
 * position on a kit that woke up in the wrong year.
 */
export class Presence {
  readonly #limits: PresenceLimits;
  /** In order of arrival: the first is the one to evict. */
  readonly #entries = new Map<string, PresenceEntry>();
  #bytes = 0;

  constructor(limits: PresenceLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(uid: string): PresenceEntry | undefined {
    return this.#entries.get(uid);
  }

  entries(): Iterable<PresenceEntry> {
    return this.#entries.values();
  }

  /** `ageMs`: how long ago the event arrived, for one that is read back after a restart. */
  put(
    event: CotEvent,
    from: { groupsIn: readonly string[]; sessionId: number },
    monotonicMs: number,
    ageMs = 0,
  ): void {
    const { uid, staleMs, startMs, isArchived } = event.envelope;
    this.remove(uid);
    const lifeMs = isArchived ? ARCHIVED_LIFE_MS : Math.min(staleMs - startMs, LIFE_MAX_MS);
    if (!(lifeMs > ageMs)) return;
    const kept = event.compact();
    const receivedAtMs = monotonicMs - ageMs;
    this.#entries.set(uid, { event: kept, ...from, receivedAtMs, expiresAtMs: receivedAtMs + lifeMs });
    this.#bytes += sizeOf(kept);
    while (this.#entries.size > this.#limits.maxEvents || this.#bytes > this.#limits.maxBytes) {
      const oldest = this.#entries.keys().next();
      if (oldest.done) return;
      this.remove(oldest.value);
    }
  }

  remove(uid: string): boolean {
    const entry = this.#entries.get(uid);
    if (entry === undefined) return false;
    this.#entries.delete(uid);
    this.#bytes -= sizeOf(entry.event);
    return true;
  }

  /** Drops what is past its time. */
  expire(monotonicMs: number): void {
    for (const [uid, entry] of this.#entries) if (entry.expiresAtMs <= monotonicMs) this.remove(uid);
  }

  /** Emergencies that last. */
  emergencies(monotonicMs: number): PresenceEntry[] {
    return [...this.#entries.values()].filter(
      ({ event, expiresAtMs }) => expiresAtMs > monotonicMs && isEmergency(event.envelope),
    );
  }

  /** What a newcomer who hears `groupsOut` should learn: emergencies first, then people, then things. */
  snapshotFor(groupsOut: readonly string[], monotonicMs: number): PresenceEntry[] {
    const ranked: PresenceEntry[][] = [[], [], []];
    for (const entry of this.#entries.values()) {
      if (entry.expiresAtMs <= monotonicMs || !reaches(entry.groupsIn, groupsOut)) continue;
      const rank = isEmergency(entry.event.envelope) ? 0 : isClientSa(entry.event.envelope) ? 1 : 2;
      ranked[rank]!.push(entry);
    }
    return ranked.flat();
  }
}

function sizeOf(event: CotEvent): number {
  // What it holds at this moment may grow by its other form; this must be the same when it is taken out.
  return event.bytes(event.origin)?.length ?? 0;
}
