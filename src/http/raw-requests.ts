import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Peer } from './peer.ts';

/**
 * Requests that a protocol of its own answers on the bare connection (Socket.IO's long polling), before the
 * app sees them. Whoever takes one says for itself who may ask.
 */
export interface RawRequests {
  /** True when it was taken, and will be answered. */
  take(incoming: IncomingMessage, outgoing: ServerResponse, peer: Peer): boolean;
}
