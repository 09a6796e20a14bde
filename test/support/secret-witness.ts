import { readdir, readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join, relative } from 'node:path';
import type { ServerProcess } from './server-process.ts';

const TIMEOUT_MS = 20_000;

export interface WitnessedReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  json<T = unknown>(): T;
}

export interface Told {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As `curl -u name:password`. */
  readonly user?: string;
  /** Cookies of a browser, kept from reply to reply. */
  readonly jar?: Map<string, string>;
  readonly status?: number | readonly number[];
}

interface Heard {
  readonly what: string;
  readonly text: string;
  readonly handsOut: Set<string>;
}

/** Listens to everything that a server says, and knows what of it was meant to be said. */
export class SecretWitness {
  readonly #server: ServerProcess;
  readonly #ca: string;
  /** Value → what it is. */
  readonly #secrets = new Map<string, string>();
  readonly #heard: Heard[] = [];

  constructor(server: ServerProcess, ca: string) {
    this.#server = server;
    this.#ca = ca;
  }

  get secretNames(): readonly string[] {
    return [...this.#secrets.values()];
  }

  get repliesHeard(): number {
    return this.#heard.length;
  }

  /** Something that is not to be said by anybody but him who brought it. */
  secret(what: string, value: string): string {
    if (value.length < 6) throw new Error(`${what} is too short to be looked for: "${value}"`);
    this.#secrets.set(value, what);
    for (const part of partsOf(value)) this.#secrets.set(part, `part of ${what}`);
    return value;
  }

  /** What the server said in another way than as a reply, such as a message of a socket or a mail. */
  overhears(what: string, text: string, handedOut: Readonly<Record<string, string>> = {}): void {
    const heard = { what, text, handsOut: new Set<string>() };
    this.#heard.push(heard);
    this.#handOut(heard, handedOut);
  }

  /**
   * Asks, and gives what was handed out by the reply: there it may stand, and nowhere else. `control` is the
   * control socket.
   */
  async ask(
    listener: string,
    line: string,
    told: Told = {},
    handedOut: (reply: WitnessedReply) => Readonly<Record<string, string>> = () => ({}),
  ): Promise<WitnessedReply> {
    const reply = await this.#send(listener, line, told);
    const { rawHeaders, ...rest } = reply;
    const heard = {
      what: `${line.split('?')[0]} (${reply.status})`,
      text: `${rawHeaders}\n${reply.text}`,
      handsOut: new Set<string>(),
    };
    this.#heard.push(heard);
    const expected = [told.status ?? [200, 201, 204]].flat();
    if (!expected.includes(reply.status)) throw new Error(`${line}: ${reply.status} ${reply.text}`);
    this.#handOut(heard, handedOut(rest));
    return rest;
  }

  /** Every place where a secret stands that should not. */
  async leaks(mayLieIn: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const found: string[] = [];
    const log = [...this.#server.logs.map((line) => JSON.stringify(line)), ...this.#server.strayLines];
    const said = [...log, ...this.#server.stderr().split('\n')].join('\n');
    const files = await filesIn(this.#server.dataDir);
    for (const [value, what] of this.#secrets) {
      const isIn = lookFor(value);
      if (isIn(said)) found.push(`${what} in the log`);
      for (const heard of this.#heard) {
        if (heard.handsOut.has(value)) continue;
        if (isIn(heard.text)) found.push(`${what} in the reply to ${heard.what}`);
      }
      for (const { path, text } of files) {
        if (mayLieIn[what] === path) continue;
        if (isIn(text)) found.push(`${what} in the file ${path}`);
      }
    }
    return found;
  }

  #handOut(heard: Heard, secrets: Readonly<Record<string, string>>): void {
    for (const [what, value] of Object.entries(secrets)) {
      for (const part of [this.secret(what, value), ...partsOf(value)]) heard.handsOut.add(part);
    }
  }

  #send(
    listener: string,
    line: string,
    { json, form, body, headers = {}, user, jar }: Told,
  ): Promise<WitnessedReply & { readonly rawHeaders: string }> {
    const [method = '', path = ''] = line.split(' ');
    const sent =
      body ?? (json === undefined ? form && String(new URLSearchParams(form)) : JSON.stringify(json));
    const type = json === undefined ? form && 'application/x-www-form-urlencoded' : 'application/json';
    const cookie = [...(jar ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const place =
      listener === 'control'
        ? { socketPath: join(this.#server.dataDir, 'run', 'control.sock') }
        : this.#server.address(listener);
    const isTls = listener === 'https' || listener === 'httpsCert' || listener === 'ftsRest';
    const options = {
      ...place,
      method,
      path,
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(sent === undefined ? {} : { 'content-length': String(Buffer.byteLength(sent)) }),
        ...(user === undefined ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
    };
    return new Promise((resolve, reject) => {
      const request = isTls
        ? httpsRequest({ ...options, ca: this.#ca, servername: 'localhost' })
        : httpRequest(options);
      request.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          keepCookies(jar, incoming.headers['set-cookie'] ?? []);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            rawHeaders: incoming.rawHeaders.join('\n'),
            body: bytes,
            text,
            json: <T>() => JSON.parse(text) as T,
          });
        });
      });
      request.on('error', reject);
      request.end(sent);
    });
  }
}

/** What of a JWT is as good as the whole, or names it: its signature, and its id. */
function partsOf(value: string): readonly string[] {
  const [, payload, signature] = value.split('.');
  if (payload === undefined || signature === undefined) return [];
  const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { jti?: string };
  return jti === undefined ? [signature] : [signature, jti];
}

/** The value of a cookie that a reply sets; '' for none. */
export function cookieIn({ headers }: WitnessedReply, name: string): string {
  const lines = headers['set-cookie'] ?? [];
  return lines.map((line) => new RegExp(`^${name}=([^;]+)`).exec(line)?.[1]).find(Boolean) ?? '';
}

function keepCookies(jar: Map<string, string> | undefined, lines: readonly string[]): void {
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /max-age=0/i.test(line)) jar?.delete(name);
    else jar?.set(name, value);
  }
}

/**
 * Looks for a secret as it is, in an address, in a form, in JSON, and as Basic credentials and careless keepers have
 * it. A short one counts where it stands alone: six digits stand in many numbers.
 */
function lookFor(value: string): (text: string) => boolean {
  const encoded = encodeURIComponent(value);
  const texts = [value, encoded, encoded.replaceAll('%20', '+'), JSON.stringify(value).slice(1, -1)];
  if (value.length <= SHORT_CHARS) {
    const alone = new RegExp(`(?<![A-Za-z0-9])${value.replaceAll(/\W/g, '\\$&')}(?![A-Za-z0-9])`);
    return (text) => alone.test(text);
  }
  // Base64 of it within a longer text: without the letters at its ends, which depend on their neighbours.
  for (const before of ['', 'x', 'xx']) {
    const inside = Buffer.from(`${before}${value}`).toString('base64').replaceAll('=', '');
    texts.push(inside.slice(before === '' ? 0 : 4, -2));
  }
  return (text) => texts.some((one) => text.includes(one));
}

/** Codes that people type. */
const SHORT_CHARS = 9;

async function filesIn(directory: string): Promise<readonly { path: string; text: string }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path: relative(directory, path), text: await readFile(path, 'latin1') };
    }),
  );
}
