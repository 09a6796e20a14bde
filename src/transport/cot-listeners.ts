import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type TLSSocket,
  type TlsOptions,
  type Server as TlsServer,
} from 'node:tls';
import { formatAddress, type ListenAddress, plainAddress } from '../core/address.ts';
import { ANONYMOUS_CHANNEL } from '../core/anonymous-channel.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { CloseReason } from '../hub/close-reason.ts';
import type { Identity } from '../hub/ports.ts';
import { type ConnectionDeps, CotConnection } from './cot-connection.ts';
import { POLICIES, type StreamLogin, type StreamPolicy } from './stream-auth.ts';
import { WaitingRoom } from './waiting-room.ts';

export interface ListenerDeps extends ConnectionDeps {
  readonly policy: StreamPolicy;
  readonly maxConnections: number;
  readonly maxUnauthenticated: number;
  /** A TLS handshake did not come to its end; `code` is OpenSSL's or Node's. */
  readonly onHandshakeFailed?: (failure: {
    remoteAddress: string;
    listener: string;
    code: string;
    message: string;
  }) => void;
}

/** A dead phone must not hold a session for the kernel's default of two hours. */
const KEEP_ALIVE_IDLE_MS = 30_000;
/** Connections that wait in the kernel to be accepted: a team that comes back into range comes all at once. */
const BACKLOG = 1_024;

/** Everybody on the plain CoT port: nobody in particular, and in no channel but the anonymous one. */
const ANONYMOUS: Identity = {
  principalId: '',
  username: 'anonymous',
  certSerial: undefined,
  groupsIn: [ANONYMOUS_CHANNEL],
  groupsOut: [ANONYMOUS_CHANNEL],
};

