import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { authXml, pingXml, protocolRequestXml, type SaFields, saXml } from './tak-events.ts';
import { decodeFrame, encodeFrame, frameHeader, type ProtoEvent } from './tak-proto.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const WAIT_TIMEOUT_MS = 5_000;
const EVENT_END = Buffer.from('</event>');

export interface TakClientOptions {
  readonly host: string;
  readonly port: number;
  /** PEM texts of a client certificate. */
  readonly cert?: string;
  readonly key?: string;
  /** PEM text; with it the server's chain is checked, its name is not, as ATAK does on the stream. */
  readonly ca?: string;
  /** Sent as the first bytes. */
  readonly auth?: { readonly username: string; readonly password: string };
  readonly tlsVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Plain TCP, as on `listen.cotTcp`. */
  readonly isPlain?: boolean;
}

export interface ReceivedEvent {
  readonly protocol: 'xml' | 'proto';
  readonly uid: string;
  readonly type: string;
  /** The exact bytes of the frame; in XML also whatever stood before the event. */
  readonly raw: Buffer;
  /** XML text; '' for protobuf. */
  readonly xml: string;
  readonly proto: ProtoEvent | undefined;
  /** When it arrived, `performance.now()`. */
  readonly atMs: number;
}

export type EventMatch =
  | { readonly uid?: string; readonly type?: string }
  | ((event: ReceivedEvent) => boolean);

export interface WaitOptions {
  /** Only events from this index of `events` on. Default: all, past ones too. */
  readonly since?: number;
  readonly timeoutMs?: number;
}

/** Connects as a TAK client would; resolves when the (TLS) connection stands. */
export async function connectTakClient(options: TakClientOptions): Promise<TakClient> {
  const socket = await open(options);
  const client = new TakClient(socket);
  if (options.auth !== undefined) client.send(authXml(options.auth.username, options.auth.password));
  return client;
}

/** A client that keeps everything it hears, in order, and speaks only when told to. */
export class TakClient {
  readonly socket: Socket;
  readonly events: ReceivedEvent[] = [];
  protocol: 'xml' | 'proto' = 'xml';
  /** Set by `sendSa`; used by `ping`. */
  uid = 'TEST-UNNAMED';
  isClosed = false;
  closeError: Error | undefined;
  #tail: Buffer = Buffer.alloc(0);
  readonly #watchers = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => {
      this.closeError = error;
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Writes each piece in a TCP segment and a TLS record of its own. */
  async sendPieces(pieces: readonly (string | Uint8Array)[], pauseMs = 0): Promise<void> {
    for (const piece of pieces) {
      await new Promise<void>((resolve) => this.socket.write(piece, () => resolve()));
      if (pauseMs > 0) await sleep(pauseMs);
    }
  }

  sendSa(sa: SaFields): void {
    this.uid = sa.uid;
    if (this.protocol === 'xml') this.send(saXml(sa));
    else this.sendProto(protoSa(sa));
  }

  sendProto(event: ProtoEvent): void {
    this.send(encodeFrame(event));
  }

  /** Answers the server's offer and goes on in protobuf, both ways. */
  async negotiateProto(timeoutMs = WAIT_TIMEOUT_MS): Promise<void> {
    const offer = await this.waitFor({ type: 't-x-takp-v' }, { timeoutMs });
    this.send(protocolRequestXml(offer.uid));
    await this.waitFor({ type: 't-x-takp-r' }, { timeoutMs });
    if (this.protocol !== 'proto') throw new Error('the server refused protocol v1');
  }

  /** Sends a ping and waits for its pong; milliseconds in between. */
  async ping(timeoutMs = WAIT_TIMEOUT_MS): Promise<number> {
    const since = this.events.length;
    const startMs = performance.now();
    if (this.protocol === 'xml') this.send(pingXml(this.uid));
    else this.sendProto({ type: 't-x-c-t', uid: `${this.uid}-ping`, how: 'm-g', ...protoTimes() });
    const pong = await this.waitFor({ type: 't-x-c-t-r' }, { since, timeoutMs });
    return pong.atMs - startMs;
  }

