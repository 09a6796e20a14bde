import { silentLog } from '../../src/core/log.ts';
import type { CotEvent } from '../../src/cot/event.ts';
import { StreamDecoder } from '../../src/cot/stream-decoder.ts';
import type { CloseReason } from '../../src/hub/close-reason.ts';
import { Hub, type HubLimits } from '../../src/hub/hub.ts';
import type { Identity, Wire } from '../../src/hub/ports.ts';
import type { Session } from '../../src/hub/session.ts';
import { FakeClock } from './fake-clock.ts';

/** One event from its XML. */
export function eventOf(xml: string): CotEvent {
  const decoder = new StreamDecoder({ maxEventBytes: 1 << 20 });
  decoder.push(Buffer.from(xml));
  const piece = decoder.read();
  if (piece?.kind !== 'event') throw new Error(`not an event: ${JSON.stringify(piece)}`);
  return piece;
}

/** A peer of the hub without a socket: takes bytes while `isOpen`, and decodes what it got. */
export class FakePeer implements Wire {
  readonly remote = '10.42.0.2:40000';
  readonly localAddress = '10.42.0.1';
  readonly listener = 'cotTls';
  readonly events: CotEvent[] = [];
  readonly writes: Buffer[] = [];
  closeReason: CloseReason | undefined;
  session!: Session;
  /** False: the peer does not read, and what is written waits. */
  isOpen = true;
  readonly #hub: Hub;
  readonly #decoder = new StreamDecoder({ maxEventBytes: 1 << 20 });
  #waiting: Buffer[] = [];

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  write(bytes: Buffer): boolean {
    if (!this.isOpen) {
      this.#waiting.push(bytes);
      return false;
    }
    this.#take(bytes);
    return true;
  }

  pendingBytes(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  close(reason: CloseReason): void {
    if (this.closeReason !== undefined) return;
    this.closeReason = reason;
    this.#hub.closed(this.session, reason);
  }

  /** The peer reads again. */
  open(): void {
    this.isOpen = true;
    for (const bytes of this.#waiting.splice(0)) this.#take(bytes);
    this.#hub.drained(this.session);
  }

  send(xml: string): void {
    this.#hub.receive(this.session, eventOf(xml));
  }

  /** What came that a person would notice: no offers, no answers to pings. */
  get news(): string[] {
    return this.events
      .filter(({ envelope }) => !envelope.type.startsWith('t-x-takp'))
      .map(({ envelope }) => envelope.uid);
  }

  #take(bytes: Buffer): void {
    this.writes.push(bytes);
    this.#decoder.push(bytes);
    for (let piece = this.#decoder.read(); piece !== undefined; piece = this.#decoder.read()) {
      if (piece.kind !== 'event') throw new Error(`the hub wrote what is no event: ${JSON.stringify(piece)}`);
      this.events.push(piece);
      if (piece.envelope.type === 't-x-takp-r') this.#decoder.switchToProto();
    }
  }
}

export const HUB_LIMITS: HubLimits = {
  flushWindowMs: 20,
  disconnectGraceMs: 10_000,
  idleTimeoutMs: 900_000,
  session: { queueMaxBytes: 100_000, stallTimeoutMs: 30_000 },
  presence: { maxEvents: 1_000, maxBytes: 1 << 20 },
  replay: { burstEvents: 500, eventsPerSecond: 200 },
};

/** A hub under fake time with peers that are objects. */
export function createWorld(limits: Partial<HubLimits> = {}, offersProtocolV1 = false) {
  const clock = new FakeClock();
  const recorded: CotEvent[] = [];
  let ids = 0;
  const hub = new Hub({
    clock,
    soon: clock.soon,
    newId: () => {
      ids += 1;
      return `server-${ids}`;
    },
    log: silentLog,
    sink: { record: (event) => recorded.push(event) },
    limits: { ...HUB_LIMITS, ...limits },
    offersProtocolV1,
    serverVersion: 'test',
  });
  hub.start();
  return {
    hub,
    clock,
    recorded,
    /** A peer signs in; without channels of its own it is in `blue`. */
    join(
      username: string,
      groups: Partial<Pick<Identity, 'groupsIn' | 'groupsOut' | 'principalId'>> = {},
    ): FakePeer {
      const peer = new FakePeer(hub);
      const identity: Identity = {
        principalId: username,
        username,
        certSerial: undefined,
        groupsIn: ['blue'],
        groupsOut: ['blue'],
        ...groups,
      };
      peer.session = hub.connect(identity, peer);
      return peer;
    },
  };
}
