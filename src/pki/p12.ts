import { createHash, createHmac, type KeyObject, randomBytes } from 'node:crypto';
import { BivouacError } from '../core/errors.ts';
import {
  bmpString,
  context,
  contextPrimitive,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from './der.ts';
import { pkcs8Der } from './keys.ts';
import {
  derivePkcs12,
  type EncryptedContent,
  encryptedKeyInfo,
  encryptLegacy,
  encryptModern,
} from './password-encryption.ts';
import { derOf } from './x509.ts';

/**
 * PKCS#12 (RFC 7292). `legacy`: Triple DES and a SHA-1 MAC, for WinTAK on older Windows, older iOS and ATAK 4.
 * `modern`: AES-256 under PBKDF2 and a SHA-256 MAC, for whoever refuses the former.
 *
 * Written here and not with node-forge: that one writes no SHA-256 MAC, no EC keys, and not the attribute
 * without which Java sees an empty truststore.
 */
export type P12Profile = 'legacy' | 'modern';

/** What ATAK 4 expects of the enrolment of its first version, and what people call "the usual password". */
export const CONVENTIONAL_PASSWORD = 'atakatak';

export interface NamedCertificate {
  /** friendlyName: what Java calls the alias, and phones show. */
  readonly alias: string;
  readonly pem: string;
}

/** One person's identity: key, certificate, and the CA that signed it. */
export function clientP12(content: {
  readonly key: KeyObject;
  readonly certificatePem: string;
  readonly caPems: readonly string[];
  readonly alias: string;
  readonly password: string;
  readonly profile: P12Profile;
}): Promise<Buffer> {
  const leaf = derOf(content.certificatePem);
  // Key and leaf find each other by this.
  const localKeyId = createHash('sha1').update(leaf).digest();
  const own = [friendlyName(content.alias), localKeyIdAttribute(localKeyId)];
  return assemble({
    ...content,
    certificates: [certificateBag(leaf, own), ...content.caPems.map((pem) => certificateBag(derOf(pem), []))],
    key: { der: pkcs8Der(content.key), attributes: own },
  });
}

/** Certificates to be trusted, without any key. */
export function truststoreP12(content: {
  readonly certificates: readonly NamedCertificate[];
  readonly password: string;
  readonly profile: P12Profile;
}): Promise<Buffer> {
  const certificates = content.certificates.map(({ alias, pem }) =>
    certificateBag(derOf(pem), [friendlyName(alias), javaTrusted()]),
  );
  return assemble({ ...content, certificates, key: undefined });
}

/** The reply to `signClient` as ATAK 4 asks it: certificates by alias, no key (the phone has it). */
export function enrolmentP12(content: {
  readonly signedCertPem: string;
  readonly caPems: readonly string[];
}): Promise<Buffer> {
  return truststoreP12({
    certificates: [
      { alias: 'signedCert', pem: content.signedCertPem },
      ...content.caPems.map((pem, index) => ({ alias: `ca${index}`, pem })),
    ],
    password: CONVENTIONAL_PASSWORD,
    profile: 'legacy',
  });
}

const OID_DATA = '1.2.840.113549.1.7.1';
const OID_ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const OID_SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const OID_CERT_BAG = '1.2.840.113549.1.12.10.1.3';
const OID_X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const OID_FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const OID_LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
/** Oracle's trustedKeyUsage: marks a certificate as a `trustedCertEntry` for Java. */
const OID_JAVA_TRUSTED = '2.16.840.1.113894.746875.1.1';
const OID_ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';
const OID_SHA1 = '1.3.14.3.2.26';
const OID_SHA256 = '2.16.840.1.101.3.4.2.1';
const PFX_VERSION = 3;
/** What OpenSSL and Java count for the old derivation; more would only slow phones, our passwords are random. */
const LEGACY_ITERATIONS = 2_048;
/** Java's count. PBKDF2 runs in the thread pool. */
const MODERN_ITERATIONS = 10_000;
const MAC_SALT_BYTES = 8;

const PROFILES = {
  legacy: {
    encrypt: (password: string, content: Uint8Array) => encryptLegacy(password, content, LEGACY_ITERATIONS),
    mac: { digest: 'sha1', oid: OID_SHA1, bytes: 20 },
  },
  modern: {
    encrypt: (password: string, content: Uint8Array) => encryptModern(password, content, MODERN_ITERATIONS),
    mac: { digest: 'sha256', oid: OID_SHA256, bytes: 32 },
  },
} as const;

async function assemble(parts: {
  readonly certificates: readonly Buffer[];
  readonly key: { readonly der: Buffer; readonly attributes: readonly Buffer[] } | undefined;
  readonly password: string;
  readonly profile: P12Profile;
}): Promise<Buffer> {
  checkPassword(parts.password);
  const { encrypt, mac } = PROFILES[parts.profile];
  const safes = [encryptedSafe(await encrypt(parts.password, sequence(...parts.certificates)))];
  if (parts.key !== undefined) {
    const shrouded = encryptedKeyInfo(await encrypt(parts.password, parts.key.der));
    safes.push(plainSafe(sequence(bag(OID_SHROUDED_KEY_BAG, shrouded, parts.key.attributes))));
  }
  const content = sequence(...safes);
  const salt = randomBytes(MAC_SALT_BYTES);
  const macKey = await derivePkcs12(mac.digest, 'mac', parts.password, salt, LEGACY_ITERATIONS, mac.bytes);
  const code = createHmac(mac.digest, macKey).update(content).digest();
  return sequence(
    integer(PFX_VERSION),
    plainSafe(content),
    sequence(
      sequence(sequence(objectIdentifier(mac.oid), nullValue()), octetString(code)),
      octetString(salt),
      integer(LEGACY_ITERATIONS),
    ),
  );
}

/** Clients differ in how they turn other characters into bytes, and several take an empty one for none. */
function checkPassword(password: string): void {
  if (/^[\x20-\x7e]+$/.test(password)) return;
  throw new BivouacError(
    'request.invalid',
    'The password of a PKCS#12 file must have at least one character, and only ASCII ones',
  );
}

function plainSafe(content: Buffer): Buffer {
  return sequence(objectIdentifier(OID_DATA), context(0, octetString(content)));
}

function encryptedSafe({ algorithm, ciphertext }: EncryptedContent): Buffer {
  const info = sequence(objectIdentifier(OID_DATA), algorithm, contextPrimitive(0, ciphertext));
  return sequence(objectIdentifier(OID_ENCRYPTED_DATA), context(0, sequence(integer(0), info)));
}

function certificateBag(der: Buffer, attributes: readonly Buffer[]): Buffer {
  const content = sequence(objectIdentifier(OID_X509_CERTIFICATE), context(0, octetString(der)));
  return bag(OID_CERT_BAG, content, attributes);
}

function bag(type: string, content: Buffer, attributes: readonly Buffer[]): Buffer {
  const parts = [objectIdentifier(type), context(0, content)];
  return sequence(...parts, ...(attributes.length === 0 ? [] : [setOf(...attributes)]));
}

function attribute(oid: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), setOf(value));
}

function friendlyName(name: string): Buffer {
  return attribute(OID_FRIENDLY_NAME, bmpString(name));
}

function localKeyIdAttribute(id: Buffer): Buffer {
  return attribute(OID_LOCAL_KEY_ID, octetString(id));
}

function javaTrusted(): Buffer {
  return attribute(OID_JAVA_TRUSTED, objectIdentifier(OID_ANY_EXTENDED_KEY_USAGE));
}
