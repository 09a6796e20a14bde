import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server as Engine } from 'engine.io';
import type { Server as SocketIo } from 'socket.io';
import type { RevocationNotice } from '../../../../auth/ports.ts';
import { endsSession } from '../../../../auth/revoke.ts';
import type { Cancel, Clock } from '../../../../core/clock.ts';
import { messageOf } from '../../../../core/errors.ts';
import type { Log } from '../../../../core/log.ts';
import { isForeign } from '../../../origin.ts';
import { isFtsListener, type Peer } from '../../../peer.ts';
import type { RawRequests } from '../../../raw-requests.ts';
import type { Upgrade } from '../../../upgrade.ts';
import { SocketSession, type SocketSessionDeps } from './socket-session.ts';

/** Programs that watch the kit; each costs some 20 KB. */
const CLIENTS_MAX = 50;
/** Of one address, which has not shown a key yet: a stranger must not fill the room of the others. */
const STRANGERS_PER_ADDRESS_MAX = 8;
/** An order for a handful of users is 2 KB, bytes. */
const MESSAGE_MAX_BYTES = 16 * 1_024;
/** As FreeTAKServer's; its clients take them from the handshake, milliseconds. */
const PING_PERIOD_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
/** How soon the event feed tells what is new, and who may not hear it any more is off; milliseconds. */
const FEED_PERIOD_MS = 1_000;
/** Time for a client to take our farewell; who is revoked has to be off within 2 s. */
const FAREWELL_MS = 500;

