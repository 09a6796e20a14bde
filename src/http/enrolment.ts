import type { EnrolmentTokens, User } from '../auth/ports.ts';
import { BivouacError } from '../core/errors.ts';
import { readRequest } from '../pki/csr.ts';
import type { AuthorityPort } from './app-deps.ts';

/** A device that asks for its certificate, after its user was found out. */
export interface EnrolmentOrder {
  readonly user: User;
  /** For a one-time token: what burning it needs. */
  readonly enrolmentId: string | undefined;
  /** '' when the client named none. */
  readonly clientUid: string;
  /** The certificate request as received. */
  readonly request: Uint8Array;
  /** Address of the device, for the audit log. */
  readonly remote: string;
}

export interface Enrolled {
  readonly signedCertPem: string;
  /** What the client is to trust: the issuer of its certificate first. PEM texts. */
  readonly caPems: readonly string[];
}

/**
 * Signs what a device asks for. The request is judged before a token is used up, so that a broken client can
 * try again; the token is burnt before the signature, so that it never gives two certificates.
 */
export async function enrol(
  order: EnrolmentOrder,
  deps: {
    readonly authority: Pick<AuthorityPort, 'issueClient' | 'caPems'>;
    readonly enrolmentTokens: Pick<EnrolmentTokens, 'burn'>;
  },
): Promise<Enrolled> {
  const { user, clientUid, enrolmentId, remote } = order;
  const request = await readRequest(order.request, user.name);
  if (enrolmentId !== undefined) {
    const csrSha256 = request.requestSha256;
    const isGood = await deps.enrolmentTokens.burn({ enrolmentId, clientUid, csrSha256, remote });
    if (!isGood) throw new BivouacError('auth.failed', 'This enrolment code was used already');
  }
  const { certificate, caPems } = await deps.authority.issueClient({
    principalId: user.id,
    username: user.name,
    deviceUid: clientUid === '' ? null : clientUid,
    request,
  });
  // During a roll-over, and with a public server certificate, there is more to trust than the issuer.
  return { signedCertPem: certificate.pem, caPems: [...new Set([...caPems, ...deps.authority.caPems()])] };
}
