import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import {
  type CodeMethodName,
  type CodeTargetRecord,
  type FactorFacts,
  type FactorUse,
  factorsChanged,
  factorsOf,
  putTarget,
  useFactor,
} from './factors.ts';
import { type PrincipalChange, type PrincipalRecord, principalById, updatePrincipal } from './principals.ts';

/** Codes that may be tried for one sign-in, or for one code that was sent. */
export const TRIES_MAX = 5;

/** Open sign-ins of one principal: the oldest goes for one more. */
const LOGINS_PER_PRINCIPAL_MAX = 10;

/** What may be sent to one person within an hour. */
export const SENDINGS_PER_HOUR = 5;
const HOUR_MS = 60 * 60_000;

export interface NewLogin {
  readonly id: string;
  /** Keyed hash of the login token's secret. */
  readonly hash: string;
  readonly principalId: string;
  readonly credEpoch: number;
  readonly door: string;
  /** A password to be set when the sign-in is complete. */
  readonly newPhc: string | null;
  readonly expiresMs: number;
  readonly nowMs: number;
}

export interface LoginFacts {
  readonly id: string;
  readonly door: string;
  readonly expiresMs: number;
  readonly principal: PrincipalRecord;
  readonly factors: FactorFacts;
  /** Undefined when none was sent, or it has been void since. */
  readonly sentCode: SentCode | undefined;
}

export interface SentCode {
  readonly method: CodeMethodName;
  /** Sealed. */
  readonly target: Uint8Array;
  readonly hash: string;
  readonly expiresMs: number;
}

export interface NewSentCode extends SentCode {
  /** The login that it is for, or the principal that sets up where codes go. */
  readonly owner: string;
  readonly principalId: string;
  readonly nowMs: number;
}

export type LoginEnd =
  | { readonly principal: PrincipalRecord; readonly passwordChange: PrincipalChange | undefined }
  | 'gone'
  | 'used';

export const logins = {
  create: write((db, login: NewLogin): void => {
    db.run('DELETE FROM logins WHERE expires_ms <= ?', [login.nowMs]);
    db.run('DELETE FROM sent_codes WHERE expires_ms <= ?', [login.nowMs - HOUR_MS]);
    db.run(
      `INSERT INTO logins (id, hash, principal_id, cred_epoch, door, new_phc, created_ms, expires_ms)
       VALUES (:id, :hash, :principalId, :credEpoch, :door, :newPhc, :nowMs, :expiresMs)`,
      { ...login },
    );
    db.run(
      `DELETE FROM logins WHERE principal_id = :principalId AND id NOT IN (
         SELECT id FROM logins WHERE principal_id = :principalId ORDER BY created_ms DESC, id LIMIT :max)`,
      { principalId: login.principalId, max: LOGINS_PER_PRINCIPAL_MAX },
    );
  }),

  find: read((db, { hash, nowMs }: { hash: string; nowMs: number }): LoginFacts | undefined =>
    openLogin(db, hash, nowMs),
  ),

  /** Counts a try before it is looked at, so that many at one time are not more than allowed. */
  takeTry: write((db, { hash, nowMs }: { hash: string; nowMs: number }): LoginFacts | undefined => {
    const { changes } = db.run('UPDATE logins SET tries = tries + 1 WHERE hash = ? AND tries < ?', [
      hash,
      TRIES_MAX,
    ]);
    return changes === 0 ? undefined : openLogin(db, hash, nowMs);
  }),

  /**
   * Completes a sign-in: uses the code up, activates a secret that was pending, and sets the new password.
   * `gone` when the sign-in is over (by another request, say), `used` for a replay.
   */
  finish: write(
    (
      db,
      order: {
        id: string;
        nowMs: number;
        use: FactorUse;
        activationAudit: NewAuditEntry;
        passwordAudit: NewAuditEntry;
      },
    ): LoginEnd => {
      const login = db.get<{ principalId: string; newPhc: string | null; hash: string }>(
        'SELECT principal_id AS principalId, new_phc AS newPhc, hash FROM logins WHERE id = ?',
        [order.id],
      );
      const facts = login && openLogin(db, login.hash, order.nowMs);
      if (login === undefined || facts === undefined) return 'gone';
      const { principalId, newPhc } = login;
      if (!useFactor(db, principalId, order.use, { nowMs: order.nowMs, activates: true })) return 'used';
      forget(db, order.id);
      let { principal } = facts;
      if (order.use.by === 'totp' && facts.factors.totp?.status === 'pending') {
        principal = factorsChanged(db, { principalId, keepSessionId: null, audit: order.activationAudit });
      }
      if (newPhc === null) return { principal, passwordChange: undefined };
      const passwordChange = updatePrincipal(db, {
        id: principalId,
        phc: newPhc,
        audit: order.passwordAudit,
      });
      return { principal: passwordChange.principal, passwordChange };
    },
  ),

  /** Keeps a code that is about to be sent, instead of an earlier one. False when too many were sent. */
  putCode: write((db, code: NewSentCode): boolean => {
    const { principalId, nowMs } = code;
    if (!allowSending(db, principalId, nowMs)) return false;
    db.run(
      `INSERT INTO sent_codes (owner, principal_id, method, target, hash, expires_ms)
       VALUES (:owner, :principalId, :method, :target, :hash, :expiresMs)
       ON CONFLICT (owner) DO UPDATE SET method = excluded.method, target = excluded.target,
         hash = excluded.hash, tries = 0, expires_ms = excluded.expires_ms`,
      {
        owner: code.owner,
        principalId,
        method: code.method,
        target: code.target,
        hash: code.hash,
        expiresMs: code.expiresMs,
      },
    );
    return true;
  }),

  /** Counts a try of a code for a set-up; undefined when there is none or it was tried too often. */
  takeCodeTry: write((db, owner: string): SentCode | undefined => {
    const { changes } = db.run('UPDATE sent_codes SET tries = tries + 1 WHERE owner = ? AND tries < ?', [
      owner,
      TRIES_MAX,
    ]);
    return changes === 0 ? undefined : sentCode(db, owner);
  }),

  /** The code of a set-up came back: codes go there from now on. False when it was used meanwhile. */
  confirmTarget: write(
    (
      db,
      order: {
        principalId: string;
        hash: string;
        target: CodeTargetRecord;
        keepSessionId: string | null;
        audit: NewAuditEntry;
      },
    ): boolean => {
      const { principalId, hash, target, keepSessionId, audit } = order;
      const { changes } = db.run('DELETE FROM sent_codes WHERE owner = ? AND hash = ?', [principalId, hash]);
      if (changes === 0) return false;
      putTarget(db, principalId, target, audit.atMs);
      factorsChanged(db, { principalId, keepSessionId, audit });
      return true;
    },
  ),

  /** True when another message may be sent to this person, which is counted then. */
  allowSending: write((db, { principalId, nowMs }: { principalId: string; nowMs: number }): boolean =>
    allowSending(db, principalId, nowMs),
  ),

  /** True the first time that this device is seen with this principal; says so in the audit log then. */
  noteDevice: write(
    (
      db,
      { principalId, uid, audit }: { principalId: string; uid: string; audit: NewAuditEntry },
    ): boolean => {
      const { changes } = db.run('INSERT INTO known_devices VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
        principalId,
        uid,
        audit.atMs,
      ]);
      if (changes === 0) return false;
      db.run(
        `DELETE FROM known_devices WHERE principal_id = :principalId AND uid NOT IN (
           SELECT uid FROM known_devices WHERE principal_id = :principalId
           ORDER BY first_ms DESC LIMIT :max)`,
        { principalId, max: KNOWN_DEVICES_MAX },
      );
      appendAudit(db, audit);
      return true;
    },
  ),
};

