import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { type Kit, openKit } from '../../src/app/kit.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import { CONTROL_PEER, isTlsListener, type ListenerName } from '../../src/http/peer.ts';
import { createHttpServer, type HttpServer, type ListenerSpec } from '../../src/http/server.ts';
import { pkcs8Pem } from '../../src/pki/keys.ts';
import { tlsOptions } from '../../src/pki/tls-material.ts';
import { readPlatform } from '../../src/system/platform.ts';

/** Good under every policy, and the same for everybody: no test here is about passwords. */
export const PASSWORD = 'seven-wet-horses-in-a-tent';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  json<T = unknown>(): T;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** User name; the password is `PASSWORD` unless given. */
  readonly as?: string;
  readonly password?: string;
  /** Client certificate, PEM. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** A whole kit without the stream, its HTTP listeners on the loopback. */
export interface HttpKit {
  readonly kit: Kit;
  readonly server: HttpServer;
  readonly ca: string;
  port(listener: ListenerName): number;
  ask(listener: ListenerName, path: string, ask?: Ask): Promise<Answer>;
  /** Sends these very bytes, and gives what comes back until the server closes. */
  exchange(listener: ListenerName, bytes: string | Uint8Array): Promise<string>;
  addUser(name: string, role?: 'administrator' | 'operator' | 'user' | 'viewer'): Promise<string>;
  issue(name: string): Promise<{ cert: string; key: string; serial: string }>;
  stop(): Promise<void>;
}

const LISTENERS = ['https', 'httpsCert', 'http', 'ftsRest', 'ftsRestPlain', 'portal', 'ops'] as const;
const LOOPBACK = { host: '127.0.0.1', port: 0 };

export async function startHttpKit(set: readonly string[] = []): Promise<HttpKit> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bivouac-http-'));
  const config = loadConfig({ file: '/dev/null', dataDir, set, environment: {} });
  const kit = await openKit(config, readPlatform(), silentLog);
  await kit.authority.refresh();
  // An unclaimed kit lets no administrator in over the network.
  await kit.auth.claim.claim({ password: PASSWORD }, CONSOLE);
  const server = createHttpServer({
    listeners: LISTENERS.map((name): ListenerSpec => ({ name, points: [LOOPBACK] })),
    fetch: kit.http.fetch,
    tls: (clientCertificate) =>
      tlsOptions(kit.authority.material(), { clientCertificate, hasAesInstructions: true }),
    log: silentLog,
    metrics: kit.metrics,
    onProblem: kit.http.onProblem,
  });
  await server.start();
  kit.goLive({ startedAtMs: kit.clock.now(), listeners: server.addresses, clients: () => [] });
  const ca = kit.authority.caChainPem();
  const port = (listener: ListenerName) => Number(server.addresses()[listener]?.split(':').at(-1));
  const isTls = isTlsListener;

  return {
    kit,
    server,
    ca,
    port,
    ask(listener, path, { method = 'GET', headers = {}, body, as, password = PASSWORD, identity } = {}) {
      if (listener === 'control') {
        const request = new Request(`http://control${path}`, { method, headers, ...(body && { body }) });
        return askInProcess(kit, request);
      }
      const authorization =
        as === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}` };
      return new Promise((resolve, reject) => {
        const send = isTls(listener) ? httpsRequest : httpRequest;
        const options = {
          host: '127.0.0.1',
          port: port(listener),
          method,
          path,
          ca,
          servername: 'localhost',
          ...identity,
          agent: false,
        };
        const request = send({ ...options, headers: { ...authorization, ...headers } }, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () =>
            resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks))),
          );
          incoming.on('error', reject);
        });
        request.on('error', reject);
        request.end(body);
      });
    },
    exchange(listener, bytes) {
      const options = { host: '127.0.0.1', port: port(listener) };
      const socket = isTls(listener) ? connectTls({ ...options, ca }) : connectPlain(options);
      return new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        socket.on('data', (chunk: Buffer) => chunks.push(chunk));
        socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
        socket.on('error', reject);
        socket.setTimeout(5_000, () => socket.destroy(new Error('the server kept the connection open')));
        socket.write(bytes);
      });
    },
    async addUser(name, role = 'user') {
      const user = await kit.auth.users.add({ name, password: PASSWORD, groups: ['blue'], role }, CONSOLE);
      return user.id;
    },
    async issue(name) {
      const user = await kit.auth.users.byName(name);
      const issued = await kit.authority.issueClient({ principalId: user!.id, username: user!.name });
      const { pem, serial } = issued.certificate;
      return { cert: pem, key: pkcs8Pem(issued.key!), serial };
    },
    async stop() {
      await server.stop(0);
      await kit.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function askInProcess(kit: Kit, request: Request): Promise<Answer> {
  const response = await kit.http.fetch(request, CONTROL_PEER);
  const headers = Object.fromEntries(response.headers);
  return answerOf(response.status, headers, Buffer.from(await response.arrayBuffer()));
}

function answerOf(status: number, headers: IncomingHttpHeaders, body: Buffer): Answer {
  const text = body.toString('utf8');
  return { status, headers, body, text, json: <T>() => JSON.parse(text) as T };
}
