import { X509Certificate } from 'node:crypto';
import { BivouacError } from '../core/errors.ts';
import { CA_LAST_USE_MS } from './validity.ts';
import { type CertificateFacts, factsOf } from './x509.ts';

/**
 * One CA of this kit. There is usually one; during a roll-over there are two, and both are trusted:
 *
 * - clients' certificates are issued from the newest, so that the old one dies out;
 * - the server's certificate stays with the oldest until that is retired, because phones that joined earlier
 *   trust nothing else, and phones that join now are given all of them to trust. (A cross-signed certificate
 *   would not help: ATAK ignores what a server sends besides its own certificate.)
 *
 * Retiring the old one is the second, separate step, when its last client has a new certificate.
 */
export interface CaGeneration extends CertificateFacts {
  /** First 16 hex digits of the certificate's SHA-256: names files and registry rows. */
  readonly id: string;
  /** 1 for the first, then upwards. Decides old and new, because clocks lie. */
  readonly ordinal: number;
  readonly origin: 'made' | 'imported';
  /** A retired generation is kept to recognise its certificates, and trusted by nothing. Its key is gone. */
  readonly isRetired: boolean;
  /** Common name. */
  readonly name: string;
}

export function describeGeneration(stored: {
  readonly ordinal: number;
  readonly origin: 'made' | 'imported';
  readonly isRetired: boolean;
  readonly certificatePem: string;
}): CaGeneration {
  const certificate = new X509Certificate(stored.certificatePem);
  const facts = factsOf(certificate);
  return {
    ...facts,
    id: facts.fingerprint.slice(0, 16),
    ordinal: stored.ordinal,
    origin: stored.origin,
    isRetired: stored.isRetired,
    name: commonNameOf(certificate),
  };
}

/** The common name of a certificate's subject, or the whole subject on one line where it has none. */
export function commonNameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
}

/** Those that are trusted, newest first. */
export function activeGenerations(all: readonly CaGeneration[]): CaGeneration[] {
  return all.filter(({ isRetired }) => !isRetired).sort((a, b) => b.ordinal - a.ordinal);
}

/** The CA that signs clients' certificates. @throws BivouacError `ca.unusable` when all have ended. */
export function clientIssuer(all: readonly CaGeneration[], nowMs: number): CaGeneration {
  const issuer = activeGenerations(all).find(({ notAfterMs }) => notAfterMs > nowMs);
  if (issuer === undefined) throw allEnded(all, nowMs);
  return issuer;
}

/** The CA that signs the server's certificate. @throws BivouacError `ca.unusable` when all have ended. */
export function serverIssuer(all: readonly CaGeneration[], nowMs: number): CaGeneration {
  const oldestFirst = activeGenerations(all).reverse();
  const issuer =
    oldestFirst.find(({ notAfterMs }) => notAfterMs > nowMs + CA_LAST_USE_MS) ??
    oldestFirst.find(({ notAfterMs }) => notAfterMs > nowMs);
  if (issuer === undefined) throw allEnded(all, nowMs);
  return issuer;
}

function allEnded(all: readonly CaGeneration[], nowMs: number): BivouacError {
  const last = Math.max(0, ...activeGenerations(all).map(({ notAfterMs }) => notAfterMs));
  return new BivouacError(
    'ca.unusable',
    `The CA ended on ${day(last)}, and the clock of this kit says ${day(nowMs)}. If the clock is wrong, set it; if not, introduce a new CA`,
  );
}

export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
