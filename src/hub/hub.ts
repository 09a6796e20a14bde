import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { disconnectNotice, pong, protocolOffer, protocolRequest, protocolResponse } from '../cot/control.ts';
import type { CotEvent } from '../cot/event.ts';
import { isClientSa, isConsumed, isDelete, isPing, isReplayable } from '../cot/kinds.ts';
import type { Form } from '../cot/model.ts';
import { reaches } from './audience.ts';
import { type CloseReason, createCloseCounts } from './close-reason.ts';
import { Delivery, type DeliveryCounts } from './delivery.ts';
import { type Departure, Departures } from './departures.ts';
import { Directory } from './directory.ts';
import type { Soon } from './flush-scheduler.ts';
import { Newcomers } from './newcomers.ts';
import type { EventSink, Identity, OversizeShelf, Wire } from './ports.ts';
import { Presence, type PresenceLimits } from './presence.ts';
import type { ReplayLimits } from './replay.ts';
import { Session, type SessionLimits } from './session.ts';

export interface HubLimits {
  readonly flushWindowMs: number;
  readonly disconnectGraceMs: number;
  readonly idleTimeoutMs: number;
  readonly session: SessionLimits;
  readonly presence: PresenceLimits;
  readonly replay: ReplayLimits;
}

export interface HubDeps {
  readonly clock: Clock;
  readonly soon: Soon;
  /** A fresh uid for events that the server itself makes. */
  readonly newId: () => string;
  readonly log: Log;
  readonly sink: EventSink;
  readonly limits: HubLimits;
  readonly offersProtocolV1: boolean;
  readonly serverVersion: string;
  /** Where events that are too large for clients can be fetched; without it they are not delivered. */
  readonly oversizeShelf?: OversizeShelf;
}

/** Plain counters, read by metrics. */
export interface HubCounts {
  received: number;
  delivered: number;
  replaced: number;
  readonly closed: Record<CloseReason, number>;
}

/** How often sessions are looked over for stalls and silence, and presence for what is past its time. */
const CARE_PERIOD_MS = 1_000;
/** An older connection of the same device that was silent for so long is taken for dead [ATAK's own limit is 25 s]. */
const SUPERSEDE_SILENCE_MS = 25_000;

/**
 * The heart of the kit: who is connected, who hears whom, what is known of everybody. Pure: events come in from
 * transports, bytes go out to wires, time comes from a clock; nothing here touches a socket or a file.
 */
export class Hub {
  readonly directory = new Directory();
  readonly presence: Presence;
  readonly counts: HubCounts;
  readonly #deps: HubDeps;
  readonly #delivery: Delivery;
  readonly #departures: Departures;
  readonly #newcomers: Newcomers;
  #lastSessionId = 0;
  #cancelCare: Cancel | undefined;

