import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { BivouacError } from '../core/errors.ts';
import { day } from './generations.ts';
import { CA_RSA_BITS, curveOf, generateRsaKey, LEAF_RSA_BITS, signingKeyOf, spkiDer } from './keys.ts';
import { CA_LAST_USE_MS, caWindow, type Moment } from './validity.ts';
import { factsOf, loadX509, pemOf, randomSerial, splitPemChain } from './x509.ts';

export interface CaKeyPair {
  readonly certificatePem: string;
  readonly key: KeyObject;
}

const ORGANISATION = 'Bivouac';
/** Phones list what they trust by this name: two kits, or two generations, must never share one. */
const NAME_RANDOM_BYTES = 4;

/** Makes a self-signed CA. Takes seconds on a small board (the key), without blocking the event loop. */
export async function makeCa(moment: Moment, floorMs: number): Promise<CaKeyPair> {
  const x509 = await loadX509();
  const key = await generateRsaKey(CA_RSA_BITS);
  const { signingKey, signingAlgorithm } = signingKeyOf(key);
  const { notBeforeMs, notAfterMs } = caWindow(moment, floorMs);
  const name = new x509.Name([
    { O: [{ utf8String: ORGANISATION }] },
    { CN: [{ utf8String: `Bivouac CA ${randomBytes(NAME_RANDOM_BYTES).toString('hex').toUpperCase()}` }] },
  ]);
  const publicKey = new x509.PublicKey(spkiDer(key));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: name,
    issuer: name,
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    publicKey,
    signingKey,
    signingAlgorithm,
    extensions: [
      // No CA below it: ATAK would not see an intermediate anyway.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return { certificatePem: pemOf(new Uint8Array(certificate.rawData), 'CERTIFICATE'), key };
}

/** What an administrator hands over: PEM texts; `passphrase` when the key is encrypted. */
export interface CaImport {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly passphrase?: string;
}

/**
 * Checks a CA that somebody brings along. @throws BivouacError `ca.import_refused` with the reason in words.
 */
export async function checkImportedCa(offer: CaImport, { nowMs }: Moment): Promise<CaKeyPair> {
  const certificate = readCertificate(offer.certificatePem);
  const key = readKey(offer);
  const { notAfterMs, pem } = factsOf(certificate);
  if (!certificate.checkPrivateKey(key)) refuse('The key does not belong to the certificate.');
  if (!certificate.ca) refuse('This is not the certificate of a CA (basicConstraints).');
  if (!certificate.checkIssued(certificate) || !certificate.verify(certificate.publicKey)) {
    refuse(
      'This CA was signed by another one. TAK clients follow no chain: bring the self-signed root and its key.',
    );
  }
  if (!isStrong(key)) {
    refuse(
      `The key is too weak or of a kind that TAK clients do not take: RSA of ${LEAF_RSA_BITS} bits or more, or EC P-256, P-384, P-521.`,
    );
  }
  // Not yet valid is no reason: the kit's clock may be behind, and phones look at their own.
  if (notAfterMs < nowMs + CA_LAST_USE_MS) refuse(`It ends on ${day(notAfterMs)}: too soon to be of use.`);
  await checkUsages(pem);
  return { certificatePem: pem, key };
}

function readCertificate(text: string): X509Certificate {
  const [first, ...others] = splitPemChain(text);
  if (first === undefined) return refuse('There is no PEM certificate in it.');
  if (others.length > 0) return refuse('There is more than one certificate in it: bring the CA alone.');
  try {
    return new X509Certificate(first);
  } catch {
    return refuse('The certificate cannot be read.');
  }
}

function readKey({ keyPem, passphrase }: CaImport): KeyObject {
  try {
    return createPrivateKey({
      key: keyPem,
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch {
    return refuse(
      passphrase === undefined
        ? 'The key cannot be read; if it is encrypted, give its passphrase.'
        : 'The key cannot be read, or the passphrase is wrong.',
    );
  }
}

function isStrong(key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'rsa') return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= LEAF_RSA_BITS;
  return key.asymmetricKeyType === 'ec' && curveOf(key) !== undefined;
}

async function checkUsages(pem: string): Promise<void> {
  const x509 = await loadX509();
  const usages = new x509.X509Certificate(pem).getExtension(x509.KeyUsagesExtension)?.usages;
  // Without the extension everything is allowed.
  if (usages === undefined) return;
  if ((usages & x509.KeyUsageFlags.keyCertSign) === 0)
    refuse('Its key usage does not allow signing certificates.');
  if ((usages & x509.KeyUsageFlags.cRLSign) === 0)
    refuse('Its key usage does not allow signing revocation lists.');
}

function refuse(reason: string): never {
  throw new BivouacError('ca.import_refused', `This CA cannot be imported. ${reason}`);
}
