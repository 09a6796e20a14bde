import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type {
  NewSession,
  SessionFacts,
  SessionOrigin,
  SessionRecord,
  SessionRef,
} from '../store/repositories/sessions.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import type { RevocationCenter } from './revoke.ts';
import type { Activity } from './session-activity.ts';
import {
  CLOCK_TOLERANCE_MS,
  GRACE_MS,
  type Life,
  lifeOf,
  RPORT_LIFE_MAX_MS,
  RPORT_LIFE_MS,
} from './session-lives.ts';
import type {
  IssuedToken,
  Sessions,
  SessionView,
  SignedIn,
  TokenKind,
  TokenVerdict,
} from './session-ports.ts';
import type { SessionSettings } from './settings.ts';
import type { Proof, SignInMethod } from './sign-in-ports.ts';
import { type Claims, type SignedTokens, signedKindOf } from './signed-tokens.ts';
import type { TokenKeys } from './token-keys.ts';
import { userOf } from './user-view.ts';

/** What a browser says it is comes from a stranger: enough to recognise it in a list, characters. */
const USER_AGENT_MAX_CHARS = 200;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The scopes that RPort 1.0 writes into the token of a completed sign-in. */
const RPORT_SCOPES = [
  { uri: '*', method: '*' },
  { uri: '/api/v1/verify-2fa', method: '*', exclude: true },
];

interface Minted {
  readonly row: NewSession;
  /** What the row's hash was made of. */
  readonly secret: string;
}

/** The sessions as the rest of auth uses them. */
export interface SessionDesk extends Sessions {
  /** As `check`, by id, and without noting a use. */
  byId(sessionId: string): Promise<SignedIn | undefined>;
}

