import type { RecordedEvent } from './recorded-event.ts';

/** An event that waits for the disk. */
export interface QueuedEvent extends RecordedEvent {
  /** Its place among all events recorded. */
  readonly sequence: number;
  /** What it takes of memory, about. */
  readonly costBytes: number;
}

/**
 * Events' bytes are copied into chunks of this size, bytes. An event that kept its slice of a socket's buffer
 * would keep 64 KiB alive for a position of 500 bytes; a buffer of its own for each would cost more than the
 * copy. A chunk goes when its last event goes, and a lane loses events at its start only.
 */
const CHUNK_BYTES = 64 * 1024;

/** Larger ones get a buffer of their own: they would leave the rest of a chunk unused. */
const OWN_BUFFER_BYTES = CHUNK_BYTES / 8;

/** Objects, strings' headers and numbers of one queued event, bytes, about. */
const OVERHEAD_BYTES = 400;

/** Space at the front of the array that is worth moving the rest for. */
const COMPACT_AT = 1_024;

/** What an event takes of memory while it waits, bytes, about. */
export function costOf(event: RecordedEvent): number {
  const textLength = event.uid.length + event.callsign.length + (event.dests?.length ?? 0);
  return OVERHEAD_BYTES + textLength + event.bytes.length;
}

/** First in, first out. The recorder has one lane for positions, so that the oldest of them is at hand. */
export class EventLane {
  #items: (QueuedEvent | undefined)[] = [];
  #head = 0;
  #chunk = Buffer.alloc(0);
  #used = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Takes over the event with a copy of its bytes. */
  push(event: RecordedEvent, sequence: number, costBytes: number): void {
    this.#items.push({
      uid: event.uid,
      type: event.type,
      how: event.how,
      timeMs: event.timeMs,
      staleMs: event.staleMs,
      receivedMs: event.receivedMs,
      lat: event.lat,
      lon: event.lon,
      principalId: event.principalId,
      username: event.username,
      callsign: event.callsign,
      groups: event.groups,
      isPosition: event.isPosition,
      isReplayable: event.isReplayable,
      isArchived: event.isArchived,
      deletesUid: event.deletesUid,
      format: event.format,
      bytes: this.#copy(event.bytes),
      dests: event.dests,
      sequence,
      costBytes,
    });
  }

  /** The oldest, left in its place. */
  peek(): QueuedEvent | undefined {
    return this.#items[this.#head];
  }

  shift(): QueuedEvent | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Puts events back to the front, oldest first: those that the disk did not take. */
  putBack(events: readonly QueuedEvent[]): void {
    this.#items = [...events, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }

  #copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > OWN_BUFFER_BYTES) {
      const own = Buffer.allocUnsafeSlow(bytes.length);
      own.set(bytes);
      return own;
    }
    if (this.#used + bytes.length > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      this.#used = 0;
    }
    const copy = this.#chunk.subarray(this.#used, this.#used + bytes.length);
    copy.set(bytes);
    this.#used += bytes.length;
    return copy;
  }
}
