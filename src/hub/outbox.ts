/**
 * What waits for one client that does not take bytes as fast as they come. Pure policy, no sockets:
 * - memory is bounded: over `maxBytes` the client is to be cut;
 * - the newest position of a uid replaces the one that waits (a phone that comes back into range wants to
 *   know where people are, not where they were);
 * - everything else is kept, in order; a position never overtakes an earlier event of its sender that is kept.
 */
export interface OutboxItem {
  readonly bytes: Buffer;
  /** Events of one sender stay in order. */
  readonly senderId: number;
  /** Set for a position report: the uid whose newer report may replace this one. */
  readonly replaceableUid: string | undefined;
}

interface Slot {
  item: OutboxItem | undefined;
  readonly order: number;
}

/** Empty slots are swept when they are more than half of the queue, but not for a handful. */
const SWEEP_MIN_SLOTS = 64;

export class Outbox {
  readonly #maxBytes: number;
  #slots: Slot[] = [];
  #head = 0;
  #emptySlots = 0;
  #order = 0;
  #bytes = 0;
  /** Waiting position by uid. */
  readonly #positions = new Map<string, Slot>();
  /** Order of the newest event of a sender that must not be overtaken. */
  readonly #keptOrder = new Map<number, number>();
  /** Positions replaced by newer ones since the start. */
  replacedCount = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** False when the queue is full even so: the client is to be cut as a slow reader. */
  push(item: OutboxItem): boolean {
    const uid = item.replaceableUid;
    if (uid === undefined) {
      this.#keptOrder.set(item.senderId, this.#order);
      this.#append(item);
    } else {
      const waiting = this.#positions.get(uid);
      if (waiting?.item === undefined) {
        this.#positions.set(uid, this.#append(item));
      } else {
        this.replacedCount += 1;
        // In its place it keeps its turn; behind an event of the same sender that is kept, it lines up anew.
        if (waiting.order > (this.#keptOrder.get(item.senderId) ?? -1)) {
          this.#bytes += item.bytes.length - waiting.item.bytes.length;
          waiting.item = item;
        } else {
          this.#empty(waiting);
          this.#positions.set(uid, this.#append(item));
        }
      }
    }
    return this.#bytes <= this.#maxBytes;
  }

  /** From here on nothing that waits is replaced in its place: the bytes after this mean another protocol. */
  barrier(): void {
    this.#positions.clear();
  }

  /** Takes whole items, oldest first, up to `maxBytes` of them (at least one); empty when nothing waits. */
  take(maxBytes: number): Buffer[] {
    const taken: Buffer[] = [];
    let bytes = 0;
    while (this.#head < this.#slots.length) {
      const slot = this.#slots[this.#head]!;
      const item = slot.item;
      if (item !== undefined) {
        if (taken.length > 0 && bytes + item.bytes.length > maxBytes) break;
        taken.push(item.bytes);
        bytes += item.bytes.length;
        if (item.replaceableUid !== undefined && this.#positions.get(item.replaceableUid) === slot) {
          this.#positions.delete(item.replaceableUid);
        }
      } else {
        this.#emptySlots -= 1;
      }
      this.#head += 1;
    }
    this.#bytes -= bytes;
    if (this.#head === this.#slots.length) this.#reset();
    else this.#sweep();
    return taken;
  }

  #append(item: OutboxItem): Slot {
    const slot = { item, order: this.#order };
    this.#order += 1;
    this.#slots.push(slot);
    this.#bytes += item.bytes.length;
    this.#sweep();
    return slot;
  }

  #empty(slot: Slot): void {
    this.#bytes -= slot.item?.bytes.length ?? 0;
    slot.item = undefined;
    this.#emptySlots += 1;
  }

  #sweep(): void {
    const dead = this.#head + this.#emptySlots;
    if (this.#slots.length < SWEEP_MIN_SLOTS || dead * 2 < this.#slots.length) return;
    this.#slots = this.#slots.slice(this.#head).filter((slot) => slot.item !== undefined);
    this.#head = 0;
    this.#emptySlots = 0;
  }

  #reset(): void {
    this.#slots = [];
    this.#head = 0;
    this.#emptySlots = 0;
    this.#positions.clear();
    this.#keptOrder.clear();
  }
}
