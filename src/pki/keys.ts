import { createPublicKey, generateKeyPair, type KeyObject, type webcrypto } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** Server and client keys. Every TAK client and every Windows since 7 takes RSA 2048; a Pi signs it fast. */
export const LEAF_RSA_BITS = 2048;
/**
 * The CA lives ten years, and 2048 bits are not recommended past 2030 (NIST SP 800-57): 3072 bits give 128-bit
 * strength. 4096 would cost a Pi Zero 2 W up to a minute at first start (key generation takes 2.5 times as
 * long) and each phone a longer check at each handshake, for strength that the 2048-bit leaves do not have.
 */
export const CA_RSA_BITS = 3072;

/** A new RSA key, made in the thread pool: seconds on a small Pi, and the event loop goes on. */
export async function generateRsaKey(bits: number): Promise<KeyObject> {
  const { privateKey } = await generate('rsa', { modulusLength: bits, publicExponent: 0x10001 });
  return privateKey;
}

/** PKCS#8, unencrypted, DER: for sealing and packing only. */
export function pkcs8Der(key: KeyObject): Buffer {
  return key.export({ type: 'pkcs8', format: 'der' });
}

export function pkcs8Pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** SubjectPublicKeyInfo, DER, of a private or public key. */
export function spkiDer(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

export function isSameKey(a: KeyObject, b: KeyObject): boolean {
  return spkiDer(a).equals(spkiDer(b));
}

const CURVES: Readonly<Record<string, { readonly namedCurve: string; readonly hash: string }>> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { namedCurve: 'P-521', hash: 'SHA-512' },
};

/** The webcrypto name of a curve that OpenSSL names; undefined for those that TLS clients do not share. */
export function curveOf(key: KeyObject): { readonly namedCurve: string; readonly hash: string } | undefined {
  const name = key.asymmetricKeyDetails?.namedCurve;
  return name === undefined ? undefined : CURVES[name];
}

/** A private key in the form that @peculiar/x509 signs with, and the algorithm to name in the signature. */
export function signingKeyOf(key: KeyObject): {
  readonly signingKey: webcrypto.CryptoKey;
  readonly signingAlgorithm: { readonly name: string; readonly hash: string };
} {
  if (key.asymmetricKeyType === 'rsa') {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return { signingKey: toCryptoKey(key, algorithm), signingAlgorithm: algorithm };
  }
  const curve = curveOf(key);
  if (curve === undefined) throw new Error(`A ${key.asymmetricKeyType} key cannot sign certificates here`);
  const signingAlgorithm = { name: 'ECDSA', hash: curve.hash };
  return {
    signingKey: toCryptoKey(key, { name: 'ECDSA', namedCurve: curve.namedCurve }),
    signingAlgorithm,
  };
}

function toCryptoKey(
  key: KeyObject,
  algorithm: webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams,
) {
  return key.toCryptoKey(algorithm, false, ['sign']);
}
