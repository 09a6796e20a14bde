import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { createStampFinder, loadEventProto, loadEventXml, type Stamp, wallMs } from './load-event.ts';
import type { LoadConfig, LoadInterval, LoadRun, ParentMessage, WorkerMessage } from './load-group.ts';
import { protocolRequestXml } from './tak-events.ts';

/**
 * A process full of TAK clients, started by load-group.ts. They are cheap on purpose: on a machine with two
 * cores, what they burn is missing elsewhere. All count bytes; a few sampled ones look at each event.
 */

/** A phone takes its time; more handshakes at once only lengthen each other. */
const CONNECTING_MAX = 16;
const CONNECT_TIMEOUT_MS = 30_000;

interface Client {
  readonly index: number;
  readonly socket: TLSSocket;
  receivedBytes: number;
  sequence: number;
  isPaused: boolean;
}

const clients: Client[] = [];
let config: LoadConfig;
let sentCount = 0;
let closedCount = 0;
/** Sampled deliveries since the last mark: latencies in ms, and what was wrong with their order. */
let latenciesMs: number[] = [];
let stampCount = 0;
let sampledBytes = 0;
let missedCount = 0;
let disorderCount = 0;

process.on('message', (message: ParentMessage) => {
  if (message.kind === 'connect') void connectAll(message.config);
  else if (message.kind === 'run') void run(message.run);
  else if (message.kind === 'pause') pause(message.index);
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));

async function connectAll(given: LoadConfig): Promise<void> {
  config = given;
  const context = createSecureContext(config.identity);
  const pending = [...config.indexes];
  const startMs = wallMs();
  const lane = async () => {
    for (let index = pending.shift(); index !== undefined; index = pending.shift()) {
      clients.push(await connectClient(index, context));
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTING_MAX }, lane));
    tell({ kind: 'connected', tookMs: wallMs() - startMs });
  } catch (error) {
    tell({ kind: 'failed', error: String(error) });
  }
}

function connectClient(index: number, secureContext: SecureContext): Promise<Client> {
  const { host, port, protocol, isNegotiating, sampled } = config;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      secureContext,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const client: Client = { index, socket, receivedBytes: 0, sequence: 0, isPaused: false };
    const timer = setTimeout(() => reject(new Error(`client ${index} is not connected`)), CONNECT_TIMEOUT_MS);
    const ready = () => {
      clearTimeout(timer);
      socket.on('data', sampled.includes(index) ? sampledCounter(client) : counter(client));
      send(client);
      resolve(client);
    };
    socket.setNoDelay(true);
    socket.once('secureConnect', () => {
      if (protocol === 'proto' && isNegotiating) negotiate(socket, ready);
      else ready();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      closedCount += 1;
      tell({ kind: 'closed', index, atMs: wallMs() });
    });
  });
}

/** Until the answer all is XML; what comes behind it in the same chunk is counted by nobody. */
function negotiate(socket: TLSSocket, ready: () => void): void {
  let text = '';
  let isAsked = false;
  const listen = (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const offer =
      /<event\b[^>]*\suid="([^"]*)"[^>]*type="t-x-takp-v"|type="t-x-takp-v"[^>]*\suid="([^"]*)"/.exec(text);
    if (offer !== null && !isAsked) {
      isAsked = true;
      socket.write(protocolRequestXml(offer[1] ?? offer[2] ?? ''));
    }
    if (!text.includes('t-x-takp-r') || !/t-x-takp-r[\s\S]*<\/event>/.test(text)) return;
    socket.off('data', listen);
    ready();
  };
  socket.on('data', listen);
}

function counter(client: Client): (chunk: Buffer) => void {
  return (chunk) => {
    client.receivedBytes += chunk.length;
  };
}

function sampledCounter(client: Client): (chunk: Buffer) => void {
  const lastSequence = new Map<number, number>();
  let nowMs = 0;
  const find = createStampFinder((stamp: Stamp) => {
    latenciesMs.push(nowMs - stamp.sentMs);
    stampCount += 1;
    const last = lastSequence.get(stamp.sender);
    if (last !== undefined && stamp.sequence <= last) disorderCount += 1;
    else if (last !== undefined) missedCount += stamp.sequence - last - 1;
    lastSequence.set(stamp.sender, stamp.sequence);
  });
  return (chunk) => {
    client.receivedBytes += chunk.length;
    sampledBytes += chunk.length;
    nowMs = wallMs();
    find(chunk);
  };
}

function send(client: Client): void {
  const make = config.protocol === 'xml' ? loadEventXml : loadEventProto;
  client.socket.write(make(client.index, client.sequence));
  client.sequence += 1;
  sentCount += 1;
}

async function run(given: LoadRun): Promise<void> {
  const periodMs = 1_000 / given.rateHz;
  const timers = new Set<NodeJS.Timeout>();
  let isOver = false;
  for (const client of clients) {
    // Real clients start when they like. The phases are the same in each run, so that runs compare.
    let dueMs = given.startMs + ((client.index * 0.618_034) % 1) * periodMs;
    const schedule = () => {
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          if (isOver) return;
          if (!client.socket.destroyed) send(client);
          dueMs += periodMs;
          schedule();
        },
        Math.max(0, dueMs - wallMs()),
      );
      timers.add(timer);
    };
    schedule();
  }
  const intervals: LoadInterval[] = [];
  let previous = snapshot();
  for (const markMs of given.marksMs) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, markMs - wallMs())));
    const next = snapshot();
    intervals.push({
      ...next.samples,
      sent: next.sent - previous.sent,
      receivedBytes: next.received - previous.received,
      cpuS: next.cpuS - previous.cpuS,
    });
    previous = next;
  }
  isOver = true;
  for (const timer of timers) clearTimeout(timer);
  // What came before the first mark was warm-up.
  tell({ kind: 'result', intervals: intervals.slice(1), closedCount });
}

function snapshot() {
  const samples = { latenciesMs, stampCount, sampledBytes, missedCount, disorderCount };
  latenciesMs = [];
  stampCount = sampledBytes = missedCount = disorderCount = 0;
  const { user, system } = process.cpuUsage();
  return {
    samples,
    sent: sentCount,
    received: clients.reduce((sum, client) => sum + (client.isPaused ? 0 : client.receivedBytes), 0),
    cpuS: (user + system) / 1e6,
  };
}

/** Stops reading, goes on sending. Its bytes no longer count. */
function pause(index: number): void {
  const client = clients.find((c) => c.index === index);
  if (client === undefined) return;
  client.isPaused = true;
  client.socket.pause();
}

function tell(message: WorkerMessage): void {
  if (process.connected) process.send!(message);
}