  /** The first matching event, past or future. */
  waitFor(match: EventMatch, options: WaitOptions = {}): Promise<ReceivedEvent> {
    let next = options.since ?? 0;
    return this.#until(options.timeoutMs, `event ${describe(match)}`, () => {
      for (; next < this.events.length; next += 1) {
        const event = this.events[next]!;
        if (isMatch(event, match)) return event;
      }
      return undefined;
    });
  }

  /** Waits until `count` events match; gives them in order of arrival. */
  waitForCount(match: EventMatch, count: number, options: WaitOptions = {}): Promise<ReceivedEvent[]> {
    let next = options.since ?? 0;
    const found: ReceivedEvent[] = [];
    return this.#until(options.timeoutMs, `${count} events ${describe(match)}`, () => {
      for (; next < this.events.length; next += 1) {
        const event = this.events[next]!;
        if (isMatch(event, match)) found.push(event);
      }
      return found.length >= count ? found : undefined;
    });
  }

  received(match: EventMatch): ReceivedEvent[] {
    return this.events.filter((event) => isMatch(event, match));
  }

  /** Resolves when the connection is gone, whoever ended it. */
  async waitForClose(timeoutMs = WAIT_TIMEOUT_MS): Promise<void> {
    await this.#until(timeoutMs, 'the end of the connection', () => (this.isClosed ? true : undefined), true);
  }

  /** Leaves in an orderly way and waits until the connection is gone. */
  async end(): Promise<void> {
    this.socket.end();
    await this.waitForClose();
  }

  /** Vanishes without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  #until<T>(
    timeoutMs: number | undefined,
    what: string,
    look: () => T | undefined,
    mayClose = false,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (problem: string) => {
        const heard = this.events.slice(-5).map((e) => `${e.type} ${e.uid}`);
        done(() => reject(new Error(`${this.uid}: ${problem}: ${what}; heard last: ${heard.join(', ')}`)));
      };
      const limitMs = timeoutMs ?? WAIT_TIMEOUT_MS;
      const timer = setTimeout(() => fail(`nothing within ${limitMs} ms`), limitMs);
      const done = (then: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        then();
      };
      const check = () => {
        const found = look();
        if (found !== undefined) done(() => resolve(found));
        else if (this.isClosed && !mayClose) fail(`closed (${this.closeError?.message ?? 'in order'})`);
      };
      this.#watchers.add(check);
      check();
    });
  }

  #wake(): void {
    for (const check of [...this.#watchers]) check();
  }

  #take(chunk: Buffer): void {
    let rest = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    for (;;) {
      const end = this.protocol === 'xml' ? xmlFrameEnd(rest) : frameHeader(rest)?.end;
      if (end === undefined || end > rest.length) break;
      this.#accept(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#tail = rest;
    this.#wake();
  }

  #accept(raw: Buffer): void {
    const atMs = performance.now();
    if (this.protocol === 'proto') {
      const proto = decodeFrame(raw);
      this.events.push({ protocol: 'proto', uid: proto.uid, type: proto.type, raw, xml: '', proto, atMs });
      return;
    }
    const xml = raw.toString('utf8');
    const start = /<(?:\w+:)?event\b[^>]*>/.exec(xml)?.[0] ?? '';
    const type = attribute(start, 'type');
    this.events.push({
      protocol: 'xml',
      uid: attribute(start, 'uid'),
      type,
      raw,
      xml,
      proto: undefined,
      atMs,
    });
    // The very next byte after a positive answer is protobuf.
    if (type === 't-x-takp-r' && /status=["']true["']/.test(xml)) this.protocol = 'proto';
  }
}

/** The same self report as `saXml`, in protobuf. */
export function protoSa(sa: SaFields): ProtoEvent {
  return {
    type: 'a-f-G-U-C',
    uid: sa.uid,
    how: 'm-g',
    ...protoTimes(sa.timeMs, sa.staleMs),
    lat: sa.lat ?? 0,
    lon: sa.lon ?? 0,
    detail: {
      contact: { callsign: sa.callsign, endpoint: '*:-1:stcp' },
      group: { name: sa.team ?? 'Cyan', role: sa.role ?? 'Team Member' },
      takv: { device: 'TEST', platform: 'ATAK-CIV', os: '34', version: '5.5.0.7' },
      status: { battery: 88 },
      track: { speed: 1.25, course: 12.5 },
      xmlDetail: `<uid Droid="${sa.callsign}"/>${sa.extra ?? ''}`,
    },
  };
}

export function protoTimes(timeMs = Date.now(), staleMs = 60_000) {
  const unknown = 9_999_999;
  return {
    sendTime: timeMs,
    startTime: timeMs,
    staleTime: timeMs + staleMs,
    lat: 0,
    lon: 0,
    hae: unknown,
    ce: unknown,
    le: unknown,
  };
}

function open(options: TakClientOptions): Promise<Socket> {
  const { host, port, isPlain, cert, key, ca, tlsVersion } = options;
  return new Promise((resolve, reject) => {
    const socket = isPlain
      ? connectTcp({ host, port })
      : connectTls({
          host,
          port,
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
          ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
          ...(tlsVersion === undefined ? {} : { minVersion: tlsVersion, maxVersion: tlsVersion }),
          checkServerIdentity: () => undefined,
        });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no connection to ${host}:${port} within ${CONNECT_TIMEOUT_MS} ms`));
    }, CONNECT_TIMEOUT_MS);
    socket.setNoDelay(true);
    const refuse = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', refuse);
    socket.once(isPlain ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', refuse);
      resolve(socket);
    });
  });
}

function xmlFrameEnd(bytes: Buffer): number | undefined {
  const at = bytes.indexOf(EVENT_END);
  return at < 0 ? undefined : at + EVENT_END.length;
}

function attribute(startTag: string, name: string): string {
  const match = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`).exec(startTag);
  return match?.[1] ?? match?.[2] ?? '';
}

function isMatch(event: ReceivedEvent, match: EventMatch): boolean {
  if (typeof match === 'function') return match(event);
  return (
    (match.uid === undefined || match.uid === event.uid) &&
    (match.type === undefined || match.type === event.type)
  );
}

function describe(match: EventMatch): string {
  return typeof match === 'function' ? match.toString().slice(0, 120) : JSON.stringify(match);
}