export interface SocketServerDeps extends Omit<SocketSessionDeps, 'cut' | 'greeting'> {
  /** As FreeTAKServer tells it to everybody who connects. */
  readonly greeting: () => SocketSessionDeps['greeting'];
  /** Name or address for packages, from the one under which we were called. */
  readonly hostOf: (calledAs: string) => string;
  /** What has to be done before the first client comes. */
  readonly start: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** FreeTAKServer's Socket.IO, on the listeners of its REST. */
export interface SocketServer extends RawRequests {
  start(): Promise<void>;
  upgrade(upgrade: Upgrade): void;
  /** Disconnects whoever `notice` is about. */
  revoked(notice: RevocationNotice): void;
  /** Disconnects whoever came in by the shared key. */
  keyRotated(): void;
  stop(): void;
}

/** What its types keep to themselves. */
interface EngineClient {
  readonly id: string;
  readonly request: IncomingMessage;
  once(event: 'close', listener: () => void): void;
}

interface EngineClients {
  readonly clients: Readonly<Record<string, EngineClient>>;
}

interface Engines {
  readonly engine: Engine;
  readonly io: SocketIo;
}

/** The packages are loaded with the first client: without one they cost nothing. */
export function createSocketServer(deps: SocketServerDeps): SocketServer {
  const { clock, log } = deps;
  const sessions = new Map<SocketSession, string>();
  /** Of all clients, also those that have not got as far as a session. */
  const addresses = new Map<EngineClient, string>();
  const peers = new WeakMap<IncomingMessage, Peer>();
  /** The connection of a client that began with polling and went on with a WebSocket, by the client's id. */
  const upgraded = new Map<string, Duplex>();
  let engines: Promise<Engines> | undefined;
  let isStopped = false;
  let cancelFeed: Cancel | undefined;

  async function load(): Promise<Engines> {
    const [{ Server: EngineServer }, { Server: IoServer }] = await Promise.all([
      import('engine.io'),
      import('socket.io'),
    ]);
    const engine = new EngineServer({
      maxHttpBufferSize: MESSAGE_MAX_BYTES,
      pingInterval: PING_PERIOD_MS,
      pingTimeout: PING_TIMEOUT_MS,
      perMessageDeflate: false,
      httpCompression: false,
      // No page of another site: there are no CORS headers at all, and none is let in.
      allowRequest(request, answer) {
        const refusal = refusalOf(request, engine.clientsCount);
        answer(refusal, refusal === undefined);
      },
    });
    const io = new IoServer({ serveClient: false, connectTimeout: FAREWELL_MS * 20 });
    io.bind(engine);
    io.on('connection', (socket) => {
      const { conn } = socket;
      const { id } = conn as unknown as EngineClient;
      const request = conn.request as IncomingMessage;
      const peer = peers.get(request);
      if (peer === undefined || isStopped) {
        conn.close(true);
        return;
      }
      const cut = () => {
        const raw = upgraded.get(id) ?? request.socket;
        socket.disconnect(true);
        // What waits for a slow client would hold up the farewell, and a hostile one answers none.
        clock.after(FAREWELL_MS, () => {
          conn.close(true);
          raw.destroy();
        });
      };
      const host = deps.hostOf(hostnameIn(request.headers.host));
      const session = new SocketSession(
        socket,
        { remote: peer.remoteAddress, host },
        { ...deps, greeting: deps.greeting(), cut },
      );
      sessions.set(session, peer.remoteAddress);
      cancelFeed ??= clock.every(FEED_PERIOD_MS, tellFeed);
      socket.on('disconnect', () => left(session));
    });
    engine.on('connection', (client: EngineClient) => {
      addresses.set(client, peers.get(client.request)?.remoteAddress ?? '');
      client.once('close', () => {
        addresses.delete(client);
        upgraded.delete(client.id);
      });
    });
    return { engine, io };
  }

  function refusalOf(request: IncomingMessage, clients: number): string | undefined {
    const { origin, host } = request.headers;
    if (isForeign({ origin, host, site: request.headers['sec-fetch-site']?.toString() }))
      return 'Foreign page';
    if (clients >= CLIENTS_MAX) return 'Too many clients';
    const address = peers.get(request)?.remoteAddress;
    const strangers = countOf(addresses.values(), address) - countOf(friends(), address);
    return strangers >= STRANGERS_PER_ADDRESS_MAX ? 'Too many clients' : undefined;
  }

  function* friends(): Iterable<string> {
    for (const [session, address] of sessions) if (session.isAuthenticated) yield address;
  }

  function left(session: SocketSession): void {
    sessions.delete(session);
    if (sessions.size > 0) return;
    cancelFeed?.();
    cancelFeed = undefined;
  }

  function tellFeed(): void {
    for (const session of sessions.keys()) {
      if (!session.isAuthenticated) continue;
      session.tellFeed().catch((error) => {
        log.warnRarely('fts.feed', 'fts.feed_failed', { error: messageOf(error) });
      });
    }
  }

  const loaded = () => {
    engines ??= load();
    return engines;
  };

  return {
    start: deps.start,
    take(request, response: ServerResponse, peer) {
      if (!isFtsListener(peer.listener) || !isSocketPath(request.url)) return false;
      if (isStopped) {
        response.writeHead(503).end();
        return true;
      }
      peers.set(request, peer);
      loaded()
        .then(({ engine }) =>
          engine.handleRequest(request as Parameters<Engine['handleRequest']>[0], response),
        )
        .catch((error) => {
          log.error('fts.socket_failed', { error: messageOf(error) });
          if (!response.headersSent) response.writeHead(500);
          response.end();
        });
      return true;
    },
    upgrade({ request, socket, head, peer, query }) {
      if (isStopped) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      peers.set(request, peer);
      // Until the package has the socket, nobody else listens for its end.
      const onError = (error: Error) => log.debug('fts.socket_error', { error: messageOf(error) });
      socket.on('error', onError);
      loaded()
        .then(({ engine }) => {
          const id = query.get('sid');
          const { clients } = engine as unknown as EngineClients;
          if (id !== null && Object.hasOwn(clients, id) && !upgraded.has(id)) upgraded.set(id, socket);
          engine.handleUpgrade(request as Parameters<Engine['handleUpgrade']>[0], socket, head);
        })
        .catch((error) => {
          log.error('fts.socket_failed', { error: messageOf(error) });
          socket.destroy();
        });
    },
    revoked(notice) {
      for (const session of sessions.keys()) {
        const { facts } = session;
        if (facts !== undefined && endsSession(notice, facts)) session.end('access_revoked');
      }
    },
    keyRotated() {
      for (const session of sessions.keys()) {
        if (session.isAuthenticated && session.facts === undefined) session.end('access_revoked');
      }
    },
    stop() {
      isStopped = true;
      cancelFeed?.();
      engines?.then(({ engine }) => engine.close()).catch(() => {});
    },
  };
}

/** What somebody wrote in the header; nothing is sure of it. */
function hostnameIn(header: string | undefined): string {
  const url = `http://${header ?? ''}`;
  return URL.canParse(url) ? new URL(url).hostname : 'localhost';
}

function countOf(addresses: Iterable<string>, wanted: string | undefined): number {
  let count = 0;
  for (const address of addresses) if (address === wanted) count += 1;
  return count;
}

function isSocketPath(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url, 'http://host')) return false;
  return SOCKET_PATHS.includes(new URL(url, 'http://host').pathname);
}

export const SOCKET_PATHS: readonly string[] = ['/socket.io', '/socket.io/'];
