import { isScopeGood } from '../auth/permissions.ts';
import type { HttpLogin, StreamLogin, User, Users } from '../auth/ports.ts';
import { CONSOLE } from '../auth/ports.ts';
import type { SessionFacts } from '../auth/revoke.ts';
import type { ApiTokens, Csrf, Sessions, TokenKind } from '../auth/session-ports.ts';
import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { PeerVerdict } from '../pki/peer-verdict.ts';
import {
  type Access,
  type Caller,
  type Enrolling,
  isAllowed,
  isEnrolling,
  OWN_FORGERY,
  OWN_WAYS,
  type SignInWay,
} from './access.ts';
import { parseBasic } from './basic-credentials.ts';
import { parseBearer } from './bearer-token.ts';
import type { Credentials } from './credentials.ts';
import { changesSomething, refuseForgery } from './forgery.ts';
import type { Peer } from './peer.ts';
import { refuseStale } from './step-up.ts';

export interface AdmissionDeps {
  readonly clock: Clock;
  readonly httpLogin: Pick<HttpLogin, 'byBasic'>;
  readonly certificateLogin: Pick<StreamLogin, 'byCertificate'>;
  readonly sessions: Pick<Sessions, 'check'>;
  readonly apiTokens: Pick<ApiTokens, 'check'>;
  readonly csrf: Pick<Csrf, 'isGood'>;
  readonly users: Pick<Users, 'byId'>;
  /** Whether one of our own authorities signed it, as a client's, and it is not over. */
  judgeCertificate(der: Uint8Array): PeerVerdict;
  /** Whether a certificate that was good at the start of its connection is so still. */
  isCertificateRevoked(serial: string): Promise<boolean>;
}

export interface Admission {
  /** Who calls; undefined for a public route. Throws when the caller may not. */
  admit(access: Access, peer: Peer, credentials: Credentials): Promise<Caller | undefined>;
  /** Who signed in on this connection last, and with what, as far as that can end alone. */
  sessionOf(peer: Peer): SessionFacts | undefined;
}

/** Someone who has shown who he is. */
interface Shown {
  readonly caller: Caller;
  /** By OpenTAKServer's name for it; undefined where a browser cannot be made to show it. */
  readonly mechanism?: 'session' | 'basic' | 'token';
}

