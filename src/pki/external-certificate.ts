import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { BivouacError, messageOf } from '../core/errors.ts';
import { day } from './generations.ts';
import { pkcs8Pem } from './keys.ts';
import { type CertificateFacts, factsOf, splitPemChain } from './x509.ts';

/** A server certificate that somebody else signed, from the files named in the configuration. */
export interface ExternalCertificate {
  readonly leaf: CertificateFacts;
  /** Leaf and intermediates, as the file has them. */
  readonly chainPem: string;
  readonly privateKeyPem: string;
  /** Intermediates and, where it is a known public one, the root: what clients must trust to accept it. */
  readonly issuerPems: readonly string[];
  /** Changes when a file changes (SHA-256 of both). */
  readonly version: string;
}

export interface ExternalCertificateFiles {
  /** PEM, the server's own certificate first. */
  readonly certificatePath: string;
  /** PEM, not encrypted. */
  readonly keyPath: string;
}

/** Chains in the wild have two or three links; more is a loop or a mistake. */
const CHAIN_MAX = 8;

/**
 * Reads and checks the files. `known` is given back while they are unchanged: this runs each minute.
 * @throws BivouacError `config.invalid` that names the file and the problem
 */
export function readExternalCertificate(
  files: ExternalCertificateFiles,
  nowMs: number,
  known?: ExternalCertificate,
): ExternalCertificate {
  const certificateText = readText(files.certificatePath);
  const keyText = readText(files.keyPath);
  const version = createHash('sha256').update(certificateText).update(keyText).digest('hex');
  if (known?.version === version && nowMs < known.leaf.notAfterMs) return known;
  const chain = splitPemChain(certificateText).slice(0, CHAIN_MAX);
  const [leafPem, ...intermediates] = chain;
  if (leafPem === undefined) throw unusable(files.certificatePath, 'there is no PEM certificate in it');
  let leaf: X509Certificate;
  let key: KeyObject;
  try {
    leaf = new X509Certificate(leafPem);
  } catch {
    throw unusable(files.certificatePath, 'its first certificate cannot be read');
  }
  try {
    key = createPrivateKey(keyText);
  } catch {
    throw unusable(files.keyPath, 'it holds no key that can be read (it must not be encrypted)');
  }
  if (!leaf.checkPrivateKey(key)) {
    throw unusable(files.keyPath, `it does not belong to the first certificate of ${files.certificatePath}`);
  }
  const facts = factsOf(leaf);
  if (nowMs >= facts.notAfterMs) {
    throw unusable(files.certificatePath, `it ended on ${day(facts.notAfterMs)}`);
  }
  return {
    leaf: facts,
    chainPem: chain.join(''),
    privateKeyPem: pkcs8Pem(key),
    issuerPems: [...intermediates, ...publicRootOf(intermediates.at(-1) ?? leafPem)],
    version,
  };
}

/** ATAK wants every link up to a self-signed root in its truststore; certificate files leave the root out. */
function publicRootOf(lastPem: string): string[] {
  const last = new X509Certificate(lastPem);
  if (last.checkIssued(last)) return [];
  const root = rootCertificates.find((pem) => {
    const candidate = new X509Certificate(pem);
    return last.checkIssued(candidate) && last.verify(candidate.publicKey);
  });
  return root === undefined ? [] : [`${root.trim()}\n`];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(path, messageOf(error));
  }
}

function unusable(path: string, reason: string): BivouacError {
  return new BivouacError('config.invalid', `The server certificate ${path} cannot be used: ${reason}`);
}
