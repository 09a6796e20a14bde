import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface LiteralAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  json<T = Record<string, unknown>>(): T;
}

export interface LiteralRequest {
  readonly method?: string;
  readonly path: string;
  /** All that is sent besides `Content-Length` and, unless given, `Host`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of the authority: the request goes over TLS. */
  readonly ca?: string;
}

const TIMEOUT_MS = 10_000;

/** Sends just this, redirects are answers. */
export function send(
  { host, port }: { readonly host: string; readonly port: number },
  { method = 'GET', path, headers = {}, body = '', ca }: LiteralRequest,
): Promise<LiteralAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const length = body === '' && method === 'GET' ? {} : { 'content-length': Buffer.byteLength(body) };
    const all = { ...options, headers: { ...headers, ...length } };
    const request =
      ca === undefined ? httpRequest(all) : httpsRequest({ ...all, ca, servername: 'localhost' });
    request.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: bytes,
          text,
          json: <T>() => JSON.parse(text) as T,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A recorded request: head and body as they stood on the wire, with plain line ends. */
export function parseRecorded(text: string): LiteralRequest {
  const end = text.indexOf('\n\n');
  const [start = '', ...lines] = text.slice(0, end).split('\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  const kept = headers.filter(([name]) => name !== 'Content-Length');
  return { method, path, headers: Object.fromEntries(kept), body: text.slice(end + 2) };
}

/** What `curl -d` sends. */
export function curlForm(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): LiteralRequest {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', path, headers: { ...CURL_HEADERS, ...type, ...headers }, body };
}

export const CURL_HEADERS = { 'User-Agent': 'curl/8.14.1', Accept: '*/*' };

export function basic(username: string, password: string): { readonly Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

export function bearer(token: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}
