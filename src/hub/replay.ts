import type { CotEvent } from '../cot/event.ts';
import type { Presence, PresenceEntry } from './presence.ts';
import type { Session } from './session.ts';
import type { Telling } from './telling.ts';

export interface ReplayLimits {
  /** Latest events that a late joiner gets at once. */
  readonly burstEvents: number;
  /** Rate of the rest, so that neither the Wi-Fi nor the phone chokes on it. */
  readonly eventsPerSecond: number;
}

/** How often replays go on. */
export const REPLAY_STEP_MS = 100;
/** Events of one write: below a socket's high-water mark, so that a client that keeps up never counts as slow. */
const WRITE_MAX_BYTES = 48 * 1024;

/**
 * One late joiner's way through the latest events. Live events go on beside it: what was replaced or removed
 * since the snapshot is skipped, because the joiner got the newer one already.
 */
export class Replay {
  readonly #session: Session;
  readonly #presence: Presence;
  readonly #limits: ReplayLimits;
  readonly #bytesFor: (event: CotEvent, groupsIn: readonly string[]) => Buffer | undefined;
  readonly #telling: Telling;
  readonly #entries: readonly PresenceEntry[];
  #next = 0;
  #hasBegun = false;
  /** Events that may go now: a burst at first, then refilled at the rate. */
  #budget: number;
  #refilledMs: number;

  constructor(
    session: Session,
    presence: Presence,
    limits: ReplayLimits,
    monotonicMs: number,
    bytesFor: (event: CotEvent, groupsIn: readonly string[]) => Buffer | undefined,
    telling: Telling,
  ) {
    this.#session = session;
    this.#presence = presence;
    this.#limits = limits;
    this.#bytesFor = bytesFor;
    this.#telling = telling;
    this.#entries = presence.snapshotFor(session.identity.groupsOut, monotonicMs);
    this.#budget = limits.burstEvents;
    this.#refilledMs = monotonicMs;
  }

  get isDone(): boolean {
    if (this.#session.isClosed) return true;
    return this.#next >= this.#entries.length && (this.#hasBegun || !this.#telling.saysNothing);
  }

  /** Sends what the budget allows; a client that does not keep up gets none until it does. */
  proceed(monotonicMs: number): void {
    const { burstEvents, eventsPerSecond } = this.#limits;
    const earned = ((monotonicMs - this.#refilledMs) / 1_000) * eventsPerSecond;
    this.#budget = Math.min(burstEvents, this.#budget + earned);
    this.#refilledMs = monotonicMs;
    while (this.#budget >= 1 && !this.isDone && !this.#session.isSlow) this.#sendPart(monotonicMs);
  }

  #sendPart(monotonicMs: number): void {
    const pieces: Buffer[] = [];
    const entries: PresenceEntry[] = [];
    let bytes = 0;
    while (this.#next < this.#entries.length && this.#budget >= 1 && bytes < WRITE_MAX_BYTES) {
      const entry = this.#entries[this.#next]!;
      this.#next += 1;
      const piece = this.#isWanted(entry) ? this.#bytesFor(entry.event, entry.groupsIn) : undefined;
      if (piece === undefined) continue;
      pieces.push(piece);
      entries.push(entry);
      bytes += piece.length;
      this.#budget -= 1;
    }
    const part = { isFirst: !this.#hasBegun, isLast: this.#next >= this.#entries.length };
    this.#hasBegun = true;
    if (pieces.length === 0 && !this.#telling.saysNothing) return;
    this.#session.sendAhead(this.#telling.join(pieces, entries, part, monotonicMs), pieces.length);
  }

  #isWanted(entry: PresenceEntry): boolean {
    const { uid } = entry.event.envelope;
    const isOwn = entry.sessionId === this.#session.id || uid === this.#session.uid;
    return !isOwn && this.#presence.has(entry);
  }
}
