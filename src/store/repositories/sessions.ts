import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { type PrincipalRecord, principalById } from './principals.ts';

/**
 * Live sessions of one principal: a person has a few browsers, phones and scripts. One more ends the one that
 * was unused for longest, so that nobody locks himself out by signing in.
 */
export const SESSIONS_PER_PRINCIPAL_MAX = 50;

/** Live access tokens of one family: a client has one or two; a loop of refreshing must not fill the table. */
const ACCESS_PER_FAMILY_MAX = 5;

/** Spent refresh tokens of one family that are remembered, to recognise a thief by one. */
const SPENT_PER_FAMILY_MAX = 100;

/** Rows that were over for so long are deleted, milliseconds: a clock that is set back a little revives none. */
const KEEP_AFTER_END_MS = 24 * 60 * 60_000;

export type SessionKind = 'cookie' | 'refresh' | 'ots' | 'rport' | 'taxii' | 'takeout' | 'media';

/** Times in milliseconds since the epoch. */
export interface NewSession {
  readonly id: string;
  readonly kind: SessionKind;
  /** Keyed hash of the secret, lower-case hex. */
  readonly hash: string;
  /** Id of the first of the family; its own for one alone. */
  readonly family: string;
  readonly expiresMs: number;
  readonly idleExpiresMs: number;
  readonly idleMs: number | null;
}

/** What all sessions of one sign-in have in common. */
export interface SessionOrigin {
  readonly principalId: string;
  readonly credEpoch: number;
  readonly methods: readonly string[];
  readonly authenticatedMs: number;
  readonly remote: string;
  readonly userAgent: string;
}

