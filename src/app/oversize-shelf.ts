import { createHash } from 'node:crypto';
import { formatAddress } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import { fileTransferRequest } from '../cot/control.ts';
import type { CotEvent } from '../cot/event.ts';
import type { OversizeShelf } from '../hub/ports.ts';

/** A document that waits to be fetched. */
export interface ShelvedEvent {
  readonly body: Buffer;
  /** Channels that its sender spoke into: who hears none of them may not fetch it. */
  readonly groupsIn: readonly string[];
}

/** Clients fetch within seconds; the newest events of a busy minute fit. */
const SHELF_MAX_BYTES = 16 * 1024 * 1024;
const DECLARATION = Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n');

/**
 * Events of 64 KiB and more, which no TAK client can take from the stream, wait here as the very bytes that
 * were hashed for their notice [TAK Server 5.7: `GET /Marti/api/cot/xml/<uid>`].
 */
export function createOversizeShelf(deps: {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Port of the HTTPS listener that takes client certificates; undefined when it is off. */
  readonly certificatePort: () => number | undefined;
}): OversizeShelf & { get(uid: string, sha256: string): ShelvedEvent | undefined } {
  /** By uid and hash, oldest first. */
  const shelf = new Map<string, ShelvedEvent>();
  /** The hash of an event is the same for all who are told of it. */
  const hashes = new WeakMap<CotEvent, string>();
  let bytes = 0;

  function put(event: CotEvent, groupsIn: readonly string[]): string | undefined {
    const known = hashes.get(event);
    if (known !== undefined) return known;
    const xml = event.bytes('xml');
    if (xml === undefined) return undefined;
    const body = Buffer.concat([DECLARATION, xml]);
    const sha256 = createHash('sha256').update(body).digest('hex');
    hashes.set(event, sha256);
    const key = keyOf(event.envelope.uid, sha256);
    if (!shelf.has(key)) bytes += body.length;
    shelf.set(key, { body, groupsIn });
    for (const [oldest, { body: old }] of shelf) {
      if (bytes <= SHELF_MAX_BYTES || oldest === key) break;
      shelf.delete(oldest);
      bytes -= old.length;
    }
    return sha256;
  }

  return {
    noticeFor(event, groupsIn, client) {
      const port = deps.certificatePort();
      // Who is anonymous on the stream has no certificate to fetch anything with.
      if (port === undefined || client.listener !== 'cotTls') return undefined;
      const sha256 = put(event, groupsIn);
      if (sha256 === undefined) return undefined;
      const { uid, callsign } = event.envelope;
      const host = formatAddress(client.localAddress, port);
      return fileTransferRequest(deps.newId(), deps.clock.now(), {
        name: `${uid}.cot`,
        url: `https://${host}/Marti/api/cot/xml/${encodeURIComponent(uid)}?sha256=${sha256}`,
        sha256,
        sizeInBytes: shelf.get(keyOf(uid, sha256))?.body.length ?? 0,
        senderUid: uid,
        senderCallsign: callsign === '' ? uid : callsign,
      });
    },
    get: (uid, sha256) => shelf.get(keyOf(uid, sha256)),
  };
}

function keyOf(uid: string, sha256: string): string {
  return `${sha256} ${uid}`;
}
