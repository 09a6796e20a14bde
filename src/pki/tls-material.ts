import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';

/** What the listeners need from the authority. A new object after each change. */
export interface TlsMaterial {
  /** The server's certificate, and what stands between it and a public root when it came from outside. PEM. */
  readonly certificateChainPem: string;
  /** PKCS#8, PEM, in the clear: for node:tls only. Never log or store it. */
  readonly privateKeyPem: string;
  /** The CAs whose client certificates are considered: all active generations. PEM. */
  readonly clientCaPem: string;
  /** SHA-256 of the server's certificate, lower-case hex. */
  readonly fingerprint: string;
  readonly notAfterMs: number;
  /** True when the certificate is the configured one, and not of this kit's CA. */
  readonly isExternal: boolean;
}

/** TLS 1.2 suites with forward secrecy and AEAD only: ATAK since 4.0, iOS, and Windows since 10 have them. */
const AES_SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];
const CHACHA_SUITES = ['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'];
const AES_SUITES_13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
const CHACHA_SUITES_13 = ['TLS_CHACHA20_POLY1305_SHA256'];
/** X25519 is the cheapest on a Pi; the others are for clients that know only NIST's. */
const CURVES = 'X25519:P-256:P-384';

/**
 * The options of a listener: for `tls.createServer`, `https.createServer`, and again, whole, for
 * `server.setSecureContext` when the material changed (live connections stay as they are).
 *
 * `clientCertificate: 'ask'` never lets OpenSSL refuse a certificate by itself: it compares dates with the
 * system's clock, which may say 1970, and gives no reason that a person understands. **Each connection must
 * be judged by `Authority.judge` and the register; `socket.authorized` means nothing here.** No CRL is given
 * to OpenSSL either: one that is out of date refuses everybody.
 */
export function tlsOptions(
  material: TlsMaterial,
  listener: {
    readonly clientCertificate: 'ask' | 'none';
    /** Whether this CPU computes AES in hardware. Pi Zero 2 W, 3 and 4 do not. */
    readonly hasAesInstructions: boolean;
  },
): TlsOptions {
  const isAsking = listener.clientCertificate === 'ask';
  return {
    cert: material.certificateChainPem,
    key: material.privateKeyPem,
    ...(isAsking ? { ca: material.clientCaPem } : {}),
    requestCert: isAsking,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: cipherList(listener.hasAesInstructions),
    honorCipherOrder: true,
    ecdhCurve: CURVES,
    // With AES in hardware here, a phone without it still gets ChaCha20 when it lists that first.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_PRIORITIZE_CHACHA,
  };
}

/** ChaCha20 takes a third of the time of AES-GCM on a CPU without AES instructions. */
function cipherList(hasAesInstructions: boolean): string {
  const order = hasAesInstructions
    ? [...AES_SUITES_13, ...CHACHA_SUITES_13, ...AES_SUITES, ...CHACHA_SUITES]
    : [...CHACHA_SUITES_13, ...AES_SUITES_13, ...CHACHA_SUITES, ...AES_SUITES];
  return order.join(':');
}
