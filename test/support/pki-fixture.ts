import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const DAY_MS = 86_400_000;
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
};

export interface KeyAndCert {
  /** PEM texts. */
  readonly key: string;
  readonly cert: string;
}

interface SanEntry {
  readonly type: 'dns' | 'ip';
  readonly value: string;
}

export interface PkiFixture {
  /** PEM text. */
  readonly ca: string;
  readonly server: KeyAndCert;
  readonly client: KeyAndCert;
}

/**
 * A throw-away authority with one server and one client certificate, for parts that are tested without the
 * product's own authority (the bare relay, a database). `rsaBits` decides what a handshake costs, `names` whose
 * certificates they are.
 */
export async function createPkiFixture(
  rsaBits = 2048,
  names: readonly SanEntry[] = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ],
): Promise<PkiFixture> {
  cryptoProvider.set(webcrypto as unknown as Crypto);
  const keys = () =>
    webcrypto.subtle.generateKey({ ...ALGORITHM, modulusLength: rsaBits }, true, ['sign', 'verify']);
  const [caKeys, serverKeys, clientKeys] = await Promise.all([keys(), keys(), keys()]);
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 30 * DAY_MS) };

  const ca = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: '01',
    name: 'CN=Test CA',
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const issue = (serialNumber: string, cn: string, pair: webcrypto.CryptoKeyPair, usage: ExtendedKeyUsage) =>
    X509CertificateGenerator.create({
      ...validity,
      serialNumber,
      subject: `CN=${cn}`,
      issuer: ca.subject,
      signingKey: caKeys.privateKey,
      publicKey: pair.publicKey,
      signingAlgorithm: ALGORITHM,
      extensions: [new ExtendedKeyUsageExtension([usage]), new SubjectAlternativeNameExtension([...names])],
    });
  return {
    ca: ca.toString('pem'),
    server: await pemOf(await issue('02', 'localhost', serverKeys, ExtendedKeyUsage.serverAuth), serverKeys),
    client: await pemOf(await issue('03', 'load', clientKeys, ExtendedKeyUsage.clientAuth), clientKeys),
  };
}

async function pemOf(cert: X509Certificate, pair: webcrypto.CryptoKeyPair): Promise<KeyAndCert> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', pair.privateKey);
  return { cert: cert.toString('pem'), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}
