import type { HttpLogin, StreamLogin, Users } from '../auth/ports.ts';
import { CONSOLE } from '../auth/ports.ts';
import { BivouacError } from '../core/errors.ts';
import type { PeerVerdict } from '../pki/peer-verdict.ts';
import { type Access, type Caller, type Enrolling, isAllowed, isEnrolling } from './access.ts';
import { parseBasic } from './basic-credentials.ts';
import type { Peer } from './peer.ts';

export interface AdmissionDeps {
  readonly httpLogin: Pick<HttpLogin, 'byBasic'>;
  readonly certificateLogin: Pick<StreamLogin, 'byCertificate'>;
  readonly users: Pick<Users, 'byId'>;
  /** Whether one of our own authorities signed it, as a client's, and it is not over. */
  judgeCertificate(der: Uint8Array): PeerVerdict;
  /** Whether a certificate that was good at the start of its connection is so still. */
  isCertificateRevoked(serial: string): Promise<boolean>;
}

/** What of a request decides whether it is let in. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** `clientUid` of an enrolling device. */
  readonly clientUid: string | undefined;
}

export interface Admission {
  /** Who calls; undefined for a public route. Throws when the caller may not. */
  admit(access: Access, peer: Peer, credentials: Credentials): Promise<Caller | undefined>;
  /** Who signed in on this connection last. */
  principalOf(peer: Peer): string | undefined;
}

/**
 * The one place where a request becomes a caller. The certificate of a connection is judged on its first
 * request (that is audited), and looked up again on each later one.
 */
export function createAdmission(deps: AdmissionDeps): Admission {
  /** By certificate: whose it is does not change while the connection lasts. */
  const principalIds = new WeakMap<Peer, string>();
  const lastPrincipalIds = new WeakMap<Peer, string>();

  async function byCertificate(peer: Peer): Promise<Caller> {
    const certificate = peer.certificate;
    if (certificate === undefined) {
      throw new BivouacError(
        'auth.required',
        'This port asks for a client certificate, and none was offered. To enrol, use the port without one (8446).',
      );
    }
    const verdict = deps.judgeCertificate(certificate.der);
    if (!verdict.isTrusted) throw new BivouacError('cert.refused', verdict.text, { cause: verdict.cause });
    const { serial, fingerprint } = verdict;
    let principalId = principalIds.get(peer);
    if (principalId === undefined) {
      const result = await deps.certificateLogin.byCertificate({
        serial,
        fingerprint,
        remote: peer.remoteAddress,
        door: 'https',
      });
      if (result.identity === undefined) throw new BivouacError('cert.refused');
      principalId = result.identity.principalId;
      principalIds.set(peer, principalId);
    } else if (await deps.isCertificateRevoked(serial)) {
      throw new BivouacError('cert.refused', 'This certificate is revoked');
    }
    const user = await deps.users.byId(principalId);
    if (user === undefined || user.state !== 'enabled') throw new BivouacError('cert.refused');
    const actor = { id: user.id, name: user.name, remote: peer.remoteAddress };
    return { kind: 'user', actor, user, via: 'certificate', enrolmentId: undefined };
  }

  async function byBasic(peer: Peer, credentials: Credentials, enrolling?: Enrolling): Promise<Caller> {
    const basic = parseBasic(credentials.authorization);
    if (basic === undefined) throw new BivouacError('auth.required');
    const result = await deps.httpLogin.byBasic({
      ...basic,
      remote: peer.remoteAddress,
      ...(enrolling === undefined
        ? {}
        : { enrolment: { step: enrolling.enrolling, clientUid: credentials.clientUid } }),
    });
    if (result.user === undefined) {
      const { refused, retryAfterMs } = result;
      throw new BivouacError(
        refused,
        undefined,
        retryAfterMs === undefined ? undefined : { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) },
      );
    }
    const { user, via, enrolmentId } = result;
    const actor = { id: user.id, name: user.name, remote: peer.remoteAddress };
    return { kind: 'user', actor, user, via, enrolmentId };
  }

  async function callerOf(access: Access, peer: Peer, credentials: Credentials): Promise<Caller> {
    if (peer.listener === 'control') return { kind: 'console', actor: CONSOLE };
    if (peer.listener === 'httpsCert') return byCertificate(peer);
    return byBasic(peer, credentials, isEnrolling(access.who) ? access.who : undefined);
  }

  return {
    async admit(access, peer, credentials) {
      // The certificate is the entrance fee of its listener, for public pages too.
      if (access.who === 'public' && peer.listener !== 'httpsCert') return undefined;
      const caller = await callerOf(access, peer, credentials);
      if (caller.kind === 'user') lastPrincipalIds.set(peer, caller.user.id);
      if (access.who === 'public') return caller;
      const who = isEnrolling(access.who) ? ENROLLING_ROLES : access.who;
      if (!isAllowed(caller, who)) throw new BivouacError('auth.forbidden');
      return caller;
    },
    principalOf: (peer) => lastPrincipalIds.get(peer),
  };
}

/** A viewer (a TV, a watch) gets its certificate by pairing, but nothing is won by refusing it here. */
const ENROLLING_ROLES = ['administrator', 'operator', 'user', 'viewer'] as const;
