import { costOf, EventLane, type QueuedEvent } from './event-lane.ts';
import type { RecordedEvent } from './recorded-event.ts';

/**
 * Chat, alerts and files are worth more than the limit: with no position left to drop they may fill the
 * queue up to this many times its bytes. Memory ends somewhere, so beyond it the newest is refused: the
 * history then has one gap, from a time that the log tells, and no holes before it.
 */
const OVERDRAFT_FACTOR = 2;

export interface RecordQueueLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/**
 * Events that wait for the disk, and the rule for what goes when there are too many: the oldest positions
 * first. No time and no I/O in here.
 */
export class RecordQueue {
  /** Waiting or on their way to the disk: until it has them, they take memory. */
  events = 0;
  bytes = 0;
  /** Dropped so far. A message is whatever is not a position. */
  droppedPositions = 0;
  droppedMessages = 0;
  readonly #limits: RecordQueueLimits;
  readonly #positions = new EventLane();
  readonly #messages = new EventLane();
  #sequence = 0;

  constructor(limits: RecordQueueLimits) {
    this.#limits = limits;
  }

  /** Not counting those on their way. */
  get waiting(): number {
    return this.#positions.length + this.#messages.length;
  }

  /** Under half of what it may hold: the trouble is over. */
  get isRelaxed(): boolean {
    return this.events * 2 < this.#limits.maxEvents && this.bytes * 2 < this.#limits.maxBytes;
  }

  /** False when this event, or an older position in its favour, was dropped. */
  add(event: RecordedEvent): boolean {
    const cost = costOf(event);
    let isClean = true;
    while (this.#isOver(cost) && this.#positions.length > 0) {
      this.settle([this.#positions.shift()!]);
      this.droppedPositions += 1;
      isClean = false;
    }
    if (this.#isOver(cost) && !this.#mayOverdraw(event, cost)) {
      if (event.isPosition) this.droppedPositions += 1;
      else this.droppedMessages += 1;
      return false;
    }
    this.#sequence += 1;
    (event.isPosition ? this.#positions : this.#messages).push(event, this.#sequence, cost);
    this.events += 1;
    this.bytes += cost;
    return isClean;
  }

  /** The oldest events, in the order recorded. They count until they are settled or put back. */
  take(maxEvents: number, maxBytes: number): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    let bytes = 0;
    while (taken.length < maxEvents && bytes < maxBytes) {
      const position = this.#positions.peek();
      const message = this.#messages.peek();
      const isPositionNext = (position?.sequence ?? Infinity) < (message?.sequence ?? Infinity);
      const event = (isPositionNext ? this.#positions : this.#messages).shift();
      if (event === undefined) break;
      taken.push(event);
      bytes += event.costBytes;
    }
    return taken;
  }

  /** The disk has them, or they are given up. */
  settle(events: readonly QueuedEvent[]): void {
    this.events -= events.length;
    for (const event of events) this.bytes -= event.costBytes;
  }

  /** As `settle`, for events that are lost. */
  giveUp(events: readonly QueuedEvent[]): void {
    this.settle(events);
    const positions = events.filter((event) => event.isPosition).length;
    this.droppedPositions += positions;
    this.droppedMessages += events.length - positions;
  }

  /** They are the oldest again, to be taken later. */
  putBack(events: readonly QueuedEvent[]): void {
    this.#positions.putBack(events.filter((event) => event.isPosition));
    this.#messages.putBack(events.filter((event) => !event.isPosition));
  }

  #isOver(moreBytes: number): boolean {
    return this.events + 1 > this.#limits.maxEvents || this.bytes + moreBytes > this.#limits.maxBytes;
  }

  #mayOverdraw(event: RecordedEvent, cost: number): boolean {
    return !event.isPosition && this.bytes + cost <= this.#limits.maxBytes * OVERDRAFT_FACTOR;
  }
}
