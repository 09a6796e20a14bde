import type { CotEvent } from '../cot/event.ts';
import { isPosition } from '../cot/kinds.ts';
import type { Form } from '../cot/model.ts';
import type { Session } from './session.ts';

/**
 * A lane carries one stream of events to all sessions that hear the same channels in the same protocol. What
 * is published within a flush window is joined to one buffer, once, and each session gets that buffer (less
 * its own events) in one write: the work per event does not grow with the number of listeners, only the work
 * per flush does. Measured against a queue per client in docs/adr/0006-delivery-lanes.md.
 *
 * A session that does not keep up leaves the fast path (`isSlow`) and gets events through its outbox until
 * that is empty.
 */
export class Lane {
  readonly protocol: Form;
  readonly groupsOut: readonly string[];
  readonly sessions = new Set<Session>();
  /** Sequence number of `#buffers[0]`. Sessions keep the number of the next entry that they are owed. */
  #base = 0;
  #buffers: Buffer[] = [];
  #slowCount = 0;

  constructor(protocol: Form, groupsOut: readonly string[]) {
    this.protocol = protocol;
    this.groupsOut = groupsOut;
  }

  get end(): number {
    return this.#base + this.#buffers.length;
  }

  get hasPending(): boolean {
    return this.#buffers.length > 0;
  }

  /** A session that joins is owed what comes from now on. */
  join(session: Session): void {
    this.sessions.add(session);
    if (session.isSlow) this.#slowCount += 1;
    session.laneCursor = this.end;
    session.ownEntries.length = 0;
  }

  /** Call `deliverTo` first for a session that stays connected: what it is owed would be lost. */
  leave(session: Session): void {
    if (this.sessions.delete(session) && session.isSlow) this.#slowCount -= 1;
  }

  /** Adds an event; `sender` never gets it back. The bytes must be in this lane's protocol. */
  publish(event: CotEvent, bytes: Buffer, sender: Session | undefined): void {
    if (sender !== undefined && this.sessions.has(sender) && !sender.isSlow) sender.ownEntries.push(this.end);
    this.#buffers.push(bytes);
    if (this.#slowCount === 0) return;
    const replaceableUid = isPosition(event.envelope) ? event.envelope.uid : undefined;
    for (const session of this.sessions) {
      if (session.isSlow && session !== sender)
        session.enqueue({ bytes, senderId: sender?.id ?? 0, replaceableUid });
    }
  }

  /** A session has become slow: its outbox takes over with the next event. */
  slowDown(): void {
    this.#slowCount += 1;
  }

  /** The outbox of a slow session is empty: it is owed what comes from now on. */
  speedUp(session: Session): void {
    this.#slowCount -= 1;
    session.laneCursor = this.end;
    session.ownEntries.length = 0;
  }

  /** Gives one session what it is owed, ahead of the flush. */
  deliverTo(session: Session): void {
    if (session.isSlow || session.laneCursor >= this.end) return;
    const from = session.laneCursor - this.#base;
    const buffers = this.#buffers.filter((_, i) => i >= from && !session.ownEntries.includes(this.#base + i));
    session.laneCursor = this.end;
    session.ownEntries.length = 0;
    if (buffers.length > 0) session.send(join(buffers), buffers.length);
  }

  /** Gives every session what it is owed and starts a new window. */
  flush(): void {
    const count = this.#buffers.length;
    if (count === 0) return;
    const base = this.#base;
    const buffers = this.#buffers;
    this.#buffers = [];
    this.#base = base + count;

    const batch = join(buffers);
    let offsets: number[] | undefined;
    for (const session of this.sessions) {
      if (session.isSlow) continue;
      const from = session.laneCursor - base;
      session.laneCursor = this.#base;
      if (from >= count) continue;
      if (from <= 0 && session.ownEntries.length === 0) {
        session.send(batch, count);
      } else {
        offsets ??= startOffsets(buffers);
        this.#sendRest(session, batch, offsets, base, Math.max(from, 0));
      }
    }
  }

  /** Sends the batch from entry `from` on, less the session's own entries. */
  #sendRest(session: Session, batch: Buffer, offsets: readonly number[], base: number, from: number): void {
    const pieces: Buffer[] = [];
    let count = 0;
    let start = from;
    for (const own of [...session.ownEntries.map((sequence) => sequence - base), offsets.length - 1]) {
      if (own > start) {
        pieces.push(batch.subarray(offsets[start]!, offsets[own]!));
        count += own - start;
      }
      start = Math.max(start, own + 1);
    }
    session.ownEntries.length = 0;
    if (count > 0) session.send(join(pieces), count);
  }
}

/** Offset of each buffer in their concatenation, and the total length at the end. */
function startOffsets(buffers: readonly Buffer[]): number[] {
  const offsets = [0];
  for (const buffer of buffers) offsets.push(offsets[offsets.length - 1]! + buffer.length);
  return offsets;
}

function join(buffers: readonly Buffer[]): Buffer {
  return buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers);
}
