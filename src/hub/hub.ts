import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { disconnectNotice, pong, protocolOffer, protocolRequest, protocolResponse } from '../cot/control.ts';
import type { CotEvent } from '../cot/event.ts';
import { isClientSa, isConsumed, isDelete, isPing, isReplayable, isUrgent } from '../cot/kinds.ts';
import { CLIENT_MESSAGE_LIMIT_BYTES, type Protocol } from '../cot/model.ts';
import { audienceKey, reaches } from './audience.ts';
import { type CloseReason, createCloseCounts } from './close-reason.ts';
import { type Departure, Departures } from './departures.ts';
import { Directory } from './directory.ts';
import { FlushScheduler, type Soon } from './flush-scheduler.ts';
import { Lanes } from './lanes.ts';
import type { EventSink, Identity, Wire } from './ports.ts';
import { Presence, type PresenceLimits } from './presence.ts';
import { REPLAY_STEP_MS, Replay, type ReplayLimits } from './replay.ts';
import { route } from './router.ts';
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
  /** Stands in for an event that is too large for clients; without it such an event is not delivered. */
  readonly substituteOversize?: (event: CotEvent) => CotEvent | undefined;
}

/** Plain counters, read by metrics. */
export interface HubCounts {
  received: number;
  delivered: number;
  replaced: number;
  oversize: number;
  unconvertible: number;
  unreachable: number;
  readonly closed: Record<CloseReason, number>;
}

