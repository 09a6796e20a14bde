import type { Socket } from 'node:net';
import { plainAddress } from '../core/address.ts';
import { type ListenerName, rawSocketOf } from './peer.ts';

/**
 * A connection that never became a request. `kind` is what went wrong as far as the first bytes tell:
 * somebody who used the wrong port is helped by hearing which one he meant.
 */
export interface ConnectionProblem {
  /** A listener of this room, or the stream's. */
  readonly listener: ListenerName | 'cotTls';
  /** '' when the socket was gone too soon to ask. */
  readonly remoteAddress: string;
  /** The port of ours that was used. */
  readonly localPort: number;
  readonly kind:
    | 'plain_http_on_tls'
    | 'tls_on_plain_http'
    | 'cot_on_http'
    | 'tls_refused_by_client'
    | 'tls_failed'
    | 'timeout'
    | 'malformed';
  /** OpenSSL's or the HTTP parser's code, for logs. */
  readonly code: string;
}

/** First byte of a TLS record that carries a ClientHello. */
const TLS_HANDSHAKE_BYTE = 0x16;
/** First bytes of a CoT stream: XML, or the magic byte of TAK protocol version 1. */
const XML_BYTE = 0x3c;
const TAK_PROTO_MAGIC = 0xbf;

/** A TLS handshake on the stream's listener that did not come to its end. */
export function problemOfStreamHandshake(failure: {
  readonly remoteAddress: string;
  readonly code: string;
}): ConnectionProblem {
  const { remoteAddress, code } = failure;
  const address = plainAddress(remoteAddress);
  return { listener: 'cotTls', remoteAddress: address, localPort: 0, kind: kindOf(code, undefined), code };
}

export function problemOfClientError(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Socket,
  listener: ListenerName,
): ConnectionProblem {
  return {
    listener,
    remoteAddress: plainAddress(rawSocketOf(socket).remoteAddress),
    localPort: rawSocketOf(socket).localPort ?? 0,
    kind: kindOf(error.code ?? '', error.rawPacket?.[0]),
    code: error.code ?? error.message,
  };
}

function kindOf(code: string, firstByte: number | undefined): ConnectionProblem['kind'] {
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'plain_http_on_tls';
  // The peer ended the handshake with an alert: it does not trust our certificate, most often.
  if (/^ERR_SSL_.*ALERT/.test(code)) return 'tls_refused_by_client';
  if (code.startsWith('ERR_SSL') || code === 'ECONNRESET' || code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return 'tls_failed';
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'timeout';
  if (firstByte === TLS_HANDSHAKE_BYTE) return 'tls_on_plain_http';
  if (firstByte === XML_BYTE || firstByte === TAK_PROTO_MAGIC) return 'cot_on_http';
  return 'malformed';
}
