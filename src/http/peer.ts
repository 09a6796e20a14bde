import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { plainAddress } from '../core/address.ts';

/**
 * Every kind of listener that the one HTTP app is served on. `control` is the Unix socket of the command
 * line; the others are the `listen.*` keys of the same name.
 */
export const LISTENER_NAMES = [
  'https',
  'httpsCert',
  'http',
  'ftsRest',
  'ftsRestPlain',
  'portal',
  'ops',
  'control',
] as const;
export type ListenerName = (typeof LISTENER_NAMES)[number];

/** Those of FreeTAKServer's REST, which speak its language also about what is not there. */
export function isFtsListener(name: ListenerName): boolean {
  return FTS_LISTENERS.includes(name);
}

export const FTS_LISTENERS: readonly ListenerName[] = ['ftsRest', 'ftsRestPlain'];

export function isTlsListener(name: ListenerName): boolean {
  return name === 'https' || name === 'httpsCert' || name === 'ftsRest';
}

/** The certificate that a client proved to hold in its TLS handshake. Not yet judged by anybody. */
export interface PeerCertificate {
  readonly der: Uint8Array;
  /** Lower-case hex, as the certificate register spells it. */
  readonly serial: string;
}

/** The far end of a connection, as far as the socket tells. */
export interface Peer {
  readonly listener: ListenerName;
  /** IP address without the IPv4-mapped prefix; '' on the control socket. */
  readonly remoteAddress: string;
  /** The address of ours that the client reached, and its port; '' and 0 on the control socket. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly isTls: boolean;
  readonly certificate: PeerCertificate | undefined;
}

/** The command line inside this very process, or on the control socket: whoever holds it owns the box. */
export const CONTROL_PEER: Peer = {
  listener: 'control',
  remoteAddress: '',
  localAddress: '',
  localPort: 0,
  isTls: false,
  certificate: undefined,
};

export function peerOf(socket: Socket, listener: ListenerName): Peer {
  return {
    listener,
    remoteAddress: plainAddress(socket.remoteAddress),
    localAddress: plainAddress(socket.localAddress),
    localPort: socket.localPort ?? 0,
    isTls: socket instanceof TLSSocket,
    certificate: socket instanceof TLSSocket ? certificateOf(socket) : undefined,
  };
}

/**
 * The TCP socket under a TLS one. Node has no public way to ask for it, and a TLS socket that failed in its
 * handshake no longer knows its address. Without the private member we would only lose that address.
 */
export function rawSocketOf(socket: Socket): Socket {
  return (socket as { readonly _parent?: Socket })._parent ?? socket;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  return { der: certificate.raw, serial: certificate.serialNumber.toLowerCase() };
}