/** A newcomer is silent for so long at most before the replay starts without knowing its uid. */
const IDENTIFY_WAIT_MS = 500;
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
  readonly #lanes = new Lanes();
  readonly #flush: FlushScheduler;
  readonly #departures: Departures;
  readonly #replays = new Map<Session, Replay>();
  /** Newcomers whose replay waits for their first SA, with the way to end that wait. */
  readonly #newcomers = new Map<Session, { readonly replay: Replay; readonly cancel: Cancel }>();
  #lastSessionId = 0;
  #cancelReplayTimer: Cancel | undefined;
  #cancelCare: Cancel | undefined;

  constructor(deps: HubDeps) {
    this.#deps = deps;
    this.presence = new Presence(deps.limits.presence);
    this.counts = {
      received: 0,
      delivered: 0,
      replaced: 0,
      oversize: 0,
      unconvertible: 0,
      unreachable: 0,
      closed: createCloseCounts(),
    };
    this.#flush = new FlushScheduler(deps.limits.flushWindowMs, deps.clock, deps.soon, () =>
      this.#lanes.flush(),
    );
    this.#departures = new Departures(deps.limits.disconnectGraceMs, deps.clock, (departure) =>
      this.#announce(departure),
    );
  }

  start(): void {
    this.#cancelCare = this.#deps.clock.every(CARE_PERIOD_MS, () => this.#care());
  }

  /** Sends what is pending and closes every session. */
  stop(): void {
    this.#cancelCare?.();
    this.#cancelReplayTimer?.();
    this.#departures.stop();
    this.#flush.stop();
    this.#lanes.flush();
    this.closeWhere(() => true, 'server_stopping');
  }

  /** A peer has signed in. It is offered protocol version 1 and told what the others know already. */
  connect(identity: Identity, wire: Wire): Session {
    const { clock, limits } = this.#deps;
    this.#lastSessionId += 1;
    const session = new Session(
      {
        id: this.#lastSessionId,
        identity,
        wire,
        lane: this.#lanes.for('xml', identity.groupsOut),
        nowMs: clock.now(),
        monotonicMs: clock.monotonicMs(),
      },
      limits.session,
    );
    session.lane.join(session);
    this.directory.add(session);
    if (this.#deps.offersProtocolV1) {
      this.#answer(session, protocolOffer(this.#deps.newId(), clock.now(), this.#deps.serverVersion));
    }
    // The snapshot is of now: what comes from here on the session gets live.
    const replay = new Replay(session, this.presence, limits.replay, clock.monotonicMs(), (event) =>
      this.#bytesFor(event, session.protocol),
    );
    const cancel = clock.after(IDENTIFY_WAIT_MS, () => this.#startReplay(session));
    this.#newcomers.set(session, { replay, cancel });
    return session;
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
      this.#answer(session, pong(this.#deps.clock.now()));
      return undefined;
    }
    if (isConsumed(envelope)) return this.#negotiate(session, event);

    if (isClientSa(envelope)) this.#identify(session, event);
    this.#remember(session, event);
    this.#deps.sink.record(event, session);
    this.#deliver(session, event);
    return undefined;
  }

  /** The session's wire takes bytes again. */
  drained(session: Session): void {
    session.drained();
    this.#replays.get(session)?.proceed(this.#deps.clock.monotonicMs());
  }

  /** The connection of a session is over, for whatever reason; called once by its transport. */
  closed(session: Session, reason: CloseReason): void {
    if (session.isClosed) return;
    session.isClosed = true;
    this.counts.closed[reason] += 1;
    this.counts.delivered += session.sentEvents;
    this.counts.replaced += session.replacedPositions;
    this.#lanes.leave(session);
    this.directory.remove(session);
    this.#newcomers.get(session)?.cancel();
    this.#newcomers.delete(session);
    this.#replays.delete(session);
    const { sa, uid } = session;
    if (sa === undefined || this.directory.withUid(uid).size > 0 || reason === 'server_stopping') return;
    this.#departures.left({ uid, saType: sa.envelope.type, groupsIn: session.identity.groupsIn });
  }

  /** Ends all sessions that match, as revoking and stopping do. Returns how many. */
  closeWhere(matches: (session: Session) => boolean, reason: CloseReason): number {
    const sessions = [...this.directory.sessions].filter(matches);
    for (const session of sessions) session.wire.close(reason);
    return sessions.length;
  }

  /** Events delivered to clients since the start. */
  deliveredEvents(): number {
    let total = this.counts.delivered;
    for (const session of this.directory.sessions) total += session.sentEvents;
    return total;
  }

  #identify(session: Session, event: CotEvent): void {
    const { uid, callsign } = event.envelope;
    // A gateway may pass on other devices' reports: the first one that a connection sends is its own.
    if (session.uid !== '' && session.uid !== uid) return;
    const isNew = session.uid === '';
    session.sa = event.compact();
    this.directory.identify(session, uid, callsign);
    if (!isNew) return;
    this.#departures.cameBack(uid);
    this.#supersede(session);
    this.#deps.log.info('hub.client_identified', {
      session: session.id,
      uid,
      callsign,
      user: session.identity.username,
      client: event.envelope.takv?.platform,
      version: event.envelope.takv?.version,
    });
    this.#startReplay(session);
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
      const deleted = this.presence.get(envelope.linkUid);
      if (deleted !== undefined && reaches(groupsIn, deleted.groupsIn))
        this.presence.remove(envelope.linkUid);
    } else if (envelope.isEmergencyCancel) {
      this.presence.remove(envelope.uid);
    } else if (envelope.dests.length === 0 && isReplayable(envelope)) {
      this.presence.put(event, { groupsIn, sessionId: session.id }, this.#deps.clock.monotonicMs());
    }
  }

  #deliver(sender: Session, event: CotEvent): void {
    const target = route(event.envelope, sender, this.directory);
    if (target.kind === 'broadcast') {
      this.#lanes.publish(
        event,
        { groupsIn: sender.identity.groupsIn, inKey: sender.inKey, session: sender },
        this.#bytesFor,
      );
      this.#flush.request(isUrgent(event.envelope));
      return;
    }
    if (target.sessions.size === 0) {
      this.counts.unreachable += 1;
      this.#deps.log.debug('hub.no_recipient', { session: sender.id, type: event.envelope.type });
    }
    for (const session of target.sessions) {
      const bytes = this.#bytesFor(event, session.protocol);
      if (bytes !== undefined) session.sendDirect(bytes, sender.id);
    }
  }

  /** The bytes of an event for clients of a protocol, or of what stands in for it when it is too large. */
  readonly #bytesFor = (event: CotEvent, protocol: Protocol): Buffer | undefined => {
    const bytes = event.bytes(protocol);
    if (bytes !== undefined && bytes.length < CLIENT_MESSAGE_LIMIT_BYTES) return bytes;
    const { uid, type } = event.envelope;
    if (bytes === undefined) {
      this.counts.unconvertible += 1;
      this.#deps.log.warnRarely(`convert ${uid}`, 'hub.event_unconvertible', { uid, type, protocol });
      return undefined;
    }
    this.counts.oversize += 1;
    const substitute = this.#deps.substituteOversize?.(event)?.bytes(protocol);
    if (substitute === undefined) {
      this.#deps.log.warnRarely(`oversize ${uid}`, 'hub.event_oversize', { uid, type, bytes: bytes.length });
    }
    return substitute;
  };

  #negotiate(session: Session, event: CotEvent): 'switch_to_proto' | undefined {
    const request = protocolRequest(event);
    if (request === undefined || session.protocol !== 'xml') return undefined;
    const isAccepted = this.#deps.offersProtocolV1 && request.version === 1;
    const response = protocolResponse(request.uid, this.#deps.clock.now(), isAccepted);
    if (!isAccepted) {
      this.#answer(session, response);
      return undefined;
    }
    // In one turn: the response is the last XML, whatever is queued for this client goes before it, and both
    // directions are binary from the next byte on [ATAK-CIV 5.5 streamingsocketmanagement].
    const from = session.lane;
    session.switchProtocol(
      'proto',
      response.bytes('xml')!,
      this.#lanes.for('proto', session.identity.groupsOut),
    );
    this.#lanes.sweep(from);
    return 'switch_to_proto';
  }

  #answer(session: Session, event: CotEvent): void {
    const bytes = event.bytes(session.protocol);
    if (bytes !== undefined) session.sendDirect(bytes, 0);
  }

  #startReplay(session: Session): void {
    const newcomer = this.#newcomers.get(session);
    if (newcomer === undefined || session.isClosed) return;
    newcomer.cancel();
    this.#newcomers.delete(session);
    const { clock } = this.#deps;
    newcomer.replay.proceed(clock.monotonicMs());
    if (newcomer.replay.isDone) return;
    this.#replays.set(session, newcomer.replay);
    this.#cancelReplayTimer ??= clock.every(REPLAY_STEP_MS, () => this.#stepReplays());
  }

  #stepReplays(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [session, replay] of this.#replays) {
      replay.proceed(nowMs);
      if (replay.isDone) this.#replays.delete(session);
    }
    if (this.#replays.size > 0) return;
    this.#cancelReplayTimer?.();
    this.#cancelReplayTimer = undefined;
  }

  /** Tells everybody who could see it that a device is gone. */
  #announce(departure: Departure): void {
    this.presence.remove(departure.uid);
    const notice = disconnectNotice(
      this.#deps.newId(),
      this.#deps.clock.now(),
      departure.uid,
      departure.saType,
    );
    const { groupsIn } = departure;
    this.#lanes.publish(
      notice,
      { groupsIn, inKey: audienceKey(groupsIn), session: undefined },
      this.#bytesFor,
    );
    this.#flush.request(true);
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
