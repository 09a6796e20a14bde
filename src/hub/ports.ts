import type { CotEvent } from '../cot/event.ts';
import type { CloseReason } from './close-reason.ts';

/** Who speaks on a session, decided by auth before the hub sees the session. */
export interface Identity {
  /** Immutable principal id; '' for the anonymous. */
  readonly principalId: string;
  /** User name, as a label. */
  readonly username: string;
  /** Serial (lower-case hex) of the client certificate in use; undefined for a password login. */
  readonly certSerial: string | undefined;
  /** Id of the sign-in that opened a screen's stream; absent on CoT connections. */
  readonly sessionId?: string;
  /** Names of channels that this session may send into, and that it may receive from. */
  readonly groupsIn: readonly string[];
  readonly groupsOut: readonly string[];
}

/** The socket as the hub sees it. A transport implements it; the hub never touches a socket. */
export interface Wire {
  /** Where the peer is: `10.42.0.17:51234`. */
  readonly remote: string;
  /** The address of ours that the peer reached, without port. */
  readonly localAddress: string;
  /** The listener it came in by: `cotTls`, `cotTcp`, for screens `https`, `http`. */
  readonly listener: string;
  /**
   * Hands bytes over for sending, in order. The buffer is shared with other sessions and must not be changed.
   * False when the peer does not take bytes as fast as they come: `Hub.drained()` follows when it did.
   */
  write(bytes: Buffer): boolean;
  /** Bytes handed over that the kernel has not taken yet. */
  pendingBytes(): number;
  /** Ends the connection. The transport calls `Hub.closed()` once, also for its own reasons. */
  close(reason: CloseReason): void;
}

/** Where the hub leaves each event that is worth keeping. Never blocks; it counts what it has to drop. */
export interface EventSink {
  record(event: CotEvent, from: { readonly identity: Identity; readonly callsign: string }): void;
}

/**
 * Where an event waits that is too large for clients: they get a notice with an address to fetch it from, as
 * TAK Server does it [5.7 StreamingProtoBufProtocol].
 */
export interface OversizeShelf {
  /** The notice for one client; undefined when there is no place where that client could fetch the event. */
  noticeFor(
    event: CotEvent,
    groupsIn: readonly string[],
    client: Pick<Wire, 'localAddress' | 'listener'>,
  ): CotEvent | undefined;
}
