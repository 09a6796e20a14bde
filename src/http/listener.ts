import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import { plainAddress } from '../core/address.ts';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type ConnectionProblem, problemOfClientError } from './connection-problem.ts';
import { errorResponse } from './errors.ts';
import { keepGetBody } from './get-body.ts';
import type { HttpLimits } from './limits.ts';
import { isLoopback, isTlsListener, type ListenerName, type Peer, peerOf, rawSocketOf } from './peer.ts';
import type { RawRequests } from './raw-requests.ts';
import type { UpgradeHandlers } from './upgrade.ts';

/** The app as a listener sees it: one request and where it came from in, one answer out. */
export type FetchHandler = (request: Request, peer: Peer) => Response | Promise<Response>;

export interface ListenerDeps {
  readonly name: ListenerName;
  readonly fetch: FetchHandler;
  /**
   * For the TLS kinds. No certificate of a client is refused in the handshake, which would tell it nothing:
   * each request is judged, and answered with the reason.
   */
  readonly tls: TlsOptions | undefined;
  readonly limits: HttpLimits;
  readonly log: Log;
  readonly onProblem: (problem: ConnectionProblem) => void;
  /** WebSockets; without it there are none. */
  readonly upgrades?: UpgradeHandlers | undefined;
  readonly rawRequests?: RawRequests | undefined;
}

/** One bound socket of one listener kind: node's server, wired to the app and held to the limits. */
export interface Listener {
  readonly name: ListenerName;
  readonly server: Server;
  /** Sockets by what was proved on them, for cutting them when a certificate is revoked. */
  connections(): Iterable<readonly [Socket, Peer | undefined]>;
  /** Ends one of them at once, or after the answer that is under way, which then has to be quick. */
  end(socket: Socket): void;
  setTls(tls: TlsOptions): void;
  /** Takes no more connections, lets answers under way finish, and cuts what is left at the deadline. */
  close(deadlineMs: number): Promise<void>;
}

function serverOptions({ name, limits, upgrades }: ListenerDeps): ServerOptions {
  return {
    shouldUpgradeCallback: (request) => upgrades?.isServed(request, name) ?? false,
    headersTimeout: limits.headersTimeoutMs,
    // Bodies have a deadline of their own below: this one would count from the first byte of the headers.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.timeoutCheckPeriodMs,
    maxHeaderSize: limits.maxHeaderBytes,
    noDelay: true,
  };
}