/** The sockets that carry CoT: over TLS with sign-in, and in plain for the anonymous. */
export class CotListeners {
  readonly waitingRoom: WaitingRoom;
  readonly #deps: ListenerDeps;
  readonly #tlsServers: TlsServer[] = [];
  readonly #servers: Server[] = [];
  #connections = 0;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
    this.waitingRoom = new WaitingRoom(deps.maxUnauthenticated);
  }

  /** Opens `listen.cotTls`. Returns the addresses that it really has. */
  async listenTls(addresses: readonly ListenAddress[], tls: TlsOptions): Promise<string[]> {
    const rules = POLICIES[this.#deps.policy];
    return this.#listen('cotTls', addresses, () => {
      const server = createTlsServer({
        ...tls,
        requestCert: rules.asksForCertificate,
        // Whether a certificate is good is decided after the handshake, by serial and by the kit's own idea of
        // the time: then the log can say what was wrong with it.
        rejectUnauthorized: false,
        handshakeTimeout: this.#deps.authTimeoutMs,
      });
      server.on('connection', (socket: Socket) => this.#admit(socket));
      server.on('secureConnection', (socket) => void this.#secured(socket));
      server.on('tlsClientError', (error, socket) => this.#handshakeFailed(error, socket));
      this.#tlsServers.push(server);
      return server;
    });
  }

  /** Opens `listen.cotTcp`. */
  async listenTcp(addresses: readonly ListenAddress[]): Promise<string[]> {
    return this.#listen('cotTcp', addresses, () =>
      createTcpServer((socket) => {
        if (!this.#admit(socket)) return;
        const init = { listener: 'cotTcp', identity: ANONYMOUS, needsPassword: false, judgeAgain: undefined };
        new CotConnection(socket, init, this.#deps, () => this.waitingRoom.leave(socket));
      }),
    );
  }

  /** New certificates for new handshakes; sessions that stand are not touched. */
  reloadTls(tls: TlsOptions): void {
    for (const server of this.#tlsServers) server.setSecureContext(tls);
  }

  /** Accepts nobody any more, and sends away who has not signed in. Sessions are the hub's to close. */
  stopAccepting(): void {
    this.#ended = Promise.all(
      this.#servers.map((server) => new Promise<void>((done) => server.close(() => done()))),
    );
    this.waitingRoom.clear();
  }

  /** After `stopAccepting`: resolves when the last connection has ended. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  async #listen(name: string, addresses: readonly ListenAddress[], create: () => Server): Promise<string[]> {
    const bound: string[] = [];
    for (const { host, port } of addresses) {
      const server = create();
      this.#servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error) => {
          const address = formatAddress(host, port);
          reject(
            new BivouacError(
              'listen.failed',
              `listen.${name} = ${address}: ${messageOf(error)}`,
              undefined,
              error,
            ),
          );
        });
        server.listen({ host, port, backlog: BACKLOG }, resolve);
      });
      server.removeAllListeners('error');
      // Out of file descriptors, for one: the sessions that stand go on, and so must the process.
      server.on('error', (error) =>
        this.#deps.log.error('cot.listener_error', { listener: name, error: error.message }),
      );
      const address = server.address();
      if (address !== null && typeof address === 'object')
        bound.push(formatAddress(address.address, address.port));
    }
    return bound;
  }

  #admit(socket: Socket): boolean {
    if (this.#connections >= this.#deps.maxConnections) {
      this.#deps.hub.counts.closed.too_many_connections += 1;
      this.#deps.log.warnRarely('too many connections', 'cot.too_many_connections', {
        max: this.#deps.maxConnections,
      });
      socket.destroy();
      return false;
    }
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
    // A socket without a listener for errors brings the process down when its peer resets it.
    socket.on('error', () => socket.destroy());
    socket.setKeepAlive(true, KEEP_ALIVE_IDLE_MS);
    socket.setNoDelay(true);
    this.waitingRoom.enter(socket);
    return true;
  }

  async #secured(socket: TLSSocket): Promise<void> {
    socket.on('error', () => socket.destroy());
    this.waitingRoom.enter(socket);
    const rules = POLICIES[this.#deps.policy];
    const certificate = socket.getPeerX509Certificate();
    const login = certificate === undefined ? undefined : await this.#judge(certificate.raw, socket);
    const identity = login !== undefined && 'identity' in login ? login.identity : undefined;
    const refused = login !== undefined && 'refused' in login ? login.refused : undefined;
    if (socket.destroyed) return;
    if (
      identity === undefined &&
      (rules.needsCertificate || (refused !== undefined && FINAL_REFUSALS.has(refused)))
    ) {
      this.#refuse(socket, refused ?? 'cert_missing');
      return;
    }
    new CotConnection(
      socket,
      {
        listener: 'cotTls',
        identity,
        needsPassword: rules.needsPassword || identity === undefined,
        judgeAgain: () => this.#judge(certificate!.raw, socket),
      },
      this.#deps,
      () => this.waitingRoom.leave(socket),
    );
  }

  async #judge(der: Buffer, socket: TLSSocket): Promise<StreamLogin> {
    try {
      return await this.#deps.auth.byCertificate({ der, remoteAddress: plainAddress(socket.remoteAddress) });
    } catch (error) {
      this.#deps.log.error('cot.auth_error', { error: messageOf(error) });
      return { refused: 'auth_failed' };
    }
  }

  #refuse(socket: TLSSocket, reason: CloseReason): void {
    this.#deps.hub.counts.closed[reason] += 1;
    this.#deps.log.warn('cot.closed', { remote: remoteOf(socket), listener: 'cotTls', reason });
    socket.destroy();
  }

  #handshakeFailed(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const remoteAddress = plainAddress(socket.remoteAddress);
    // Node leaves a socket whose handshake timed out open: closing it is up to us (Node 26.10).
    socket.destroy();
    const code = error.code ?? 'unknown';
    this.#deps.log.warnRarely(`handshake ${remoteAddress} ${code}`, 'cot.handshake_failed', {
      remote: remoteAddress,
      listener: 'cotTls',
      code,
      error: error.message.trim(),
    });
    this.#deps.onHandshakeFailed?.({ remoteAddress, listener: 'cotTls', code, message: error.message });
  }
}

/**
 * A certificate that is merely not ours, or out of date, may be followed by `<auth>` where the policy takes
 * either: a phone may carry one of another kit. A certificate of ours that is refused is not: whoever lost it
 * was meant to be off.
 */
const FINAL_REFUSALS: ReadonlySet<CloseReason> = new Set(['cert_revoked', 'cert_unknown', 'auth_failed']);

function remoteOf(socket: TLSSocket): string {
  return formatAddress(plainAddress(socket.remoteAddress), socket.remotePort ?? 0);
}