/** RPort's tokens before version 0.9.11 were bare UUIDs; an operator may have chosen one for its user. */
const TOKEN_FORM = /^(?:[a-z0-9]{8}_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The one place where a request becomes a caller. The certificate of a connection is judged on its first
 * request (that is audited), and looked up again on each later one. Of several credentials in one request the
 * `Authorization` header counts, then OpenTAKServer's header, then the cookie.
 */
export function createAdmission(deps: AdmissionDeps): Admission {
  /** By certificate: whose it is does not change while the connection lasts. */
  const principalIds = new WeakMap<Peer, string>();
  const lastSessions = new WeakMap<Peer, SessionFacts>();

  async function byCertificate(peer: Peer, remote: string): Promise<Caller> {
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
        remote,
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
    return { ...callerFor(user, remote), via: 'certificate' };
  }

  async function byPassword(
    { authorization, remote, clientUid }: Credentials,
    enrolling?: Enrolling,
  ): Promise<Caller> {
    const basic = parseBasic(authorization);
    if (basic === undefined) throw new BivouacError('auth.required');
    const result = await deps.httpLogin.byBasic({
      ...basic,
      remote,
      ...(enrolling === undefined ? {} : { enrolment: { step: enrolling.enrolling, clientUid } }),
    });
    if (result.user === undefined) throw refusal(result.refused, result.retryAfterMs);
    const { user, via, enrolmentId } = result;
    return { ...callerFor(user, remote), via, enrolmentId };
  }

  /** Undefined when it is nobody's token. */
  async function byApiToken(
    token: string,
    username: string | undefined,
    { remote, method, path }: Credentials,
  ): Promise<Caller | undefined> {
    const result = await deps.apiTokens.check({ token, username, remote });
    if (result.user === undefined) {
      if (result.refused === 'banned') throw refusal('auth.banned', result.retryAfterMs);
      if (result.refused === 'unknown') return undefined;
      throw new BivouacError('auth.token_invalid');
    }
    const { scope } = result.token;
    if (!isScopeGood(scope, method, path)) throw new BivouacError('auth.scope');
    return { ...callerFor(result.user, remote), via: 'api_token', scope };
  }

  async function bySession(
    token: string,
    kinds: readonly TokenKind[],
    remote: string,
  ): Promise<Caller | undefined> {
    const { session } = await deps.sessions.check({ token, kinds });
    return session && { ...callerFor(session.user, remote), via: 'session', session };
  }

  async function byBasicHeader(ways: readonly SignInWay[], credentials: Credentials): Promise<Caller> {
    const basic = parseBasic(credentials.authorization);
    if (basic !== undefined && ways.includes('api_token') && TOKEN_FORM.test(basic.password)) {
      const caller = await byApiToken(basic.password, basic.username, credentials);
      if (caller !== undefined) return caller;
    }
    if (!ways.includes('password')) throw new BivouacError('auth.failed');
    return byPassword(credentials);
  }

  async function byBearerHeader(
    token: string,
    ways: readonly SignInWay[],
    credentials: Credentials,
  ): Promise<Caller> {
    const kinds = ways.filter((way) => !NOT_BEARER.includes(way)) as TokenKind[];
    // A JWT has two dots, a personal token of ours none.
    const caller =
      (isJwt(token) && kinds.length > 0 ? await bySession(token, kinds, credentials.remote) : undefined) ??
      (ways.includes('api_token') ? await byApiToken(token, undefined, credentials) : undefined);
    if (caller === undefined) throw new BivouacError('auth.token_invalid');
    return caller;
  }

  async function byShown(ways: readonly SignInWay[], credentials: Credentials): Promise<Shown> {
    const { authorization, otsToken, accessToken, sessionCookie, remote } = credentials;
    const bearer = parseBearer(authorization) ?? bareToken(authorization, ways);
    if (bearer !== undefined) {
      return { caller: await byBearerHeader(bearer, ways, credentials), mechanism: 'token' };
    }
    if (parseBasic(authorization) !== undefined) {
      return { caller: await byBasicHeader(ways, credentials), mechanism: 'basic' };
    }
    const inUrl = ways.includes('rport') && credentials.path.includes('/ws/') ? accessToken : undefined;
    const token = ways.includes('ots') ? otsToken : inUrl;
    if (token !== undefined) {
      const caller = await bySession(token, token === otsToken ? ['ots'] : ['rport'], remote);
      if (caller === undefined) throw new BivouacError('auth.token_invalid');
      return { caller, mechanism: 'token' };
    }
    // An old cookie is no attempt at anything: the browser sends it by itself.
    const caller =
      sessionCookie !== undefined && ways.includes('cookie')
        ? await bySession(sessionCookie, ['cookie'], remote)
        : undefined;
    if (caller === undefined) throw new BivouacError('auth.required');
    return { caller, mechanism: 'session' };
  }

  async function whoIs(access: Access, peer: Peer, credentials: Credentials): Promise<Shown> {
    if (peer.listener === 'control') return { caller: { kind: 'console', actor: CONSOLE } };
    if (peer.listener === 'httpsCert') return { caller: await byCertificate(peer, credentials.remote) };
    if (isEnrolling(access.who)) return { caller: await byPassword(credentials, access.who) };
    return byShown(access.by ?? OWN_WAYS, credentials);
  }

  function refuseForged(access: Access, { caller, mechanism }: Shown, credentials: Credentials): void {
    const { mechanisms, checksReferrer } = access.forgery ?? OWN_FORGERY;
    if (mechanism === undefined || !mechanisms().includes(mechanism)) return;
    const sessionId = caller.kind === 'user' ? caller.session?.sessionId : undefined;
    refuseForgery(credentials.forgery, deps.csrf, { sessionId, checksReferrer });
  }

  return {
    async admit(access, peer, credentials) {
      // The certificate is the entrance fee of its listener, for public pages too.
      if (access.who === 'public' && peer.listener !== 'httpsCert') return undefined;
      const shown = await whoIs(access, peer, credentials).catch((error: unknown) => {
        const maySo = access.mayBeAnonymous === true && peer.listener !== 'httpsCert';
        if (maySo && showsNothing(access, credentials, error)) return undefined;
        throw error;
      });
      if (shown === undefined) return undefined;
      const { caller } = shown;
      if (caller.kind === 'user') {
        lastSessions.set(peer, {
          principalId: caller.user.id,
          certSerial: caller.via === 'certificate' ? peer.certificate?.serial : undefined,
          sessionId: caller.session?.sessionId,
        });
      }
      if (access.who === 'public') return caller;
      const who = isEnrolling(access.who) ? ENROLLING_ROLES : access.who;
      if (!isAllowed(caller, who)) throw new BivouacError('auth.forbidden');
      if (changesSomething(credentials.method)) {
        refuseForged(access, shown, credentials);
        if (access.asksFresh === true) refuseStale(caller, deps.clock.now());
      }
      return caller;
    },
    sessionOf: (peer) => lastSessions.get(peer),
  };
}

/** A viewer (a TV, a watch) gets its certificate by pairing, but nothing is won by refusing it here. */
const ENROLLING_ROLES = ['administrator', 'operator', 'user', 'viewer'] as const;

/** Ways that are no kind of JWT in an `Authorization` header. */
const NOT_BEARER: readonly SignInWay[] = ['password', 'api_token', 'cookie'];

/** An old cookie shows nothing: the browser sends it by itself. */
function showsNothing(
  { by = OWN_WAYS }: Access,
  { authorization, otsToken }: Credentials,
  error: unknown,
): boolean {
  const isShown = authorization !== undefined || (by.includes('ots') && otsToken !== undefined);
  return !isShown && error instanceof BivouacError && error.code === 'auth.required';
}

/** TakeoutFM takes its tokens without the word in front, too. */
function bareToken(authorization: string | undefined, ways: readonly SignInWay[]): string | undefined {
  if (authorization === undefined || !(ways.includes('takeout') || ways.includes('media'))) return undefined;
  return isJwt(authorization) && !authorization.includes(' ') ? authorization : undefined;
}

function isJwt(token: string): boolean {
  return token.split('.').length === 3;
}

function callerFor(user: User, remote: string) {
  const actor = { id: user.id, name: user.name, remote };
  return { kind: 'user', actor, user, enrolmentId: undefined } as const;
}

function refusal(code: 'auth.banned' | BivouacError['code'], retryAfterMs: number | undefined): BivouacError {
  const details =
    retryAfterMs === undefined ? undefined : { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) };
  return new BivouacError(code, undefined, details);
}
