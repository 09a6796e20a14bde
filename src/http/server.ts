import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { ConnectionProblem } from './connection-problem.ts';
import { HTTP_LIMITS, type HttpLimits, STOP_DEADLINE_MS } from './limits.ts';
import { createListener, type FetchHandler, type Listener } from './listener.ts';
import { isTlsListener, type ListenerName, type Peer } from './peer.ts';
import type { RawRequests } from './raw-requests.ts';
import type { UpgradeHandlers } from './upgrade.ts';

/** Where a listener accepts: an address, or the path of the control socket (mode 0600; must not exist yet). */
export type ListenPoint = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ListenerSpec {
  readonly name: ListenerName;
  readonly points: readonly ListenPoint[];
}

export interface HttpServerDeps {
  readonly listeners: readonly ListenerSpec[];
  readonly fetch: FetchHandler;
  /** Asked for each TLS listener when it opens, and again on `reloadTls`. */
  readonly tls: (clientCertificate: 'ask' | 'none') => TlsOptions;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits?: Partial<HttpLimits>;
  /** Told of connections that never became a request, for the diagnosis page. Hostile peers can call it often. */
  readonly onProblem: (problem: ConnectionProblem) => void;
  /** WebSockets, on every listener; each handler says where it is served. */
  readonly upgrades?: UpgradeHandlers;
  /** Likewise, for what is answered without the app. */
  readonly rawRequests?: RawRequests;
}

/**
 * The port that the house sees of its HTTP server. It is served by node:http and node:https; another engine
 * (uWebSockets.js, see the decision record) would implement the same five calls.
 */
export interface HttpServer {
  /** Opens all listeners, or none: the first that fails closes the others and throws `listen.failed`. */
  start(): Promise<void>;
  /** Listener name → bound addresses, comma separated, as the ready line says them. The control socket is left out. */
  addresses(): Readonly<Record<string, string>>;
  /** New certificates for new connections; those that are open go on. */
  reloadTls(): void;
  /** Cuts, at once and in the middle of anything, the connections that match. Returns how many. */
  closeConnections(matches: (peer: Peer) => boolean): number;
  /** Takes nothing new, lets answers finish for `deadlineMs`, then cuts. */
  stop(deadlineMs?: number): Promise<void>;
}

export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { log } = deps;
  const limits = { ...HTTP_LIMITS, ...deps.limits };
  const open: { listener: Listener; point: ListenPoint }[] = [];
  const requests = new Map<string, number>();

  deps.metrics.add({
    name: 'bivouac_http_connections',
    help: 'Open connections by listener.',
    type: 'gauge',
    read: () => [...connectionCounts(open)].map(([listener, count]) => [{ listener }, count]),
  });
  deps.metrics.add({
    name: 'bivouac_http_requests_total',
    help: 'Requests answered, by listener and status class.',
    type: 'counter',
    read: () =>
      [...requests].map(([key, count]) => {
        const [listener = '', status = ''] = key.split(' ');
        return [{ listener, status }, count];
      }),
  });

  const countedFetch: FetchHandler = async (request, peer) => {
    const response = await deps.fetch(request, peer);
    const key = `${peer.listener} ${Math.floor(response.status / 100)}xx`;
    requests.set(key, (requests.get(key) ?? 0) + 1);
    return response;
  };

  function tlsFor(name: ListenerName): TlsOptions | undefined {
    if (name === 'httpsCert') return deps.tls('ask');
    return isTlsListener(name) ? deps.tls('none') : undefined;
  }

  async function openPoint(name: ListenerName, point: ListenPoint): Promise<void> {
    const listener = createListener({
      name,
      fetch: countedFetch,
      tls: tlsFor(name),
      limits,
      log,
      onProblem: deps.onProblem,
      upgrades: deps.upgrades,
      rawRequests: deps.rawRequests,
    });
    try {
      await listen(listener.server, point);
    } catch (error) {
      throw new BivouacError(
        'listen.failed',
        `Listener ${name} cannot use ${pointText(point)}: ${reasonOf(error)}`,
      );
    }
    open.push({ listener, point });
  }

  return {
    async start() {
      try {
        for (const { name, points } of deps.listeners) {
          for (const point of points) await openPoint(name, point);
        }
      } catch (error) {
        await this.stop(0);
        throw error;
      }
    },
    addresses() {
      const result: Record<string, string> = {};
      for (const { listener, point } of open) {
        if ('path' in point) continue;
        const bound = listener.server.address() as AddressInfo;
        const text = pointText({ host: bound.address, port: bound.port });
        const before = result[listener.name];
        result[listener.name] = before === undefined ? text : `${before},${text}`;
      }
      return result;
    },
    reloadTls() {
      for (const { listener } of open) {
        const tls = tlsFor(listener.name);
        if (tls !== undefined) listener.setTls(tls);
      }
    },
    closeConnections(matches) {
      let closed = 0;
      for (const { listener } of open) {
        for (const [socket, peer] of listener.connections()) {
          if (peer === undefined || !matches(peer)) continue;
          listener.end(socket);
          closed += 1;
        }
      }
      return closed;
    },
    async stop(deadlineMs = STOP_DEADLINE_MS) {
      const closing = open.splice(0);
      await Promise.all(closing.map(({ listener }) => listener.close(deadlineMs)));
    },
  };
}

function* connectionCounts(open: readonly { listener: Listener }[]): Iterable<[string, number]> {
  const counts = new Map<string, number>();
  for (const { listener } of open) {
    let count = counts.get(listener.name) ?? 0;
    for (const _ of listener.connections()) count += 1;
    counts.set(listener.name, count);
  }
  yield* counts;
}

async function listen(server: Server, point: ListenPoint): Promise<void> {
  if ('path' in point) {
    // Never open to others, not even for a moment. Node binds a path within the call, so no other code of
    // this thread sees the mask.
    const mask = process.umask(0o177);
    const bound = bind(server, { path: point.path });
    process.umask(mask);
    return bound;
  }
  try {
    await bind(server, point);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // A kernel without IPv6 (`ipv6.disable=1`) cannot bind the dual-stack wildcard: IPv4 alone then.
    if (point.host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw error;
    await bind(server, { host: '0.0.0.0', port: point.port });
  }
}

function bind(server: Server, at: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function pointText(point: ListenPoint): string {
  if ('path' in point) return point.path;
  return point.host.includes(':') ? `[${point.host}]:${point.port}` : `${point.host}:${point.port}`;
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return 'another program uses it';
  if (code === 'EACCES') return 'this user may not open it';
  if (code === 'EADDRNOTAVAIL') return 'this host does not have that address';
  return messageOf(error);
}
