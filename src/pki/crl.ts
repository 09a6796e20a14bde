import { createHash } from 'node:crypto';
import { integer } from './der.ts';
import type { Signer } from './issue.ts';
import { signingKeyOf } from './keys.ts';
import type { Keystore, StoredCrl } from './keystore.ts';
import type { CertificateRegistry, RevocationReason, RevokedEntry } from './ports.ts';
import { DAY_MS, type Moment } from './validity.ts';
import { loadX509, pemOf } from './x509.ts';

/**
 * The lists of revoked certificates, for outsiders who ask. The kit itself decides by serial in its register
 * and never shows a CRL to OpenSSL: one that is out of date there refuses everybody.
 */
export interface CrlKeeper {
  /**
   * The list of a CA, made anew when it has to be: something was revoked, it is a day old, or the clock
   * jumped so that it lies in the future or is over.
   */
  current(caId: string): Promise<StoredCrl>;
}

/** How long a list may be used: a visitor's copy outlives a week without the kit. */
const CRL_LIFE_MS = 7 * DAY_MS;
/** A new list each day, so that whoever fetches one always gets at least six days. */
const CRL_RENEW_AFTER_MS = DAY_MS;
/** Certificates that ended leave the list, but late: what "now" is may yet turn out to be wrong. */
const KEEP_ENDED_MS = 30 * DAY_MS;

export function createCrlKeeper(deps: {
  readonly keystore: Keystore;
  readonly registry: Pick<CertificateRegistry, 'revokedForCrl'>;
  readonly signer: (caId: string) => Signer;
  readonly moment: () => Moment;
}): CrlKeeper {
  const running = new Map<string, Promise<StoredCrl>>();

  async function bringUpToDate(caId: string): Promise<StoredCrl> {
    const { nowMs } = deps.moment();
    const revoked = await deps.registry.revokedForCrl({ caId });
    const entries = revoked.filter(({ notAfterMs }) => notAfterMs + KEEP_ENDED_MS > nowMs);
    const contentSha256 = digestOf(entries);
    const old = deps.keystore.crl(caId);
    if (old !== undefined && old.contentSha256 === contentSha256 && isFresh(old, nowMs)) return old;
    const made = await makeCrl(deps.signer(caId), entries, nowMs, (old?.number ?? 0) + 1);
    const crl = { ...made, contentSha256 };
    // On disk before anybody sees it: a number must never be used twice.
    deps.keystore.saveCrl(caId, crl);
    return crl;
  }

  return {
    current(caId) {
      // One after the other for each CA: two at once would draw the same number.
      const next = (running.get(caId) ?? Promise.resolve()).then(
        () => bringUpToDate(caId),
        () => bringUpToDate(caId),
      );
      running.set(caId, next);
      return next;
    },
  };
}

function isFresh({ thisUpdateMs, nextUpdateMs }: StoredCrl, nowMs: number): boolean {
  return thisUpdateMs <= nowMs && nowMs < Math.min(nextUpdateMs, thisUpdateMs + CRL_RENEW_AFTER_MS);
}

function digestOf(entries: readonly RevokedEntry[]): string {
  const lines = entries.map(({ serial, revokedAtMs, reason }) => `${serial} ${revokedAtMs} ${reason}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

async function makeCrl(
  { generation, key }: Signer,
  entries: readonly RevokedEntry[],
  nowMs: number,
  number: number,
): Promise<Omit<StoredCrl, 'contentSha256'>> {
  const x509 = await loadX509();
  const ca = new x509.X509Certificate(generation.pem);
  const caKeyId = ca.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  const thisUpdateMs = Math.floor(nowMs / 1_000) * 1_000;
  const nextUpdateMs = thisUpdateMs + CRL_LIFE_MS;
  const crl = await x509.X509CrlGenerator.create({
    issuer: ca.subjectName,
    thisUpdate: new Date(thisUpdateMs),
    nextUpdate: new Date(nextUpdateMs),
    entries: entries.map(({ serial, revokedAtMs, reason }) => ({
      serialNumber: serial,
      // A revocation from before a clock was set back must not lie in the list's future.
      revocationDate: new Date(Math.min(Math.floor(revokedAtMs / 1_000) * 1_000, thisUpdateMs)),
      // RFC 5280 section 5.3.1: "unspecified" is said by saying nothing.
      ...(reason === 'unspecified' ? {} : { reason: REASON_CODES[reason] }),
    })),
    extensions: [
      caKeyId === undefined
        ? await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey)
        : new x509.AuthorityKeyIdentifierExtension(caKeyId),
      new x509.Extension(OID_CRL_NUMBER, false, integer(number)),
    ],
    ...signingKeyOf(key),
  });
  return {
    number,
    // The library's own label is `CRL`, which OpenSSL does not read.
    pem: pemOf(new Uint8Array(crl.rawData), 'X509 CRL'),
    thisUpdateMs,
    nextUpdateMs,
  };
}

const OID_CRL_NUMBER = '2.5.29.20';

const REASON_CODES: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
};
