import { createServer, type TLSSocket } from 'node:tls';

/**
 * The limit to measure against: a `node:tls` relay that only finds the end of each event and writes the bytes
 * on to everybody else. No parsing, no routing, no history, no backpressure. Started by bench-target.ts.
 *
 * With a flush window it joins what came, once for all, and writes it in one go; with window 0 it writes each
 * event as it comes. With `hasReplay` a new client first gets the latest event of each uid.
 */

export interface BareRelayConfig {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Milliseconds; 0 writes each event at once. */
  readonly windowMs: number;
  readonly hasReplay: boolean;
}

interface Peer {
  readonly socket: TLSSocket;
  tail: Buffer;
  /** Whether an event of its own is in the batch. */
  isInBatch: boolean;
}

const EVENT_END = Buffer.from('</event>');
const UID_START = Buffer.from('uid="');
const MAGIC = 0xbf;

process.once('message', (config: BareRelayConfig) => serve(config));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));

function serve({ windowMs, hasReplay, ...tls }: BareRelayConfig): void {
  const peers = new Set<Peer>();
  const latest = new Map<string, Buffer>();
  let batch: { from: Peer; event: Buffer }[] = [];

  function flush(): void {
    const all = Buffer.concat(batch.map(({ event }) => event));
    for (const peer of peers) {
      if (!peer.isInBatch) peer.socket.write(all);
      else peer.socket.write(Buffer.concat(batch.filter((b) => b.from !== peer).map(({ event }) => event)));
      peer.isInBatch = false;
    }
    batch = [];
  }

  function relay(from: Peer, event: Buffer): void {
    if (hasReplay) latest.set(uidOf(event), event);
    if (windowMs === 0) {
      for (const peer of peers) if (peer !== from) peer.socket.write(event);
      return;
    }
    if (batch.length === 0) setTimeout(flush, windowMs);
    batch.push({ from, event });
    from.isInBatch = true;
  }

  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.setNoDelay(true);
    const peer: Peer = { socket, tail: Buffer.alloc(0), isInBatch: false };
    if (latest.size > 0) socket.write(Buffer.concat([...latest.values()]));
    peers.add(peer);
    socket.on('data', (chunk: Buffer) => {
      let rest = peer.tail.length === 0 ? chunk : Buffer.concat([peer.tail, chunk]);
      for (let end = frameEnd(rest); end > 0 && end <= rest.length; end = frameEnd(rest)) {
        relay(peer, rest.subarray(0, end));
        rest = rest.subarray(end);
      }
      peer.tail = rest;
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => peers.delete(peer));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1', 1_024, () => {
    const address = server.address();
    if (typeof address === 'object') process.send!({ port: address?.port });
  });
}

/** End of the frame at the start of `bytes`; 0 while it is not there yet. */
function frameEnd(bytes: Buffer): number {
  if (bytes[0] !== MAGIC) {
    const at = bytes.indexOf(EVENT_END);
    return at < 0 ? 0 : at + EVENT_END.length;
  }
  let length = 0;
  for (let i = 1; i < bytes.length; i += 1) {
    length += (bytes[i]! & 0x7f) * 2 ** (7 * (i - 1));
    if (bytes[i]! < 0x80) return i + 1 + length;
  }
  return 0;
}

function uidOf(event: Buffer): string {
  const start = event.indexOf(UID_START) + UID_START.length;
  return event.toString('latin1', start, event.indexOf(0x22, start));
}
