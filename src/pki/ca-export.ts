import type { KeyObject } from 'node:crypto';
import { BivouacError } from '../core/errors.ts';
import { pkcs8Der } from './keys.ts';
import { encryptedKeyInfo, encryptModern } from './password-encryption.ts';
import { pemOf } from './x509.ts';

/** A CA on its way to a safe place. Neither part is of use without the passphrase. */
export interface CaExport {
  readonly certificatePem: string;
  /** PKCS#8, encrypted (`ENCRYPTED PRIVATE KEY`), as OpenSSL and every other tool reads it. */
  readonly encryptedKeyPem: string;
}

/** The file can be attacked offline for ten years: a passphrase of a few words, not a password. */
const PASSPHRASE_MIN_LENGTH = 12;
/** OWASP's figure for PBKDF2 with HMAC-SHA-256: 0.2 s on a desktop, some seconds on a Pi, in the thread pool. */
const EXPORT_ITERATIONS = 600_000;

/** @throws BivouacError `password.weak`. */
export async function exportCaKey(
  certificatePem: string,
  key: KeyObject,
  passphrase: string,
): Promise<CaExport> {
  if ([...passphrase].length < PASSPHRASE_MIN_LENGTH) {
    throw new BivouacError(
      'password.weak',
      `A CA leaves the kit only under a passphrase of at least ${PASSPHRASE_MIN_LENGTH} characters`,
    );
  }
  const encrypted = await encryptModern(passphrase, pkcs8Der(key), EXPORT_ITERATIONS);
  return {
    certificatePem,
    encryptedKeyPem: pemOf(encryptedKeyInfo(encrypted), 'ENCRYPTED PRIVATE KEY'),
  };
}
