import type { CotEvent } from '../cot/event.ts';
import type { Form } from '../cot/model.ts';
import { audienceKey } from './audience.ts';
import type { CloseReason } from './close-reason.ts';
import type { Lane } from './lane.ts';
import { Outbox, type OutboxItem } from './outbox.ts';
import type { Identity, Wire } from './ports.ts';

/**
 * The most that is handed to a slow client's socket in one write. What is handed over can no longer be
 * replaced by newer positions, and progress on it is only seen when all of it is taken: at 64 KiB even a link
 * of 3 KB/s shows progress within the stall time-out.
 */
const SLOW_WRITE_MAX_BYTES = 64 * 1024;

export interface SessionLimits {
  readonly queueMaxBytes: number;
  readonly stallTimeoutMs: number;
}

/**
 * One live connection that has signed in. Keeps what the hub knows of it and hands bytes to its wire: directly
 * while the peer keeps up, through an outbox while it does not.
 */
export class Session {
  readonly id: number;
  readonly identity: Identity;
  readonly wire: Wire;
  readonly connectedAtMs: number;
  /** Canonical key of the channels that it may send into. */
  readonly inKey: string;
  protocol: Form;
  lane: Lane;

  /** Sequence number of the next lane entry that it is owed. */
  laneCursor = 0;
  /** Lane entries of the running window that it sent itself. */
  readonly ownEntries: number[] = [];

  /** From its first SA on; '' before. */
  uid = '';
  callsign = '';
  /** Its newest SA. */
  sa: CotEvent | undefined;

  isClosed = false;
  isSlow = false;
  lastHeardMs: number;
  receivedEvents = 0;
  sentEvents = 0;
  sentBytes = 0;

  readonly #limits: SessionLimits;
  #outbox: Outbox | undefined;
  #replacedCount = 0;
  /** Bytes that the kernel had taken when progress was last seen, and when that was. */
  #takenBytes = 0;
  #progressMs = 0;

  constructor(
    init: { id: number; identity: Identity; wire: Wire; lane: Lane; nowMs: number; monotonicMs: number },
    limits: SessionLimits,
  ) {
    this.id = init.id;
    this.identity = init.identity;
    this.wire = init.wire;
    this.lane = init.lane;
    this.protocol = init.lane.protocol;
    this.connectedAtMs = init.nowMs;
    this.lastHeardMs = init.monotonicMs;
    this.inKey = audienceKey(init.identity.groupsIn);
    this.#limits = limits;
  }

  /** Positions that this client never got because newer ones replaced them. */
  get replacedPositions(): number {
    return this.#replacedCount + (this.#outbox?.replacedCount ?? 0);
  }

  get queuedBytes(): number {
    return (this.#outbox?.bytes ?? 0) + this.wire.pendingBytes();
  }

  /** Hands bytes to the wire. Only for a session that is not slow; the bytes are shared. */
  send(bytes: Buffer, eventCount: number): void {
    if (this.isClosed) return;
    this.sentEvents += eventCount;
    this.sentBytes += bytes.length;
    if (this.wire.write(bytes)) return;
    this.isSlow = true;
    this.lane.slowDown();
    this.#progressMs = 0;
  }

  /** Sends one event to this client alone, behind all that it is owed already. */
  sendDirect(bytes: Buffer, senderId: number, replaceableUid?: string): void {
    if (this.isClosed) return;
    this.lane.deliverTo(this);
    if (this.isSlow) this.enqueue({ bytes, senderId, replaceableUid });
    else this.send(bytes, 1);
  }

  /** Sends several events in one write to this client alone, behind what it is owed. Only while it is not slow. */
  sendAhead(bytes: Buffer, eventCount: number): void {
    this.lane.deliverTo(this);
    if (this.isSlow) this.enqueue({ bytes, senderId: 0, replaceableUid: undefined });
    else this.send(bytes, eventCount);
  }

  /** Puts an event into the queue of a slow client; cuts the client when the queue is full. */
  enqueue(item: OutboxItem): void {
    if (this.isClosed) return;
    this.#outbox ??= new Outbox(this.#limits.queueMaxBytes);
    if (!this.#outbox.push(item)) this.wire.close('slow_reader');
  }

  /** The wire takes bytes again: hands over what waited; once nothing waits, the session is fast again. */
  drained(): void {
    while (this.isSlow && !this.isClosed) {
      const buffers = this.#outbox?.take(SLOW_WRITE_MAX_BYTES) ?? [];
      if (buffers.length === 0) {
        this.#replacedCount = this.replacedPositions;
        this.#outbox = undefined;
        this.isSlow = false;
        this.lane.speedUp(this);
        return;
      }
      const bytes = buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers);
      this.sentEvents += buffers.length;
      this.sentBytes += bytes.length;
      if (!this.wire.write(bytes)) return;
    }
  }

  /** Sends the last bytes in the old protocol and speaks the new one from the next byte on. */
  switchProtocol(protocol: Form, lastBytes: Buffer, lane: Lane): void {
    this.sendDirect(lastBytes, 0);
    this.#outbox?.barrier();
    this.lane.leave(this);
    this.protocol = protocol;
    this.lane = lane;
    lane.join(this);
  }

  /** To be called now and then: cuts a client that has taken nothing for too long while bytes wait. */
  checkStall(monotonicMs: number): CloseReason | undefined {
    if (!this.isSlow) return undefined;
    const taken = this.sentBytes - this.wire.pendingBytes();
    if (taken !== this.#takenBytes || this.#progressMs === 0) {
      this.#takenBytes = taken;
      this.#progressMs = monotonicMs;
      return undefined;
    }
    return monotonicMs - this.#progressMs > this.#limits.stallTimeoutMs ? 'slow_reader' : undefined;
  }
}