/** Devices of one person; a device that was pushed out raises a notice again, which does no harm. */
const KNOWN_DEVICES_MAX = 100;

/** What is still good: not late, and its principal is as it was when the password was. */
function openLogin(db: Db, hash: string, nowMs: number): LoginFacts | undefined {
  const row = db.get<{ id: string; principalId: string; credEpoch: number; door: string; expiresMs: number }>(
    `SELECT id, principal_id AS principalId, cred_epoch AS credEpoch, door, expires_ms AS expiresMs
     FROM logins WHERE hash = ? AND expires_ms > ?`,
    [hash, nowMs],
  );
  const principal = row && principalById(db, row.principalId);
  if (row === undefined || principal?.state !== 'enabled' || principal.credEpoch !== row.credEpoch) {
    return undefined;
  }
  return {
    id: row.id,
    door: row.door,
    expiresMs: row.expiresMs,
    principal,
    factors: factorsOf(db, row.principalId),
    sentCode: sentCode(db, row.id),
  };
}

function sentCode(db: Db, owner: string): SentCode | undefined {
  return db.get<SentCode>(
    'SELECT method, target, hash, expires_ms AS expiresMs FROM sent_codes WHERE owner = ?',
    [owner],
  );
}

function forget(db: Db, loginId: string): void {
  db.run('DELETE FROM logins WHERE id = ?', [loginId]);
  db.run('DELETE FROM sent_codes WHERE owner = ?', [loginId]);
}

function allowSending(db: Db, principalId: string, nowMs: number): boolean {
  // A clock that was far ahead for a while must not keep a person without codes until it is there again.
  db.run('DELETE FROM sendings WHERE at_ms <= ? OR at_ms > ?', [nowMs - HOUR_MS, nowMs + HOUR_MS]);
  const sent = db.get<{ n: number }>('SELECT count(*) AS n FROM sendings WHERE principal_id = ?', [
    principalId,
  ]);
  if ((sent?.n ?? 0) >= SENDINGS_PER_HOUR) return false;
  db.run('INSERT INTO sendings VALUES (?, ?)', [principalId, nowMs]);
  return true;
}
