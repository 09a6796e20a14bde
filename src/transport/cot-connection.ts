import type { Socket } from 'node:net';
import { formatAddress, plainAddress } from '../core/address.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AuthElement, Refusal } from '../cot/model.ts';
import { StreamDecoder } from '../cot/stream-decoder.ts';
import type { CloseReason } from '../hub/close-reason.ts';
import type { Hub } from '../hub/hub.ts';
import type { Identity, Wire } from '../hub/ports.ts';
import type { Session } from '../hub/session.ts';
import type { StreamAuthenticator, StreamLogin } from './stream-auth.ts';

export interface ConnectionDeps {
  readonly hub: Hub;
  readonly auth: StreamAuthenticator;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxEventBytes: number;
  readonly authTimeoutMs: number;
}

export interface ConnectionInit {
  readonly listener: string;
  /** Who the certificate says it is, or the fixed identity of a listener without sign-in. */
  readonly identity: Identity | undefined;
  /** `<auth>` must be the first element. */
  readonly needsPassword: boolean;
  /** Looks at the certificate once more: while a password was waited for, it may have been revoked. */
  readonly judgeAgain: (() => Promise<StreamLogin>) | undefined;
}

/** Before it has signed in, nobody may send more than one `<auth>` needs (AUTH: 8 KiB). */
const UNAUTHENTICATED_MAX_BYTES = 8 * 1024;
/** Malformed events in a row: by then the client speaks something else, or probes. */
const REFUSALS_IN_A_ROW_MAX = 50;
/** Time for the last bytes of an orderly stop; then the connection is cut. */
const FAREWELL_MS = 1_500;

/**
 * One CoT connection from its first byte to its last: signs in (by what was shown in the handshake, by
 * `<auth>`, or both), then passes events to the hub and bytes to the socket. Ends with exactly one reason.
 */
export class CotConnection implements Wire {
  readonly remote: string;
  readonly localAddress: string;
  readonly listener: string;
  readonly #socket: Socket;
  readonly #deps: ConnectionDeps;
  readonly #log: Log;
  readonly #decoder: StreamDecoder;
  #identity: Identity | undefined;
  #needsPassword: boolean;
  readonly #judgeAgain: ConnectionInit['judgeAgain'];
  readonly #onSignedIn: () => void;
  #session: Session | undefined;
  #reason: CloseReason | undefined;
  #closeError: string | undefined;
  /** An `<auth>` is being checked: what follows it waits. */
  #isChecking = false;
  #hasSeenElement = false;
  #cancelAuthTimer: Cancel | undefined;
  #receivedBytes = 0;
  #refusals = 0;
  #refusalsInARow = 0;

