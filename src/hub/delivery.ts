import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { CotEvent } from '../cot/event.ts';
import { isUrgent } from '../cot/kinds.ts';
import { CLIENT_MESSAGE_LIMIT_BYTES, type Form } from '../cot/model.ts';
import { audienceKey } from './audience.ts';
import type { Directory } from './directory.ts';
import { FlushScheduler, type Soon } from './flush-scheduler.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import type { OversizeShelf } from './ports.ts';
import { route } from './router.ts';
import type { Session } from './session.ts';

/** Events that could not be delivered as they were, or not at all. */
export interface DeliveryCounts {
  oversize: number;
  unconvertible: number;
  unreachable: number;
}

export interface DeliveryDeps {
  readonly clock: Clock;
  readonly soon: Soon;
  readonly log: Log;
  readonly directory: Directory;
  readonly flushWindowMs: number;
  /** Where events that are too large for clients can be fetched; without it they are not delivered. */
  readonly oversizeShelf: OversizeShelf | undefined;
}

/** Brings events to those who are to get them: along lanes to many, directly to few. */
export class Delivery {
  readonly counts: DeliveryCounts = { oversize: 0, unconvertible: 0, unreachable: 0 };
  readonly #deps: DeliveryDeps;
  readonly #lanes = new Lanes();
  readonly #flush: FlushScheduler;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    this.#flush = new FlushScheduler(deps.flushWindowMs, deps.clock, deps.soon, () => this.#lanes.flush());
  }

  laneFor(protocol: Form, groupsOut: readonly string[]): Lane {
    return this.#lanes.for(protocol, groupsOut);
  }

  leave(session: Session): void {
    this.#lanes.leave(session);
  }

  /** From here on the session gets everything in the other protocol; `lastBytes` are the last in the old one. */
  switchProtocol(session: Session, protocol: Form, lastBytes: Buffer): void {
    const from = session.lane;
    session.switchProtocol(protocol, lastBytes, this.#lanes.for(protocol, session.identity.groupsOut));
    this.#lanes.sweep(from);
  }

  /** An event from a client, to whomever it is meant for. */
  deliver(event: CotEvent, sender: Session): void {
    const target = route(event.envelope, sender, this.#deps.directory);
    if (target.kind === 'broadcast') {
      this.#broadcast(event, sender.identity.groupsIn, sender.inKey, sender);
      return;
    }
    if (target.sessions.size === 0) {
      this.counts.unreachable += 1;
      this.#deps.log.debug('hub.no_recipient', { session: sender.id, type: event.envelope.type });
    }
    for (const session of target.sessions) {
      const bytes = this.bytesFor(event, session, sender.identity.groupsIn);
      if (bytes !== undefined) session.sendDirect(bytes, sender.id);
    }
  }

  /** An event of the server's own, to all who hear one of these channels. */
  announce(event: CotEvent, groupsIn: readonly string[]): void {
    this.#broadcast(event, groupsIn, audienceKey(groupsIn), undefined);
  }

  /** An event of the server's own, to one client, at once. */
  answer(session: Session, event: CotEvent): void {
    const bytes = event.bytes(session.protocol);
    if (bytes !== undefined) session.sendDirect(bytes, 0);
  }

  /** What one client gets of an event: its bytes, what stands in for them when they are too many, or nothing. */
  bytesFor(event: CotEvent, session: Session, groupsIn: readonly string[]): Buffer | undefined {
    const bytes = this.#formOf(event, session.protocol);
    return bytes === 'oversize' ? this.#noticeFor(event, session, groupsIn) : bytes;
  }

  /** Sends what is pending now. */
  flushNow(): void {
    this.#flush.stop();
    this.#lanes.flush();
  }

  #broadcast(event: CotEvent, groupsIn: readonly string[], inKey: string, sender: Session | undefined): void {
    for (const lane of this.#lanes.reachableFrom(groupsIn, inKey)) {
      const bytes = this.#formOf(event, lane.protocol);
      if (bytes === 'oversize') this.#noticeLane(event, lane, groupsIn, sender);
      else if (bytes !== undefined) lane.publish(event, bytes, sender);
    }
    this.#flush.request(isUrgent(event.envelope));
  }

  #formOf(event: CotEvent, protocol: Form): Buffer | 'oversize' | undefined {
    const bytes = event.bytes(protocol);
    if (bytes === undefined) {
      // Much of what phones say to each other means nothing on a screen.
      if (protocol === 'json') return undefined;
      const { uid, type } = event.envelope;
      this.counts.unconvertible += 1;
      this.#deps.log.warnRarely(`convert ${uid}`, 'hub.event_unconvertible', {
        uid,
        type,
        protocol,
        error: event.conversionError,
      });
      return undefined;
    }
    return bytes.length < CLIENT_MESSAGE_LIMIT_BYTES ? bytes : 'oversize';
  }

  /** Rare, so each client gets a notice of its own: with the address under which it reaches the kit. */
  #noticeLane(event: CotEvent, lane: Lane, groupsIn: readonly string[], sender: Session | undefined): void {
    for (const session of lane.sessions) {
      if (session === sender) continue;
      const notice = this.#noticeFor(event, session, groupsIn);
      if (notice !== undefined) session.sendDirect(notice, sender?.id ?? 0);
    }
  }

  #noticeFor(event: CotEvent, session: Session, groupsIn: readonly string[]): Buffer | undefined {
    this.counts.oversize += 1;
    const notice = this.#deps.oversizeShelf?.noticeFor(event, groupsIn, session.wire);
    if (notice === undefined) {
      const { uid, type } = event.envelope;
      this.#deps.log.warnRarely(`oversize ${uid}`, 'hub.event_oversize', { uid, type });
    }
    return notice?.bytes(session.protocol);
  }
}