export interface SessionRecord extends NewSession, SessionOrigin {
  readonly number: number;
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

/** A session and what decides whether it is good. */
export interface SessionFacts {
  readonly session: SessionRecord;
  readonly principal: PrincipalRecord;
  readonly isSpent: boolean;
  /** False when the refresh token of its family is over; true for sessions without one. */
  readonly isFamilyAlive: boolean;
}

export interface SessionRef {
  readonly id: string;
  readonly principalId: string;
}

export interface RefreshOrder {
  readonly hash: string;
  /** Takes the place of the spent token; same hard end as that one. */
  readonly successor: Omit<NewSession, 'family' | 'expiresMs'>;
  readonly access: Omit<NewSession, 'family'>;
  readonly nowMs: number;
  readonly graceMs: number;
  /** A token made later than so long after now is of a clock that was ahead. */
  readonly clockToleranceMs: number;
  readonly remote: string;
  readonly userAgent: string;
  /** For the case that a spent token comes back. */
  readonly reuseAudit: NewAuditEntry;
}

export type RefreshOutcome =
  | {
      readonly principal: PrincipalRecord;
      readonly access: SessionRecord;
      readonly refresh: SessionRecord;
      readonly refused?: never;
    }
  | {
      readonly refused: 'unknown' | 'expired' | 'revoked' | 'reused';
      /** Sessions that ended with it. */
      readonly ended: readonly SessionRef[];
    };

export const sessions = {
  /**
   * Opens all or none. Undefined when the principal is not what it was at the sign-in any more. What had to
   * make room is in `ended`.
   */
  open: write(
    (
      db,
      { origin, rows, nowMs }: { origin: SessionOrigin; rows: readonly NewSession[]; nowMs: number },
    ): { opened: SessionRecord[]; ended: SessionRef[] } | undefined => {
      const principal = principalById(db, origin.principalId);
      if (principal?.state !== 'enabled' || principal.credEpoch !== origin.credEpoch) return undefined;
      forgetEnded(db, nowMs);
      db.run('DELETE FROM sessions WHERE principal_id = ? AND cred_epoch <> ?', [
        principal.id,
        principal.credEpoch,
      ]);
      for (const row of rows) insert(db, row, origin, nowMs);
      const ended = makeRoom(db, origin.principalId, nowMs);
      return { opened: rows.map(({ id }) => recordOf(rowById(db, id) as Row)), ended };
    },
  ),

  find: read((db, { hash, nowMs }: { hash: string; nowMs: number }): SessionFacts | undefined => {
    const row = db.get<Row>(`${SELECT} WHERE hash = ?`, [hash]);
    return row && factsOf(db, row, nowMs);
  }),

  byId: read((db, { id, nowMs }: { id: string; nowMs: number }): SessionFacts | undefined => {
    const row = rowById(db, id);
    return row && factsOf(db, row, nowMs);
  }),

  /** Notes a use. */
  touch: write(
    (
      db,
      { id, lastSeenMs, idleExpiresMs }: { id: string; lastSeenMs: number; idleExpiresMs: number },
    ): void => {
      db.run(
        `UPDATE sessions SET last_seen_ms = max(last_seen_ms, :lastSeenMs),
           idle_expires_ms = max(idle_expires_ms, :idleExpiresMs) WHERE id = :id`,
        { id, lastSeenMs, idleExpiresMs },
      );
    },
  ),

  /** The person has shown credentials again. */
  confirm: write((db, { id, atMs }: { id: string; atMs: number }): void => {
    db.run('UPDATE sessions SET authenticated_ms = ? WHERE id = ?', [atMs, id]);
  }),

  refresh: write((db, order: RefreshOrder): RefreshOutcome => exchange(db, order)),

  /** Live ones, newest first; those that live in a refresh token's family are counted by that token. */
  list: read((db, { principalId, nowMs }: { principalId: string; nowMs: number }): SessionRecord[] =>
    db
      .all<Row>(
        `${SELECT} WHERE principal_id = :principalId AND ${IS_HEAD} AND ${IS_LIVE}
           AND cred_epoch = (SELECT cred_epoch FROM principals WHERE id = :principalId)
         ORDER BY number DESC`,
        { principalId, nowMs },
      )
      .map(recordOf),
  ),

  /** Ends one with its family; returns who ended. Nothing when it is not this principal's. */
  end: write(
    (
      db,
      { id, principalId, audit }: { id: string; principalId: string; audit: NewAuditEntry },
    ): SessionRef[] => {
      const row = rowById(db, id);
      if (row === undefined || row.principalId !== principalId) return [];
      const ended = endFamily(db, row.family);
      appendAudit(db, audit);
      return ended;
    },
  ),

  /** Ends all of a principal but the family of `exceptId`; returns who ended. */
  endAll: write(
    (
      db,
      {
        principalId,
        exceptId,
        audit,
      }: { principalId: string; exceptId: string | null; audit: NewAuditEntry },
    ): SessionRef[] => {
      const ended = db.all<SessionRef>(
        `DELETE FROM sessions WHERE principal_id = :principalId
           AND (:exceptId IS NULL OR family IS NOT (SELECT family FROM sessions WHERE id = :exceptId))
         RETURNING id, principal_id AS principalId`,
        { principalId, exceptId },
      );
      appendAudit(db, { ...audit, detail: { ...audit.detail, sessions: ended.length } });
      return ended;
    },
  ),
};

interface Row extends Omit<SessionRecord, 'methods'> {
  /** JSON. */
  readonly methods: string;
  readonly spentMs: number | null;
  readonly spentRemote: string | null;
  readonly spentUserAgent: string | null;
}

const SELECT = `SELECT number, id, principal_id AS principalId, kind, hash, cred_epoch AS credEpoch, family,
  methods, created_ms AS createdMs, authenticated_ms AS authenticatedMs, last_seen_ms AS lastSeenMs,
  expires_ms AS expiresMs, idle_expires_ms AS idleExpiresMs, idle_ms AS idleMs, remote,
  user_agent AS userAgent, spent_ms AS spentMs, spent_remote AS spentRemote,
  spent_user_agent AS spentUserAgent FROM sessions`;

const IS_LIVE = 'spent_ms IS NULL AND :nowMs < expires_ms AND :nowMs < idle_expires_ms';

/** Tokens of a family hang on its refresh token. */
const IS_HEAD = "kind NOT IN ('takeout', 'media')";

function rowById(db: Db, id: string): Row | undefined {
  return db.get<Row>(`${SELECT} WHERE id = ?`, [id]);
}

function recordOf({ spentMs, spentRemote, spentUserAgent, ...row }: Row): SessionRecord {
  return { ...row, methods: JSON.parse(row.methods) as string[] };
}

function factsOf(db: Db, row: Row, nowMs: number): SessionFacts {
  const { family, kind } = row;
  const hangsOnRefresh = kind === 'takeout' || kind === 'media';
  return {
    session: recordOf(row),
    // A session's principal is never deleted from the table.
    principal: principalById(db, row.principalId) as PrincipalRecord,
    isSpent: row.spentMs !== null,
    isFamilyAlive:
      !hangsOnRefresh ||
      db.get(`SELECT 1 FROM sessions WHERE family = :family AND kind = 'refresh' AND ${IS_LIVE}`, {
        family,
        nowMs,
      }) !== undefined,
  };
}

function insert(db: Db, row: NewSession, origin: SessionOrigin, nowMs: number): void {
  db.run(
    `INSERT INTO sessions (id, principal_id, kind, hash, cred_epoch, family, methods, created_ms,
       authenticated_ms, last_seen_ms, expires_ms, idle_expires_ms, idle_ms, remote, user_agent)
     VALUES (:id, :principalId, :kind, :hash, :credEpoch, :family, :methods, :nowMs,
       :authenticatedMs, :nowMs, :expiresMs, :idleExpiresMs, :idleMs, :remote, :userAgent)`,
    { ...origin, ...row, methods: JSON.stringify(origin.methods), nowMs },
  );
}

function exchange(db: Db, order: RefreshOrder): RefreshOutcome {
  const { nowMs, remote, userAgent } = order;
  const row = db.get<Row>(`${SELECT} WHERE hash = ? AND kind = 'refresh'`, [order.hash]);
  if (row === undefined) return { refused: 'unknown', ended: [] };
  const principal = principalById(db, row.principalId);
  if (principal?.state !== 'enabled' || principal.credEpoch !== row.credEpoch) {
    return { refused: 'revoked', ended: endFamily(db, row.family) };
  }
  const isFromTheFuture = row.createdMs > nowMs + order.clockToleranceMs;
  if (nowMs >= row.expiresMs || nowMs >= row.idleExpiresMs || isFromTheFuture) {
    return { refused: 'expired', ended: [] };
  }

  const { credEpoch, authenticatedMs } = row;
  const { methods } = recordOf(row);
  const origin = { principalId: principal.id, credEpoch, methods, authenticatedMs, remote, userAgent };
  const isFirst = row.spentMs === null;
  if (isFirst) {
    db.run('UPDATE sessions SET spent_ms = ?, spent_remote = ?, spent_user_agent = ? WHERE id = ?', [
      nowMs,
      remote,
      userAgent,
      row.id,
    ]);
    insert(db, { ...order.successor, family: row.family, expiresMs: row.expiresMs }, origin, nowMs);
    forgetSpent(db, row.family);
    forgetEnded(db, nowMs);
  }
  const successor = db.get<Row>(`${SELECT} WHERE hash = ?`, [order.successor.hash]);
  const isRepeat =
    row.spentMs !== null &&
    Math.abs(nowMs - row.spentMs) <= order.graceMs &&
    row.spentRemote === remote &&
    row.spentUserAgent === userAgent &&
    // Once the successor was exchanged too, the reply did arrive.
    successor?.spentMs === null;
  if (successor === undefined || (!isFirst && !isRepeat)) {
    appendAudit(db, { ...order.reuseAudit, targetId: principal.id, target: principal.name });
    return { refused: 'reused', ended: endFamily(db, row.family) };
  }
  insert(db, { ...order.access, family: row.family }, origin, nowMs);
  forgetAccess(db, row.family);
  return {
    principal,
    access: recordOf(rowById(db, order.access.id) as Row),
    refresh: recordOf(successor),
  };
}

export function endFamily(db: Db, family: string): SessionRef[] {
  return db.all<SessionRef>(
    'DELETE FROM sessions WHERE family = ? RETURNING id, principal_id AS principalId',
    [family],
  );
}

/** Those beyond the limit, the longest unused first, with their families. */
function makeRoom(db: Db, principalId: string, nowMs: number): SessionRef[] {
  const beyond = db.all<{ family: string }>(
    `SELECT family FROM sessions WHERE principal_id = :principalId AND ${IS_HEAD} AND ${IS_LIVE}
     ORDER BY last_seen_ms DESC, number DESC LIMIT -1 OFFSET :max`,
    { principalId, nowMs, max: SESSIONS_PER_PRINCIPAL_MAX },
  );
  return beyond.flatMap(({ family }) => endFamily(db, family));
}

function forgetAccess(db: Db, family: string): void {
  db.run(
    `DELETE FROM sessions WHERE family = :family AND kind = 'takeout' AND number <= (
       SELECT number FROM sessions WHERE family = :family AND kind = 'takeout'
       ORDER BY number DESC LIMIT 1 OFFSET :max)`,
    { family, max: ACCESS_PER_FAMILY_MAX },
  );
}

function forgetSpent(db: Db, family: string): void {
  db.run(
    `DELETE FROM sessions WHERE family = :family AND spent_ms IS NOT NULL AND number <= (
       SELECT number FROM sessions WHERE family = :family AND spent_ms IS NOT NULL
       ORDER BY number DESC LIMIT 1 OFFSET :max)`,
    { family, max: SPENT_PER_FAMILY_MAX },
  );
}

function forgetEnded(db: Db, nowMs: number): void {
  db.run('DELETE FROM sessions WHERE expires_ms < :longAgoMs OR idle_expires_ms < :longAgoMs', {
    longAgoMs: nowMs - KEEP_AFTER_END_MS,
  });
}

/** Carries one session's family over to the principal's new epoch: it made the change that voids all others. */
export function keepSession(db: Db, principalId: string, sessionId: string): void {
  db.run(
    `UPDATE sessions SET cred_epoch = (SELECT cred_epoch FROM principals WHERE id = :principalId)
     WHERE principal_id = :principalId AND family = (SELECT family FROM sessions WHERE id = :sessionId)`,
    { principalId, sessionId },
  );
}
