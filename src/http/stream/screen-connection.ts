import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { CloseReason } from '../../hub/close-reason.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Identity, Wire } from '../../hub/ports.ts';
import type { Session } from '../../hub/session.ts';

/** Time for a screen to answer our farewell, milliseconds; who is revoked has to be off within 2 s. */
const FAREWELL_MS = 500;

/**
 * How long one sign-in carries a stream, milliseconds: as long as an access token. The screen comes back with
 * a new ticket, for which it has to show a good token.
 */
const STREAM_LIFE_MS = 4 * 60 * 60_000;

/** A screen at the edge of the Wi-Fi may miss one question for a sign of life; who misses more is gone. */
const UNANSWERED_MAX = 2;

/** Close codes of RFC 6455 (7.4.1) and, from 4000 on, of our own, in the sense of the HTTP status behind the 4. */
const CLOSE_CODES: Partial<Record<CloseReason, number>> = {
  server_stopping: 1001,
  access_revoked: 4403,
  sign_in_ended: 4401,
  idle: 4408,
  superseded: 4409,
};
const POLICY_VIOLATION = 1008;

export interface ScreenConnectionInit {
  readonly remote: string;
  readonly localAddress: string;
  readonly listener: string;
  readonly identity: Identity;
}

/**
 * One screen on its WebSocket, as the hub's wire. Events come as whole messages, framed once for all screens,
 * and go to the socket as they are; `ws` does the rest of the protocol beside that. Ends with one reason.
 */
export class ScreenConnection implements Wire {
  readonly remote: string;
  readonly localAddress: string;
  readonly listener: string;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #session: Session;
  readonly #cancelLife: Cancel;
  /** Questions for a sign of life since the last one. */
  #unanswered = 0;
  #reason: CloseReason | undefined;
  #closeError: string | undefined;

  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    init: ScreenConnectionInit,
    deps: { readonly hub: Hub; readonly clock: Clock; readonly log: Log; readonly onClosed: () => void },
  ) {
    const { identity } = init;
    this.remote = init.remote;
    this.localAddress = init.localAddress;
    this.listener = init.listener;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#hub = deps.hub;
    this.#clock = deps.clock;
    this.#log = deps.log.with({ remote: init.remote, listener: init.listener, user: identity.username });
    // A screen has nothing to say: whatever comes is a sign of life.
    const heard = () => {
      this.#unanswered = 0;
      this.#hub.heard(this.#session);
    };
    webSocket.on('message', heard);
    webSocket.on('pong', heard);
    webSocket.on('error', (error) => {
      this.#closeError = messageOf(error);
      this.close('protocol_error');
    });
    webSocket.on('close', () => {
      this.close('peer_closed');
      deps.onClosed();
    });
    socket.on('drain', () => this.#hub.drained(this.#session));
    this.#session = deps.hub.connectScreen(identity, this);
    this.#cancelLife = deps.clock.after(STREAM_LIFE_MS, () => this.close('sign_in_ended'));
    this.#log.info('screen.connected', { session: this.#session.id });
  }

  get identity(): Identity {
    return this.#session.identity;
  }

  write(bytes: Buffer): boolean {
    // After a farewell in either direction no message may follow.
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return true;
    return this.#socket.write(bytes);
  }

  pendingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Asks for a sign of life; cuts the connection when the last questions had no answer. */
  checkLife(): void {
    if (this.#unanswered >= UNANSWERED_MAX) {
      this.close('connection_lost');
      return;
    }
    this.#unanswered += 1;
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping();
  }

  close(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#cancelLife();
    this.#hub.closed(this.#session, reason);
    this.#log.info('screen.closed', {
      session: this.#session.id,
      reason,
      error: this.#closeError,
      sent: this.#session.sentEvents,
      replaced: this.#session.replacedPositions,
    });
    const code = CLOSE_CODES[reason] ?? POLICY_VIOLATION;
    // What waits for a slow screen must not reach one that is revoked; and it would hold up our farewell.
    const isHeldUp = this.#socket.writableLength > 0 && reason !== 'server_stopping';
    if (isHeldUp || this.#webSocket.readyState !== this.#webSocket.OPEN) {
      this.#webSocket.terminate();
      return;
    }
    this.#webSocket.close(code, reason);
    this.#clock.after(FAREWELL_MS, () => this.#webSocket.terminate());
  }
}
