import type { CotEvent } from '../cot/event.ts';
import { isClientSa, isEmergency } from '../cot/kinds.ts';
import { reaches, speakAlike } from './audience.ts';

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

/**
 * What is known of a uid, and what channels know of it that share none with these: somebody who speaks to them
 * alone must not move or hide a device that he could not reach.
 */
interface Kept extends PresenceEntry {
  apart: Kept | undefined;
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
  /** By uid, in order of arrival: the first is the one to evict. */
  readonly #entries = new Map<string, Kept>();
  #size = 0;
  #bytes = 0;

  constructor(limits: PresenceLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The newest of this uid. */
  get(uid: string): PresenceEntry | undefined {
    return this.#entries.get(uid);
  }

  /** Whether it is still the latest for those whom it was for. */
  has(entry: PresenceEntry): boolean {
    let kept = this.#entries.get(entry.event.envelope.uid);
    while (kept !== undefined && kept !== entry) kept = kept.apart;
    return kept !== undefined;
  }

  *entries(): Iterable<PresenceEntry> {
    for (const first of this.#entries.values()) {
      if (first.apart === undefined) yield first;
      else yield* oldestFirst(first);
    }
  }

  /** `ageMs`: how long ago the event arrived, for one that is read back after a restart. */
  put(
    event: CotEvent,
    from: { groupsIn: readonly string[]; sessionId: number },
    monotonicMs: number,
    ageMs = 0,
  ): void {
    const { uid, staleMs, startMs, isArchived } = event.envelope;
    const { groupsIn, sessionId } = from;
    this.remove(uid, groupsIn);
    const lifeMs = isArchived ? ARCHIVED_LIFE_MS : Math.min(staleMs - startMs, LIFE_MAX_MS);
    if (!(lifeMs > ageMs)) return;
    const kept = event.compact();
    const receivedAtMs = monotonicMs - ageMs;
    const apart = this.#entries.get(uid);
    if (apart !== undefined) this.#entries.delete(uid);
    const expiresAtMs = receivedAtMs + lifeMs;
    this.#entries.set(uid, { event: kept, groupsIn, sessionId, receivedAtMs, expiresAtMs, apart });
    this.#size += 1;
    this.#bytes += sizeOf(kept);
    while (this.#size > this.#limits.maxEvents || this.#bytes > this.#limits.maxBytes) {
      const [oldest] = this.#entries.values();
      if (oldest === undefined) return;
      for (let entry: Kept | undefined = oldest; entry !== undefined; entry = entry.apart)
        this.#forget(entry);
      this.#entries.delete(oldest.event.envelope.uid);
    }
  }

  /** What is known of a uid to those whom somebody who speaks into these channels can reach. */
  remove(uid: string, groupsIn: readonly string[]): boolean {
    const first = this.#entries.get(uid);
    let isRemoved = false;
    let before: Kept | undefined;
    for (let entry = first; entry !== undefined; entry = entry.apart) {
      if (speakAlike(groupsIn, entry.groupsIn)) {
        this.#unlink(uid, entry, before);
        isRemoved = true;
      } else before = entry;
    }
    return isRemoved;
  }

  /** Drops what is past its time. */
  expire(monotonicMs: number): void {
    for (const [uid, first] of this.#entries) {
      let before: Kept | undefined;
      for (let entry: Kept | undefined = first; entry !== undefined; entry = entry.apart) {
        if (entry.expiresAtMs <= monotonicMs) this.#unlink(uid, entry, before);
        else before = entry;
      }
    }
  }

  /** `before`: the entry of this uid that stays in front of it; undefined when it is the first that stays. */
  #unlink(uid: string, entry: Kept, before: Kept | undefined): void {
    if (before !== undefined) before.apart = entry.apart;
    else if (entry.apart === undefined) this.#entries.delete(uid);
    else this.#entries.set(uid, entry.apart);
    this.#forget(entry);
  }

  #forget({ event }: Kept): void {
    this.#size -= 1;
    this.#bytes -= sizeOf(event);
  }

  /** Emergencies that last. */
  emergencies(monotonicMs: number): PresenceEntry[] {
    return [...this.entries()].filter(
      ({ event, expiresAtMs }) => expiresAtMs > monotonicMs && isEmergency(event.envelope),
    );
  }

  /** What a newcomer who hears `groupsOut` should learn: emergencies first, then people, then things. */
  snapshotFor(groupsOut: readonly string[], monotonicMs: number): PresenceEntry[] {
    const ranked: PresenceEntry[][] = [[], [], []];
    for (const entry of this.entries()) {
      if (entry.expiresAtMs <= monotonicMs || !reaches(entry.groupsIn, groupsOut)) continue;
      const rank = isEmergency(entry.event.envelope) ? 0 : isClientSa(entry.event.envelope) ? 1 : 2;
      ranked[rank]!.push(entry);
    }
    return ranked.flat();
  }
}

/** As they came, so that the newest is the last word for who hears several. */
function oldestFirst(first: Kept): PresenceEntry[] {
  const entries: PresenceEntry[] = [];
  for (let entry: Kept | undefined = first; entry !== undefined; entry = entry.apart) entries.unshift(entry);
  return entries;
}

function sizeOf(event: CotEvent): number {
  // What it holds at this moment may grow by its other form; this must be the same when it is taken out.
  return event.bytes(event.origin)?.length ?? 0;
}
