import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';

/** What came back, byte for byte. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json<T = unknown>(): T;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** As `curl -u user:password`. */
  readonly user?: string;
  /** Cookies as a browser (or `requests.session()`) keeps them; filled by each reply. */
  readonly jar?: Map<string, string>;
}

/** A server with plain HTTP, as the documents' examples have it. */
export interface DocumentServer {
  readonly server: ServerProcess;
  /** `http://127.0.0.1:PORT` */
  readonly base: string;
  /** Sends one request of a document. `path` may be the whole address that the document writes. */
  send(path: string, sent?: Sent): Promise<Reply>;
  /** As JSON, with the content type that goes with it. */
  sendJson(path: string, body: unknown, sent?: Sent): Promise<Reply>;
  /** On the control socket: as whoever sits at the box. */
  console(method: string, path: string, body?: unknown): Promise<Reply>;
  stop(): Promise<void>;
}

/** Passwords that the documents use are short and known: an operator who wants them has to say so. */
export const WEAK_PASSWORDS: Readonly<Record<string, string>> = {
  'password.minLength': '1',
  'password.minEntropyBits': '0',
};

/** Starts a server and claims it for `administrator`, unless there is no password for it. */
export async function startDocumentServer(
  password: string | undefined,
  set: Readonly<Record<string, string>> = {},
  options: Omit<ServerOptions, 'set'> = {},
): Promise<DocumentServer> {
  const server = await startServer({ ...options, set: { 'listen.http': '127.0.0.1:0', ...set } });
  const { host, port } = server.address('http');
  const base = `http://${host}:${port}`;
  const socketPath = join(server.dataDir, 'run', 'control.sock');

  async function send(path: string, sent: Sent = {}): Promise<Reply> {
    const { method = 'GET', headers = {}, body, user, jar } = sent;
    const cookie = [...(jar ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await exchange({ host, port }, pathOf(path), {
      method,
      body,
      headers: {
        ...(user === undefined ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
    });
    for (const line of reply.headers['set-cookie'] ?? []) keepCookie(jar, line);
    return reply;
  }

  const documents: DocumentServer = {
    server,
    base,
    send,
    sendJson: (path, body, sent = {}) =>
      send(path, {
        method: 'POST',
        ...sent,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...sent.headers },
      }),
    console: (method, path, body) =>
      exchange({ socketPath }, path, {
        method,
        body: body === undefined ? undefined : JSON.stringify(body),
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      }),
    stop: () => server.stop(),
  };
  if (password === undefined) return documents;
  const claimed = await documents.console('POST', '/api/setup/claim-by-console', { password });
  if (claimed.status !== 201) {
    await server.stop();
    throw new Error(`the kit was not claimed: ${claimed.status} ${claimed.text}`);
  }
  return documents;
}

/** `http://localhost:3000/api/v1/login` → `/api/v1/login`. */
function pathOf(address: string): string {
  return address.replace(/^https?:\/\/[^/]+/, '');
}

function exchange(
  to: { readonly host: string; readonly port: number } | { readonly socketPath: string },
  path: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: string | undefined },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // Node leaves the length out for GET, which the documents send with a body too.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { ...to, path, method, headers: { ...length, ...headers }, agent: false };
    const request = httpRequest(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode: status = 0, headers: received } = incoming;
        resolve({ status, headers: received, text, json: <T>() => JSON.parse(text) as T });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function keepCookie(jar: Map<string, string> | undefined, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (value === '' || /max-age=0/i.test(line)) jar?.delete(name);
  else jar?.set(name, value);
}
