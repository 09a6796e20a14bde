import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { BivouacError } from '../core/errors.ts';
import { shown } from './issue.ts';
import { curveOf, LEAF_RSA_BITS } from './keys.ts';
import { loadX509, type X509Library } from './x509.ts';

/** What is used of a request: its key, once the sender has shown to hold it. */
export interface CertificateRequest {
  readonly publicKey: KeyObject;
  /** SHA-256 over the DER form, lower-case hex: the same for each of the text forms. */
  readonly requestSha256: string;
}

/** Largest request taken. An RSA 8192 request is 2 KiB of DER and 3 KiB of base64; this leaves room for extensions. */
export const REQUEST_MAX_BYTES = 16 * 1024;
/** ATAK makes 4096 by default. Beyond this a signature costs the kit (and each handshake) whole seconds. */
const RSA_BITS_MAX = 8192;
const RSA_EXPONENT_MIN = 0x10001n;
/** OpenSSL's own bound for large keys is 64 bits; real keys have 65537. */
const RSA_EXPONENT_MAX = 0xffff_ffffn;
const DER_SEQUENCE = 0x30;
/** `NEW` is what old Windows tools write. */
const PEM_REQUEST = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]*)-----END /;

/**
 * Reads a PKCS#10 request as clients send it: PEM, the PEM body without its marker lines (ATAK), the same on
 * one line, or DER. Everything but key and common name in it is ignored; the server writes the subject.
 *
 * @param body as received
 * @param expectedName name of the authenticated user, which the request's common name must equal (without
 *   regard to case: a person may type `Alice` where the account is `alice`)
 * @throws BivouacError `request.too_large`, `cert.request_invalid`, `cert.request_weak`, `cert.request_name`
 */
export async function readRequest(
  body: Uint8Array | string,
  expectedName: string,
): Promise<CertificateRequest> {
  const der = derOfRequest(body);
  const x509 = await loadX509();
  const { request, spki, commonNames } = parse(x509, der);
  const publicKey = checkedKey(spki);
  checkName(commonNames, expectedName);
  if (!(await isSignedByItsKey(request))) {
    throw invalid(
      'Its signature is wrong: the sender does not hold the key, or the request was changed on its way.',
    );
  }
  return { publicKey, requestSha256: createHash('sha256').update(der).digest('hex') };
}

function derOfRequest(body: Uint8Array | string): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : Buffer.from(body);
  if (bytes.length > REQUEST_MAX_BYTES) {
    throw new BivouacError(
      'request.too_large',
      `A certificate request of ${bytes.length} bytes is too large: ${REQUEST_MAX_BYTES} are allowed`,
    );
  }
  if (bytes.length === 0) throw invalid('It is empty.');
  if (bytes.readUInt8(0) === DER_SEQUENCE) return bytes;
  const whole = bytes.toString('latin1');
  const text = (PEM_REQUEST.exec(whole)?.[1] ?? whole).replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw invalid('It is neither PEM, base64 nor DER.');
  return Buffer.from(text, 'base64');
}

function parse(x509: X509Library, der: Buffer) {
  try {
    const request = new x509.Pkcs10CertificateRequest(der);
    // Both are parsed when they are asked for, and may be the damaged part.
    const commonNames = request.subjectName.getField('CN');
    return { request, spki: request.publicKey.rawData, commonNames };
  } catch {
    throw invalid('It is not a PKCS#10 request.');
  }
}

async function isSignedByItsKey(
  request: InstanceType<X509Library['Pkcs10CertificateRequest']>,
): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    // An algorithm that nobody should use, or a signature that cannot be one.
    return false;
  }
}

function checkedKey(spki: ArrayBuffer): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw invalid('Its public key cannot be read.');
  }
  if (key.asymmetricKeyType === 'ec' && curveOf(key) !== undefined) return key;
  if (key.asymmetricKeyType !== 'rsa') {
    throw weak('Use RSA of 2048 bits or more, or EC on P-256, P-384 or P-521.');
  }
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < LEAF_RSA_BITS)
    throw weak(`RSA of ${modulusLength} bits can be broken; use 2048 or more.`);
  if (modulusLength > RSA_BITS_MAX)
    throw weak(`RSA of ${modulusLength} bits is too slow for a small server; use 4096.`);
  if (publicExponent < RSA_EXPONENT_MIN || publicExponent > RSA_EXPONENT_MAX || publicExponent % 2n === 0n) {
    throw weak(`The RSA exponent ${publicExponent} is not safe; use 65537.`);
  }
  return key;
}

function checkName(commonNames: readonly string[], expectedName: string): void {
  const [name, ...others] = commonNames;
  if (name !== undefined && others.length === 0 && folded(name) === folded(expectedName)) return;
  throw new BivouacError(
    'cert.request_name',
    name === undefined
      ? 'The certificate request names nobody (no common name)'
      : `The certificate request is for ${shown(commonNames.join(', '))}, and you are signed in as ${shown(expectedName)}`,
  );
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function invalid(reason: string): BivouacError {
  return new BivouacError('cert.request_invalid', `The certificate request is not valid. ${reason}`);
}

function weak(reason: string): BivouacError {
  return new BivouacError(
    'cert.request_weak',
    `The key of the certificate request is not acceptable. ${reason}`,
  );
}