  constructor(deps: HubDeps) {
    this.#deps = deps;
    this.presence = new Presence(deps.limits.presence);
    this.counts = {
      received: 0,
      delivered: 0,
      replaced: 0,
      closed: createCloseCounts(),
    };
    const { clock, soon, log, limits, oversizeShelf } = deps;
    const { flushWindowMs } = limits;
    this.#delivery = new Delivery({
      clock,
      soon,
      log,
      directory: this.directory,
      flushWindowMs,
      oversizeShelf,
    });
    this.#newcomers = new Newcomers(this.presence, this.#delivery, limits.replay, clock);
    this.#departures = new Departures(limits.disconnectGraceMs, clock, (departure) =>
      this.#announce(departure),
    );
  }

  start(): void {
    this.#cancelCare = this.#deps.clock.every(CARE_PERIOD_MS, () => this.#care());
  }

  /** Sends what is pending and closes every session. */
  stop(): void {
    this.#cancelCare?.();
    this.#newcomers.stop();
    this.#departures.stop();
    this.#delivery.flushNow();
    this.closeWhere(() => true, 'server_stopping');
  }

  /** A peer has signed in. It is offered protocol version 1 and told what the others know already. */
  connect(identity: Identity, wire: Wire): Session {
    const session = this.#enter(identity, wire, 'xml');
    if (this.#deps.offersProtocolV1) {
      const { newId, clock, serverVersion } = this.#deps;
      this.#delivery.answer(session, protocolOffer(newId(), clock.now(), serverVersion));
    }
    this.#newcomers.joined(session);
    return session;
  }

  /** A screen has signed in. It listens, in JSON, and is told first what is known. */
  connectScreen(identity: Identity, wire: Wire): Session {
    const session = this.#enter(identity, wire, 'json');
    this.#newcomers.screenJoined(session);
    return session;
  }

  /** The peer gave a sign of life that is no event. */
  heard(session: Session): void {
    session.lastHeardMs = this.#deps.clock.monotonicMs();
  }

  /**
   * One event from a peer. Returns 'switch_to_proto' when the bytes that follow on this stream are protobuf.
   */
  receive(session: Session, event: CotEvent): 'switch_to_proto' | undefined {
    if (session.isClosed) return undefined;
    const { envelope } = event;
    session.lastHeardMs = this.#deps.clock.monotonicMs();
    session.receivedEvents += 1;
    this.counts.received += 1;
    if (isPing(envelope)) {
      this.#delivery.answer(session, pong(this.#deps.clock.now()));
      return undefined;
    }
    if (isConsumed(envelope)) return this.#negotiate(session, event);

    if (isClientSa(envelope)) this.#identify(session, event);
    this.#remember(session, event);
    this.#deps.sink.record(event, session);
    this.#delivery.deliver(event, session);
    return undefined;
  }

  /** The session's wire takes bytes again. */
  drained(session: Session): void {
    session.drained();
    this.#newcomers.drained(session);
  }

  /** The connection of a session is over, for whatever reason; called once by its transport. */
  closed(session: Session, reason: CloseReason): void {
    if (session.isClosed) return;
    session.isClosed = true;
    this.counts.closed[reason] += 1;
    this.counts.delivered += session.sentEvents;
    this.counts.replaced += session.replacedPositions;
    this.#delivery.leave(session);
    this.directory.remove(session);
    this.#newcomers.left(session);
    const { sa, uid } = session;
    const { groupsIn } = session.identity;
    if (sa === undefined || this.#isHere(uid, groupsIn) || reason === 'server_stopping') return;
    this.#departures.left({ uid, saType: sa.envelope.type, groupsIn });
  }

  /** An event of the server's own for the devices of one principal that are connected now. Returns how many. */
  tell(principalId: string, event: CotEvent): number {
    const sessions = [...this.directory.sessions].filter(
      (session) => session.identity.principalId === principalId && session.protocol !== 'json',
    );
    for (const session of sessions) this.#delivery.answer(session, event);
    return sessions.length;
  }

  /** Ends all sessions that match, as revoking and stopping do. Returns how many. */
  closeWhere(matches: (session: Session) => boolean, reason: CloseReason): number {
    const sessions = [...this.directory.sessions].filter(matches);
    for (const session of sessions) session.wire.close(reason);
    return sessions.length;
  }

  /** What could not be delivered as it was. */
  get deliveryCounts(): DeliveryCounts {
    return this.#delivery.counts;
  }

  /** Events delivered to clients since the start. */
  deliveredEvents(): number {
    let total = this.counts.delivered;
    for (const session of this.directory.sessions) total += session.sentEvents;
    return total;
  }

  #enter(identity: Identity, wire: Wire, form: Form): Session {
    const { clock, limits } = this.#deps;
    this.#lastSessionId += 1;
    const session = new Session(
      {
        id: this.#lastSessionId,
        identity,
        wire,
        lane: this.#delivery.laneFor(form, identity.groupsOut),
        nowMs: clock.now(),
        monotonicMs: clock.monotonicMs(),
      },
      limits.session,
    );
    session.lane.join(session);
    this.directory.add(session);
    return session;
  }

  #identify(session: Session, event: CotEvent): void {
    const { uid, callsign } = event.envelope;
    // A gateway may pass on other devices' reports: the first one that a connection sends is its own.
    if (session.uid !== '' && session.uid !== uid) return;
    const isNew = session.uid === '';
    session.sa = event.compact();
    this.directory.identify(session, uid, callsign);
    if (!isNew) return;
    this.#departures.cameBack(uid, session.identity.groupsIn);
    this.#supersede(session);
    this.#deps.log.info('hub.client_identified', {
      session: session.id,
      uid,
      callsign,
      user: session.identity.username,
      client: event.envelope.takv?.platform,
      version: event.envelope.takv?.version,
    });
    this.#newcomers.identified(session);
  }

  /** Whether a connection of this device speaks to those who heard it in these channels. */
  #isHere(uid: string, groupsIn: readonly string[]): boolean {
    for (const { identity } of this.directory.withUid(uid)) {
      if (reaches(identity.groupsIn, groupsIn)) return true;
    }
    return false;
  }

  /** A device that comes back after losing its Wi-Fi leaves a dead connection behind. */
  #supersede(session: Session): void {
    const silentSinceMs = this.#deps.clock.monotonicMs() - SUPERSEDE_SILENCE_MS;
    for (const other of this.directory.withUid(session.uid)) {
      if (other === session) continue;
      if (other.identity.principalId !== session.identity.principalId) {
        this.#deps.log.warnRarely(`uid ${session.uid}`, 'hub.uid_shared', {
          uid: session.uid,
          users: [other.identity.username, session.identity.username],
        });
      } else if (other.lastHeardMs < silentSinceMs) {
        other.wire.close('superseded');
      }
    }
  }

  #remember(session: Session, event: CotEvent): void {
    const { envelope } = event;
    const { groupsIn } = session.identity;
    if (isDelete(envelope)) {
      this.presence.remove(envelope.linkUid, groupsIn);
    } else if (envelope.isEmergencyCancel) {
      this.presence.remove(envelope.uid, groupsIn);
    } else if (envelope.dests.length === 0 && isReplayable(envelope)) {
      this.presence.put(event, { groupsIn, sessionId: session.id }, this.#deps.clock.monotonicMs());
    }
  }

  #negotiate(session: Session, event: CotEvent): 'switch_to_proto' | undefined {
    const request = protocolRequest(event);
    if (request === undefined || session.protocol !== 'xml') return undefined;
    const isAccepted = this.#deps.offersProtocolV1 && request.version === 1;
    const response = protocolResponse(request.uid, this.#deps.clock.now(), isAccepted);
    if (!isAccepted) {
      this.#delivery.answer(session, response);
      return undefined;
    }
    // In one turn: the response is the last XML, whatever is queued for this client goes before it, and both
    // directions are binary from the next byte on [ATAK-CIV 5.5 streamingsocketmanagement].
    this.#delivery.switchProtocol(session, 'proto', response.bytes('xml')!);
    return 'switch_to_proto';
  }

  /** Tells everybody who could see it that a device is gone. */
  #announce(departure: Departure): void {
    this.presence.remove(departure.uid, departure.groupsIn);
    const notice = disconnectNotice(
      this.#deps.newId(),
      this.#deps.clock.now(),
      departure.uid,
      departure.saType,
    );
    this.#delivery.announce(notice, departure.groupsIn);
  }

  #care(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    this.presence.expire(nowMs);
    for (const session of this.directory.sessions) {
      const stalled = session.checkStall(nowMs);
      if (stalled !== undefined) session.wire.close(stalled);
      else if (nowMs - session.lastHeardMs > this.#deps.limits.idleTimeoutMs) session.wire.close('idle');
    }
  }
}
