import { createHash, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import type { Window } from './validity.ts';

export type X509Library = typeof import('@peculiar/x509');

let library: Promise<X509Library> | undefined;

/**
 * @peculiar/x509, loaded when a certificate, a request or a CRL is first made or read: it takes about 25 MB
 * of memory, and a kit that only serves needs nothing of it (node:crypto reads certificates).
 */
export function loadX509(): Promise<X509Library> {
  library ??= (async () => {
    // Its dependency injection wants this first.
    await import('reflect-metadata');
    const x509 = await import('@peculiar/x509');
    x509.cryptoProvider.set(webcrypto as unknown as Crypto);
    return x509;
  })();
  return library;
}

/** What the rest of this room reads in a certificate. */
export interface CertificateFacts extends Window {
  /** Lower-case hex, 32 characters for those that we made. */
  readonly serial: string;
  /** SHA-256 over the DER form, lower-case hex without colons. */
  readonly fingerprint: string;
  readonly pem: string;
}

/** @throws Error of OpenSSL when the text is not a certificate. */
export function factsOf(certificate: X509Certificate | string): CertificateFacts {
  const x = typeof certificate === 'string' ? new X509Certificate(certificate) : certificate;
  return {
    serial: x.serialNumber.toLowerCase(),
    fingerprint: createHash('sha256').update(x.raw).digest('hex'),
    notBeforeMs: x.validFromDate.getTime(),
    notAfterMs: x.validToDate.getTime(),
    pem: pemOf(x.raw, 'CERTIFICATE'),
  };
}

/** PEM with lines of 64 characters and a newline at the end. */
export function pemOf(der: Uint8Array, label: string): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The certificates of a PEM file, each as its own PEM text, in order; text around them is ignored. */
export function splitPemChain(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => `${block.replaceAll('\r\n', '\n')}\n`);
}

/** The base64 body of a PEM text, on one line. */
export function pemBody(pem: string): string {
  return pem.replace(/-----[A-Z0-9 ]+-----/g, '').replace(/\s+/g, '');
}

export function derOf(pem: string): Buffer {
  return Buffer.from(pemBody(pem), 'base64');
}

const SERIAL_BYTES = 16;

/**
 * 16 random bytes as hex. The first byte is 0x40 to 0x7f: positive in DER, and never shortened by a leading
 * zero, so that a serial is always 32 characters, in our register as in OpenSSL's and Java's output.
 */
export function randomSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