export function createSessions({
  store,
  keys,
  signed,
  activity,
  revocation,
  audit,
  clock,
  log,
  settings,
}: {
  readonly store: Pick<Store, 'sessions'>;
  readonly keys: TokenKeys;
  readonly signed: SignedTokens;
  readonly activity: Activity;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Omit<SessionSettings, 'rportSecret'>;
}): SessionDesk {
  const refreshLife = (): Life => ({ ...lifeOf('refresh'), idleMs: settings().takeout.refreshIdleMs });

  function mint(kind: TokenKind, life: Life, family?: string, secret: string = newId()): Minted {
    const nowMs = clock.now();
    const id = newId();
    const expiresMs = nowMs + life.totalMs;
    const idleExpiresMs = Math.min(expiresMs, nowMs + (life.firstMs ?? life.idleMs ?? life.totalMs));
    return {
      secret,
      row: {
        id,
        kind,
        hash: keys.hashOf(kind, secret),
        family: family ?? id,
        expiresMs,
        idleExpiresMs,
        idleMs: life.slides === false ? null : (life.idleMs ?? null),
      },
    };
  }

  /** The text that its holder gets. */
  async function tokenOf({ secret }: Minted, session: SessionRecord, name: string): Promise<IssuedToken> {
    const { kind } = session;
    const token =
      kind === 'cookie' || kind === 'refresh'
        ? secret
        : await signed.sign(kind, { jti: secret, ...payloadOf(session, name) });
    return { token, sessionId: session.id, expiresMs: endOf(session) };
  }

  async function open(proof: Proof, minted: readonly Minted[]): Promise<IssuedToken[]> {
    const nowMs = clock.now();
    const result = await store.sessions.open({
      origin: originOf(proof),
      rows: minted.map(({ row }) => row),
      nowMs,
    });
    if (result === undefined) throw new BivouacError('auth.failed');
    if (result.ended.length > 0) {
      log.info('auth.sessions_made_room', { user: proof.user.name, ended: result.ended.length });
      await announceEnd(proof.user.id, result.ended);
    }
    return Promise.all(
      result.opened.map((session, i) => tokenOf(minted[i] as Minted, session, proof.user.name)),
    );
  }

  async function openOne(proof: Proof, minted: Minted): Promise<IssuedToken> {
    const [token] = await open(proof, [minted]);
    return token as IssuedToken;
  }

  async function announceEnd(principalId: string, ended: readonly SessionRef[]): Promise<void> {
    await revocation.announce({
      principalId,
      cause: 'signed_out',
      scope: 'sessions',
      serials: [],
      sessionIds: ended.map(({ id }) => id),
    });
  }

  /** The row that belongs to this text, if the text is one of `kinds` and good in itself. */
  async function find(token: string, kinds: readonly TokenKind[]): Promise<SessionFacts | VerdictWord> {
    const nowMs = clock.now();
    if (UUID.test(token)) {
      for (const kind of kinds) {
        if (kind !== 'cookie' && kind !== 'refresh') continue;
        const facts = await store.sessions.find({ hash: keys.hashOf(kind, token), nowMs });
        if (facts !== undefined) return facts;
      }
      return 'unknown';
    }
    const kind = signedKindOf(token);
    if (kind === undefined) return 'malformed';
    const wanted = kinds.find((one) => one === kind);
    if (wanted === undefined || wanted === 'cookie' || wanted === 'refresh') return 'unknown';
    const verdict = await signed.verify(wanted, token);
    if (verdict.refused !== undefined) return verdict.refused;
    return (await store.sessions.find({ hash: keys.hashOf(wanted, verdict.claims.jti), nowMs })) ?? 'unknown';
  }

  function judge({ session, principal, isSpent, isFamilyAlive }: SessionFacts): TokenVerdict {
    if (principal.state !== 'enabled' || principal.credEpoch !== session.credEpoch || isSpent) {
      return { refused: 'revoked' };
    }
    const now = activity.current(session);
    const isFromTheFuture = session.createdMs > clock.now() + CLOCK_TOLERANCE_MS;
    if (clock.now() >= endOf(now) || !isFamilyAlive || isFromTheFuture) return { refused: 'expired' };
    return { session: signedInOf(now, principal) };
  }

  return {
    openBrowser: (proof, { isRemembered }) =>
      openOne(proof, mint('cookie', lifeOf(isRemembered ? 'remembered' : 'cookie'))),
    openOts: (proof) => openOne(proof, mint('ots', { ...lifeOf('ots'), idleMs: settings().otsIdleMs })),
    async openRport(proof, { lifeMs = 0 } = {}) {
      if (!(lifeMs <= RPORT_LIFE_MAX_MS)) {
        throw new BivouacError('request.invalid', 'A token lives at most 90 days', {
          maxMs: RPORT_LIFE_MAX_MS,
        });
      }
      const firstMs = lifeMs > 0 ? lifeMs : RPORT_LIFE_MS;
      return openOne(proof, mint('rport', { ...lifeOf('rport'), firstMs }));
    },
    openTaxii: (proof) => openOne(proof, mint('taxii', lifeOf('taxii'))),

    async openFamily(proof) {
      const { accessMs, mediaMs } = settings().takeout;
      const refresh = mint('refresh', refreshLife());
      const family = refresh.row.id;
      const rows = [
        refresh,
        mint('takeout', { totalMs: accessMs }, family),
        mint('media', { totalMs: mediaMs }, family),
      ];
      const [first, access, media] = await open(proof, rows);
      return {
        refresh: first as IssuedToken,
        access: access as IssuedToken,
        media: media as IssuedToken,
      };
    },

    async refresh({ token, remote, userAgent = '' }) {
      if (!UUID.test(token)) return { refused: 'malformed' };
      // The same spent token always gives the same successor, so that a lost reply can be given again although
      // only its hash is kept.
      const successor = mint('refresh', refreshLife(), '', uuidOf(keys.macOf('successor', token)));
      const access = mint('takeout', { totalMs: settings().takeout.accessMs }, '');
      const place = placeOf(remote).address;
      const outcome = await store.sessions.refresh({
        hash: keys.hashOf('refresh', token),
        successor: successor.row,
        access: access.row,
        nowMs: clock.now(),
        graceMs: GRACE_MS,
        clockToleranceMs: CLOCK_TOLERANCE_MS,
        remote: place,
        userAgent: shortened(userAgent),
        reuseAudit: audit.entry({ id: null, name: 'stranger', remote: place }, 'session.reuse', {
          result: 'refused',
        }),
      });
      if (outcome.refused !== undefined) {
        const [ended] = outcome.ended;
        if (ended !== undefined) await announceEnd(ended.principalId, outcome.ended);
        if (outcome.refused === 'reused') log.warn('auth.refresh_reused', { remote: place });
        return { refused: outcome.refused };
      }
      const { principal } = outcome;
      return {
        user: userOf(principal),
        access: await tokenOf(access, outcome.access, principal.name),
        refresh: await tokenOf(successor, outcome.refresh, principal.name),
      };
    },

    async check({ token, kinds }) {
      const facts = await find(token, kinds);
      if (typeof facts === 'string') return { refused: facts };
      const verdict = judge(facts);
      if (verdict.session === undefined) return verdict;
      return { session: signedInOf(activity.used(facts.session), facts.principal) };
    },

    async byId(sessionId) {
      const facts = await store.sessions.byId({ id: sessionId, nowMs: clock.now() });
      return facts && judge(facts).session;
    },

    async list(principalId) {
      const rows = await store.sessions.list({ principalId, nowMs: clock.now() });
      return rows.map((row) => viewOf(activity.current(row)));
    },

    async end({ principalId, sessionId }, by) {
      const entry = audit.entry(by, 'session.end', { targetId: principalId, detail: { sessionId } });
      const ended = await store.sessions.end({ id: sessionId, principalId, audit: entry });
      if (ended.length === 0) throw new BivouacError('session.unknown');
      await announceEnd(principalId, ended);
    },

    async endAll({ principalId, exceptId }, by) {
      const ended = await store.sessions.endAll({
        principalId,
        exceptId: exceptId ?? null,
        audit: audit.entry(by, 'session.end_all', { targetId: principalId }),
      });
      if (ended.length > 0) await announceEnd(principalId, ended);
      return ended.length;
    },
  };
}

