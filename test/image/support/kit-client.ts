import { get, request } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import TAKAPI from '@tak-ps/node-tak/lib/api';
import { APIAuthPassword } from '@tak-ps/node-tak/lib/auth';
import type { Machine } from './machine.ts';

const ANSWER_MS = 60_000;
const POLL_MS = 1_000;

export interface Reply {
  readonly status: number;
  readonly text: string;
  json<T>(): T;
}

export interface Ask {
  readonly method?: string;
  readonly body?: object;
  readonly as?: { readonly name: string; readonly password: string };
}

/** The kit as devices reach it: over the network, its CA trusted as the first sight of it gave it. */
export interface KitClient {
  readonly ca: string;
  ask(path: string, ask?: Ask): Promise<Reply>;
  /** Enrols as node-tak does, by name and password. */
  enrol(name: string, password: string): Promise<{ cert: string; key: string; ca: string }>;
}

/** Waits until the kit answers HTTPS; the first start of an emulated kit takes minutes. */
export async function meetKit(machine: Machine, deadlineMs: number): Promise<KitClient> {
  const end = performance.now() + deadlineMs;
  let ca: string | undefined;
  let trouble: unknown;
  while (ca === undefined) {
    if (performance.now() > end)
      throw new Error(`the kit did not answer within ${deadlineMs} ms: ${trouble}`);
    try {
      ca = await caOf(machine.port('https'));
    } catch (error) {
      trouble = error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  const trusted = ca;
  const base = { host: '127.0.0.1', port: machine.port('https'), ca: trusted, agent: false } as const;

  const client: KitClient = {
    ca: trusted,
    ask: (path, { method = 'GET', body, as } = {}) =>
      new Promise((resolve, reject) => {
        const headers: Record<string, string> = {};
        if (body !== undefined) headers['content-type'] = 'application/json';
        if (as !== undefined) headers['authorization'] = basic(as.name, as.password);
        const call = request({ ...base, path, method, headers, timeout: ANSWER_MS }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({ status: answer.statusCode ?? 0, text, json: <T>() => JSON.parse(text) as T });
          });
        });
        call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path}`)));
        call.on('error', reject);
        call.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    async enrol(name, password) {
      setDefaultCACertificates([...getCACertificates('default'), trusted]);
      const url = new URL(`https://127.0.0.1:${machine.port('https')}`);
      const api = await TAKAPI.init(url, new EnrolmentAuth(name, password));
      const { cert, key } = await api.Credentials.generate();
      return { cert, key, ca: trusted };
    },
  };
  return client;
}

/** node-tak would first ask for a token by OAuth: here it shows its password as enrolling devices do. */
class EnrolmentAuth extends APIAuthPassword {
  override async init() {}

  override fetch(api: TAKAPI, url: URL, options: { headers?: Record<string, string> }) {
    const headers = { ...options.headers, Authorization: basic(this.username, this.password) };
    return super.fetch(api, url, { ...options, headers });
  }
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** The kit's CA, PEM, taken on first sight as whoever opens its page takes it. */
function caOf(port: number): Promise<string> {
  const options = { host: '127.0.0.1', port, path: '/ca.pem', rejectUnauthorized: false, agent: false };
  return new Promise((resolve, reject) => {
    const call = get({ ...options, timeout: ANSWER_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(Buffer.concat(chunks).toString())
          : reject(new Error(`/ca.pem: ${answer.statusCode}`)),
      );
    });
    call.on('timeout', () => call.destroy(new Error('TLS took too long')));
    call.on('error', reject);
  });
}
