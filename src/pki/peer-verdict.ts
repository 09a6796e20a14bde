import { type KeyObject, X509Certificate } from 'node:crypto';
import { type CaGeneration, day } from './generations.ts';
import { DAY_MS } from './validity.ts';
import { type CertificateFacts, factsOf } from './x509.ts';

/** What the authority itself can say of a certificate that a client showed in a handshake. */
export type PeerVerdict =
  | {
      /** Signed by one of our active CAs and not over. Whether it is revoked, and whose it is, the register knows. */
      readonly isTrusted: true;
      /** Lower-case hex. */
      readonly serial: string;
      /** SHA-256, lower-case hex. */
      readonly fingerprint: string;
    }
  | {
      readonly isTrusted: false;
      readonly cause: 'unreadable' | 'other_ca' | 'retired_ca' | 'not_a_client' | 'ended';
      /** For the log and for people: what is so, and what helps. */
      readonly text: string;
    };

const CLIENT_AUTH_USAGE = '1.3.6.1.5.5.7.3.2';

/**
 * Judges a certificate without the network, the disk or the register; some 0.1 ms.
 *
 * A certificate that is "not yet valid" is taken: our own CA signed it, so it is our clock that is behind
 * (a board without a battery-backed clock after a power cut).
 *
 * @param der as `socket.getPeerX509Certificate()?.raw` gives it
 */
export function judgePeer(der: Uint8Array, generations: readonly CaGeneration[], nowMs: number): PeerVerdict {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return refused('unreadable', 'The client offered a certificate that cannot be read.');
  }
  const facts = factsOf(certificate);
  const issuer = generations.find((generation) => isSignedBy(certificate, generation));
  if (issuer === undefined) {
    return refused(
      'other_ca',
      `The client offered a certificate of another CA (${oneLine(certificate.issuer)}). It needs one of this kit.`,
    );
  }
  if (issuer.isRetired) {
    return refused(
      'retired_ca',
      `The client's certificate is of the CA "${issuer.name}", which was retired. It needs a new one.`,
    );
  }
  if (certificate.keyUsage !== undefined && !certificate.keyUsage.includes(CLIENT_AUTH_USAGE)) {
    return refused('not_a_client', "The client offered a certificate that is not a client's.");
  }
  if (nowMs >= facts.notAfterMs) return refused('ended', endedText(facts, nowMs));
  return { isTrusted: true, serial: facts.serial, fingerprint: facts.fingerprint };
}

/** Parsed once for each generation: this is in the way of every handshake. */
const parsedCas = new WeakMap<
  CaGeneration,
  { readonly certificate: X509Certificate; readonly key: KeyObject }
>();

function isSignedBy(certificate: X509Certificate, generation: CaGeneration): boolean {
  let ca = parsedCas.get(generation);
  if (ca === undefined) {
    const parsed = new X509Certificate(generation.pem);
    ca = { certificate: parsed, key: parsed.publicKey };
    parsedCas.set(generation, ca);
  }
  return certificate.checkIssued(ca.certificate) && certificate.verify(ca.key);
}

function endedText({ notAfterMs }: CertificateFacts, nowMs: number): string {
  const days = Math.floor((nowMs - notAfterMs) / DAY_MS);
  return `The client's certificate ended on ${day(notAfterMs)}, ${days} days ago by the kit's clock. It needs a new one, or the clock is wrong.`;
}

function refused(cause: Extract<PeerVerdict, { isTrusted: false }>['cause'], text: string): PeerVerdict {
  return { isTrusted: false, cause, text };
}

/** A stranger's words, which may be long and many-lined. */
function oneLine(name: string): string {
  return name.replace(/\p{C}+/gu, ', ').slice(0, 120);
}