type VerdictWord = NonNullable<TokenVerdict['refused']>;

function originOf({ user, credEpoch, methods, atMs, remote, userAgent }: Proof): SessionOrigin {
  return {
    principalId: user.id,
    credEpoch,
    methods,
    authenticatedMs: atMs,
    remote: placeOf(remote).address,
    userAgent: shortened(userAgent),
  };
}

function shortened(userAgent: string): string {
  return userAgent
    .slice(0, USER_AGENT_MAX_CHARS)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, ' ');
}

function endOf({ expiresMs, idleExpiresMs }: SessionRecord): number {
  return Math.min(expiresMs, idleExpiresMs);
}

/** What each document shows in its token, and an end where the token has one of its own. */
function payloadOf(
  { kind, number, principalId, expiresMs }: SessionRecord,
  name: string,
): { readonly expiresMs?: number; readonly claims?: Claims } {
  switch (kind) {
    case 'ots':
      return { claims: { sub: name } };
    case 'rport':
      return { claims: { username: name, sessionID: number, scopes: RPORT_SCOPES } };
    case 'taxii':
      return { expiresMs, claims: { account_id: principalId } };
    case 'takeout':
    case 'media':
      return { expiresMs, claims: { iss: 'takeout', sub: name } };
    default:
      return {};
  }
}

function signedInOf(session: SessionRecord, principal: SessionFacts['principal']): SignedIn {
  return {
    sessionId: session.id,
    kind: session.kind,
    user: userOf(principal),
    methods: session.methods as readonly SignInMethod[],
    authenticatedMs: session.authenticatedMs,
    expiresMs: endOf(session),
  };
}

function viewOf(session: SessionRecord): SessionView {
  const { id, number, kind, createdMs, lastSeenMs, remote, userAgent } = session;
  return { id, number, kind, createdMs, lastSeenMs, expiresMs: endOf(session), remote, userAgent };
}

/** A UUIDv4 in form, made of the first 122 bits that matter. */
function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  const variant = '89ab'[(bytes[8] as number) & 3] as string;
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