export function createListener(deps: ListenerDeps): Listener {
  const { name, log, limits } = deps;
  const isTls = isTlsListener(name);
  const peers = new WeakMap<Socket, Peer>();
  const open = new Set<Socket>();
  const perAddress = new Map<string, number>();
  /** Raw sockets with a request under way. */
  const busy = new Set<Socket>();
  /** Of those, which are to end with it. */
  const ending = new Set<Socket>();
  let isClosing = false;

  const answer = getRequestListener(
    (request, { incoming }) => {
      keepGetBody(request, incoming as IncomingMessage);
      return deps.fetch(request, peers.get(incoming.socket as Socket)!);
    },
    { overrideGlobalObjects: false, errorHandler: (error) => errorResponse(requestErrorOf(error), log) },
  );

  const server = isTls
    ? createTlsServer({
        ...serverOptions(deps),
        ...deps.tls,
        ALPNProtocols: ['http/1.1'],
        handshakeTimeout: limits.handshakeTimeoutMs,
        // A browser that is asked for a certificate asks its person: never where none is needed.
        requestCert: name === 'httpsCert',
        rejectUnauthorized: false,
      })
    : createPlainServer(serverOptions(deps));
  server.maxConnections = limits.maxConnections;
  // On the control socket sits a person, who may read an export page by page.
  server.setTimeout(name === 'control' ? 0 : limits.idleTimeoutMs);

  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress);
    const count = (perAddress.get(address) ?? 0) + 1;
    if (count > limits.maxConnectionsPerAddress && address !== '' && !isLoopback(address)) {
      log.warnRarely(`http.crowded ${address}`, 'http.too_many_connections', { listener: name, address });
      socket.destroy();
      return;
    }
    perAddress.set(address, count);
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      const left = perAddress.get(address)! - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
    if (!isTls) peers.set(socket, peerOf(socket, name));
  });
  // A TLS socket wraps the one above; it is the one that requests name.
  const secured = new Set<Socket>();
  server.on('secureConnection', (socket: Socket) => {
    peers.set(socket, peerOf(socket, name));
    secured.add(socket);
    socket.once('close', () => secured.delete(socket));
  });

  server.on('request', (incoming, outgoing) => {
    if (isClosing) outgoing.setHeader('connection', 'close');
    const raw = rawSocketOf(incoming.socket);
    busy.add(raw);
    outgoing.once('close', () => {
      busy.delete(raw);
      if (isClosing || ending.delete(raw)) incoming.socket.destroySoon();
    });
    if (!incoming.complete) cutSlowBody(incoming, limits);
    const isTaken =
      deps.rawRequests?.take(incoming, outgoing, peers.get(incoming.socket as Socket)!) === true;
    if (!isTaken) void answer(incoming, outgoing);
  });

  // From here on the connection is the handler's; only a cut by the limits or by stopping ends it from here.
  server.on('upgrade', (incoming, socket, head) => {
    deps.upgrades?.handle(incoming, socket, head, peers.get(incoming.socket as Socket)!);
  });

  server.on('error', (error) =>
    log.warnRarely(`http.error ${name}`, 'http.listener_error', { listener: name, error: error.message }),
  );

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    deps.onProblem(problemOfClientError(error, socket as Socket, name));
    if (socket.writable && !isTlsFailure(error)) socket.end(REFUSAL_OF[error.code ?? ''] ?? BAD_REQUEST);
    else socket.destroy();
  });

  return {
    name,
    server,
    *connections() {
      for (const socket of isTls ? secured : open) yield [socket, peers.get(socket)];
    },
    end(socket) {
      const raw = rawSocketOf(socket);
      if (!busy.has(raw)) {
        socket.destroy();
        return;
      }
      ending.add(raw);
      const timer = setTimeout(() => socket.destroy(), limits.endGraceMs);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    },
    setTls(tls) {
      if (isTls) (server as TlsServer).setSecureContext(tls);
    },
    close(deadlineMs) {
      isClosing = true;
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const socket of open) socket.destroy();
        }, deadlineMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        // Not only those that node calls idle: also those in a handshake, or that never sent a request.
        for (const socket of open) if (!busy.has(socket)) socket.destroy();
      });
    },
  };
}

/**
 * Cuts a request whose body trickles. An upload may take as long as it needs while it moves, so there is no
 * limit for the whole.
 */
function cutSlowBody(incoming: IncomingMessage, limits: HttpLimits): void {
  const { socket } = incoming;
  const minBytes = (limits.minBodyBytesPerSecond * limits.bodyTimeoutMs) / 1_000;
  let seenBytes = socket.bytesRead;
  const timer = setInterval(() => {
    if (incoming.complete) return;
    const arrived = socket.bytesRead - seenBytes;
    seenBytes = socket.bytesRead;
    // What we do not read (the disk is slow) is no fault of the client: then nothing can arrive.
    if (arrived < minBytes && !incoming.isPaused()) socket.destroy();
  }, limits.bodyTimeoutMs);
  timer.unref();
  incoming.once('close', () => clearInterval(timer));
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const REFUSAL_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW:
    'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  ERR_HTTP_REQUEST_TIMEOUT: 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
};

function isTlsFailure(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('ERR_SSL') === true || error.code === 'ECONNRESET';
}

/** A request that cannot even be read (a hostile Host header, a path with a backslash). */
function requestErrorOf(error: unknown): unknown {
  if (error instanceof Error && error.name === 'RequestError') return new BivouacError('request.invalid');
  return error;
}
