import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ListenerName, Peer } from './peer.ts';

/** One request to become a WebSocket: whoever takes it answers on the socket, one way or the other. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the headers already. */
  readonly head: Buffer;
  readonly peer: Peer;
  /** Without query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface UpgradeHandlers {
  /**
   * Whether somebody serves WebSockets there, on this listener; other requests are answered as if they had asked
   * for nothing.
   */
  isServed(request: IncomingMessage, listener: ListenerName): boolean;
  handle(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void;
}

export interface UpgradeRoute {
  /** Elsewhere there is none. */
  readonly on: readonly ListenerName[];
  readonly take: (upgrade: Upgrade) => void;
}

/** WebSockets by path. */
export function upgradeHandlers(byPath: Readonly<Record<string, UpgradeRoute>>): UpgradeHandlers {
  const urlOf = (request: IncomingMessage) => new URL(request.url ?? '/', 'http://host');
  const routeOf = (path: string) => (Object.hasOwn(byPath, path) ? byPath[path] : undefined);
  return {
    isServed: (request, listener) =>
      // `Upgrade: h2c` of some HTTP libraries is an offer that nobody needs to take.
      request.headers.upgrade?.toLowerCase() === 'websocket' &&
      URL.canParse(request.url ?? '', 'http://host') &&
      routeOf(urlOf(request).pathname)?.on.includes(listener) === true,
    handle(request, socket, head, peer) {
      const { pathname: path, searchParams: query } = urlOf(request);
      routeOf(path)?.take({ request, socket, head, peer, path, query });
    },
  };
}
