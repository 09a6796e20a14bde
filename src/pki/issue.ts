import type { KeyObject } from 'node:crypto';
import { BivouacError } from '../core/errors.ts';
import type { AlternativeNames } from './alternative-names.ts';
import type { CaGeneration } from './generations.ts';
import { signingKeyOf, spkiDer } from './keys.ts';
import { clientWindow, type Moment, serverWindow, type Window } from './validity.ts';
import { type CertificateFacts, factsOf, loadX509, randomSerial, type X509Library } from './x509.ts';

/** A CA with its key, for the length of one signature. */
export interface Signer {
  readonly generation: CaGeneration;
  readonly key: KeyObject;
}

const ORGANISATION = 'Bivouac';
/**
 * TAK Server gives its channels only to certificates with this extended key usage (the OID is PKCS#9's
 * challengePassword); ATAK passes it on when it moves between servers.
 */
const TAK_CHANNELS_USAGE = '1.2.840.113549.1.9.7';
/** ub-common-name of X.520. */
const COMMON_NAME_MAX = 64;

/** Signs a certificate for this server. @throws BivouacError `ca.unusable`. */
export async function issueServerCertificate(
  signer: Signer,
  order: {
    readonly names: AlternativeNames;
    /** The server's key, private or public. */
    readonly key: KeyObject;
    readonly moment: Moment;
  },
): Promise<CertificateFacts> {
  const x509 = await loadX509();
  const { dns, ips } = order.names;
  const commonName = (dns[0] ?? ips[0] ?? 'bivouac').slice(0, COMMON_NAME_MAX);
  return sign(x509, signer, {
    commonName,
    key: order.key,
    window: serverWindow(order.moment, signer.generation.notAfterMs),
    usages: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
    extendedUsages: [x509.ExtendedKeyUsage.serverAuth],
    extra: [
      new x509.SubjectAlternativeNameExtension([
        ...dns.map((value) => ({ type: 'dns' as const, value })),
        ...ips.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
}

/**
 * Signs a client's certificate. The subject is the server's own words: nothing of a request but its key gets
 * into the certificate. @throws BivouacError `ca.unusable`, `cert.request_name`.
 */
export async function issueClientCertificate(
  signer: Signer,
  order: {
    readonly username: string;
    readonly publicKey: KeyObject;
    readonly moment: Moment;
    readonly lifeMs?: number;
  },
): Promise<CertificateFacts> {
  checkCommonName(order.username);
  const x509 = await loadX509();
  const { digitalSignature, keyEncipherment, keyAgreement } = x509.KeyUsageFlags;
  return sign(x509, signer, {
    commonName: order.username,
    key: order.publicKey,
    window: clientWindow(order.moment, signer.generation.notAfterMs, order.lifeMs),
    // RSA keys encrypt and never agree (RFC 3279), EC keys agree and never encrypt (RFC 8813).
    usages: digitalSignature | (order.publicKey.asymmetricKeyType === 'ec' ? keyAgreement : keyEncipherment),
    extendedUsages: [x509.ExtendedKeyUsage.clientAuth, TAK_CHANNELS_USAGE],
    extra: [],
  });
}

/**
 * Last line of defence, behind the rules for user names: nothing that could break out of a name where a
 * certificate's subject is shown, logged or used as a file name.
 */
export function checkCommonName(name: string): void {
  const { length } = [...name];
  const isSafe = length > 0 && length <= COMMON_NAME_MAX && !/^\.|[\p{C}/\\<>"'`$|;&]/u.test(name);
  if (isSafe) return;
  throw new BivouacError('cert.request_name', `${shown(name)} cannot be the name in a certificate`);
}

/** A stranger's text, fit for an error message: quoted, escaped, short. */
export function shown(text: string): string {
  const short = text.length > COMMON_NAME_MAX ? `${text.slice(0, COMMON_NAME_MAX)}…` : text;
  return JSON.stringify(short);
}

interface Leaf {
  readonly commonName: string;
  readonly key: KeyObject;
  readonly window: Window;
  readonly usages: number;
  readonly extendedUsages: string[];
  readonly extra: readonly InstanceType<X509Library['Extension']>[];
}

async function sign(x509: X509Library, { generation, key }: Signer, leaf: Leaf): Promise<CertificateFacts> {
  const ca = new x509.X509Certificate(generation.pem);
  const caKeyId = ca.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  const publicKey = new x509.PublicKey(spkiDer(leaf.key));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    // Never a DN in one string: `O=x,CN=admin` must stay one harmless common name.
    subject: new x509.Name([
      { O: [{ utf8String: ORGANISATION }] },
      { CN: [{ utf8String: leaf.commonName }] },
    ]),
    // The CA's own bytes: an imported CA may encode its name otherwise than we would.
    issuer: ca.subjectName,
    notBefore: new Date(leaf.window.notBeforeMs),
    notAfter: new Date(leaf.window.notAfterMs),
    publicKey,
    ...signingKeyOf(key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(leaf.usages, true),
      new x509.ExtendedKeyUsageExtension(leaf.extendedUsages),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      caKeyId === undefined
        ? await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey)
        : new x509.AuthorityKeyIdentifierExtension(caKeyId),
      ...leaf.extra,
    ],
  });
  return factsOf(certificate.toString('pem'));
}
