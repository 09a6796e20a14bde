import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { type DocumentServer, startDocumentServer } from './document-client.ts';
import { bearer, CURL_HEADERS, type LiteralAnswer, type LiteralRequest, send } from './literal-http.ts';

/** A password, and tokens, that any policy takes. */
export const PASSWORD = 'seven-wet-horses-in-a-tent';
export const ADMIN_TOKEN = 'Xq3vR8tLw2Zn6Bk9Jf4Dh7Ms';
export const DAN_TOKEN = 'Kp5Wc9Ny2Vt7Gx4Rb8Lq3Hz6';

const EVENT_TIMEOUT_MS = 5_000;

/** A server with FreeTAKServer's REST over TLS and, on the loopback, in plain. */
export interface FtsServer {
  readonly documents: DocumentServer;
  readonly ca: string;
  /** On the plain listener, unless it has a `ca`. */
  ask(request: LiteralRequest): Promise<LiteralAnswer>;
  /** As curl does it with a token and `-d`. */
  asAdmin(method: string, path: string, body?: unknown, token?: string): Promise<LiteralAnswer>;
  addSystemUser(fields: Readonly<Record<string, string>>): Promise<LiteralAnswer>;
  /** Uid of a system user. */
  uidOf(name: string): Promise<string>;
  connect(options?: ConnectOptions): FtsClient;
  stop(): Promise<void>;
}

export interface ConnectOptions {
  readonly transports?: readonly ('polling' | 'websocket')[];
  readonly isTls?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the event feed that keeps all it hears. */
export interface FtsClient {
  readonly socket: Socket;
  readonly heard: readonly (readonly [event: string, data: unknown])[];
  /** Waits for an event that comes after this call, or, with `since`, after that many. */
  next(event: string, since?: number): Promise<unknown>;
  authenticate(key: string): Promise<string>;
  /** Sends an event, and gives the answer under its other name. */
  ask(event: string, answer: string, argument?: unknown): Promise<unknown>;
  /** Resolves when the connection is over. */
  readonly closed: Promise<string>;
}

export async function startFtsServer(set: Readonly<Record<string, string>> = {}): Promise<FtsServer> {
  const documents = await startDocumentServer(PASSWORD, {
    'listen.ftsRest': '127.0.0.1:0',
    'listen.ftsRestPlain': '127.0.0.1:0',
    'listen.https': '127.0.0.1:0',
    ...set,
  });
  const { server, console } = documents;
  await console('POST', '/api/people/administrator/tokens', {
    name: 'for tests',
    scope: 'read+write',
    token: ADMIN_TOKEN,
  });
  const ca = (await documents.send('/ca.pem')).text;
  const ask = (request: LiteralRequest) =>
    send(server.address(request.ca === undefined ? 'ftsRestPlain' : 'ftsRest'), request);
  const clients: Socket[] = [];

  const fts: FtsServer = {
    documents,
    ca,
    ask,
    asAdmin(method, path, body, token = ADMIN_TOKEN) {
      const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
      return ask({
        method,
        path,
        headers: { ...CURL_HEADERS, ...type, ...bearer(token) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    },
    addSystemUser: (fields) =>
      fts.asAdmin('POST', '/ManageSystemUser/postSystemUser', { systemUsers: [fields] }),
    async uidOf(name) {
      const { SystemUsers } = (await fts.asAdmin('GET', '/ManageSystemUser/getSystemUser', { name })).json<{
        SystemUsers: { Uid: string }[];
      }>();
      return SystemUsers[0]?.Uid ?? '';
    },
    connect({ transports = ['websocket'], isTls = false, headers = {} } = {}) {
      const { port } = server.address(isTls ? 'ftsRest' : 'ftsRestPlain');
      const socket = io(isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`, {
        transports: [...transports],
        reconnection: false,
        forceNew: true,
        extraHeaders: headers,
        ...(isTls ? { ca } : {}),
      });
      clients.push(socket);
      return watch(socket);
    },
    async stop() {
      for (const socket of clients) socket.disconnect();
      await documents.stop();
    },
  };
  return fts;
}

function watch(socket: Socket): FtsClient {
  const heard: (readonly [string, unknown])[] = [];
  const waiting = new Set<() => void>();
  socket.onAny((event: string, data: unknown) => {
    heard.push([event, data]);
    for (const wake of waiting) wake();
  });
  const closed = new Promise<string>((resolve) => {
    socket.once('disconnect', resolve);
    socket.once('connect_error', (error) => resolve(error.message));
  });

  const client: FtsClient = {
    socket,
    heard,
    closed,
    next(event, since = heard.length) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no ${event} came; heard: ${JSON.stringify(heard)}`));
        }, EVENT_TIMEOUT_MS);
        const look = () => {
          const found = heard.slice(since).find(([name]) => name === event);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found[1]);
        };
        waiting.add(look);
        look();
      });
    },
    async authenticate(key) {
      if (!socket.connected) {
        const refused = await Promise.race([
          once(socket as unknown as NodeJS.EventEmitter, 'connect'),
          closed,
        ]);
        if (typeof refused === 'string') throw new Error(`not let in: ${refused}`);
      }
      const answer = client.next('authentication');
      socket.emit('authenticate', JSON.stringify({ Authenticate: key }));
      return String(await answer);
    },
    ask(event, answer, argument) {
      const told = client.next(answer);
      if (argument === undefined) socket.emit(event);
      else socket.emit(event, argument);
      return told;
    },
  };
  return client;
}