  constructor(socket: Socket, init: ConnectionInit, deps: ConnectionDeps, onSignedIn: () => void) {
    this.#socket = socket;
    this.#deps = deps;
    this.listener = init.listener;
    this.remote = formatAddress(plainAddress(socket.remoteAddress), socket.remotePort ?? 0);
    this.localAddress = plainAddress(socket.localAddress);
    this.#log = deps.log.with({ remote: this.remote, listener: init.listener });
    this.#needsPassword = init.needsPassword;
    this.#identity = init.identity;
    this.#judgeAgain = init.judgeAgain;
    this.#onSignedIn = onSignedIn;
    this.#decoder = new StreamDecoder({ maxEventBytes: deps.maxEventBytes, acceptsAuth: true });
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => {
      if (this.#session !== undefined) deps.hub.drained(this.#session);
    });
    socket.on('end', () => this.close('peer_closed'));
    socket.on('error', (error) => {
      this.#closeError = messageOf(error);
      this.close('connection_lost');
    });
    socket.on('close', () => this.#closed());
    if (this.#identity !== undefined && !this.#needsPassword) this.#enter(this.#identity);
    else this.#cancelAuthTimer = deps.clock.after(deps.authTimeoutMs, () => this.close('auth_timeout'));
  }

  write(bytes: Buffer): boolean {
    return this.#socket.write(bytes);
  }

  pendingBytes(): number {
    return this.#socket.writableLength;
  }

  /** The first reason counts. Only an orderly stop lets queued bytes out; all other ends are immediate. */
  close(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    if (reason === 'server_stopping' || reason === 'peer_closed') {
      this.#socket.end();
      this.#deps.clock.after(FAREWELL_MS, () => this.#socket.destroy());
    } else {
      this.#socket.destroy();
    }
  }

  /** From here on the hub knows this connection. */
  #enter(identity: Identity): void {
    this.#cancelAuthTimer?.();
    this.#onSignedIn();
    this.#identity = identity;
    this.#session = this.#deps.hub.connect(identity, this);
    const { username, certSerial } = identity;
    this.#log.info('cot.signed_in', { session: this.#session.id, user: username, certSerial });
  }

  #received(chunk: Buffer): void {
    if (this.#reason !== undefined) return;
    this.#receivedBytes += chunk.length;
    this.#decoder.push(chunk);
    if (this.#isChecking) return;
    this.#readOn();
    const isWaitingForAuth = this.#session === undefined && !this.#isChecking;
    if (isWaitingForAuth && this.#receivedBytes > UNAUTHENTICATED_MAX_BYTES) this.close('auth_too_large');
  }

  #readOn(): void {
    while (this.#reason === undefined) {
      const item = this.#decoder.read();
      if (item === undefined) return;
      if (item.kind === 'refusal') {
        this.#refused(item);
      } else if (item.kind === 'auth') {
        void this.#checkPassword(item);
        return;
      } else if (this.#session === undefined) {
        this.close('auth_missing');
      } else {
        this.#hasSeenElement = true;
        this.#refusalsInARow = 0;
        if (this.#deps.hub.receive(this.#session, item) === 'switch_to_proto') this.#decoder.switchToProto();
      }
    }
  }

  async #checkPassword(element: AuthElement): Promise<void> {
    // `<auth>` is the first element or none at all: a later one is a stream that has gone wrong.
    if (this.#hasSeenElement) {
      this.close('protocol_error');
      return;
    }
    this.#hasSeenElement = true;
    this.#isChecking = true;
    // What follows waits in the kernel, not in our memory.
    this.#socket.pause();
    try {
      const login = await this.#login(element);
      if (this.#reason !== undefined) return;
      if ('refused' in login) this.close(login.refused);
      else this.#passwordAccepted(login.identity);
    } catch (error) {
      this.#log.error('cot.auth_error', { error: messageOf(error) });
      this.close('auth_failed');
    }
  }

  async #login({ username, password, uid }: AuthElement): Promise<StreamLogin> {
    const remoteAddress = plainAddress(this.#socket.remoteAddress);
    const login = await this.#deps.auth.byPassword({ username, password, uid, remoteAddress });
    const byCertificate = this.#identity;
    if ('refused' in login || byCertificate === undefined) return login;
    if (byCertificate.principalId !== login.identity.principalId) return { refused: 'auth_mismatch' };
    // A certificate stays part of the identity, so that revoking it ends the session; while the password was
    // waited for, that may have happened already.
    return (await this.#judgeAgain?.()) ?? login;
  }

  #passwordAccepted(identity: Identity): void {
    this.#isChecking = false;
    this.#needsPassword = false;
    if (this.#session === undefined) this.#enter(identity);
    this.#socket.resume();
    this.#readOn();
  }

  #refused({ code, isFatal, detail }: Refusal): void {
    if (code === 'proto_no_event') return;
    this.#refusals += 1;
    this.#refusalsInARow += 1;
    this.#log.warnRarely(`refused ${this.remote} ${code}`, 'cot.refused', {
      session: this.#session?.id,
      user: this.#identity?.username,
      code,
      detail,
    });
    if (code === 'auth_too_large') this.close('auth_too_large');
    else if (this.#session === undefined) this.close('auth_missing');
    else if (isFatal) this.close('protocol_error');
    else if (this.#refusalsInARow >= REFUSALS_IN_A_ROW_MAX) this.close('too_many_refusals');
  }

  #closed(): void {
    this.#reason ??= 'connection_lost';
    this.#cancelAuthTimer?.();
    const session = this.#session;
    if (session !== undefined) this.#deps.hub.closed(session, this.#reason);
    else this.#deps.hub.counts.closed[this.#reason] += 1;
    this.#log.info('cot.closed', {
      session: session?.id,
      reason: this.#reason,
      error: this.#closeError,
      user: this.#identity?.username,
      uid: session?.uid,
      received: session?.receivedEvents,
      sent: session?.sentEvents,
      replaced: session?.replacedPositions,
      refused: this.#refusals,
    });
  }
}
