import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { type PrincipalRecord, principalById } from './principals.ts';
import { keepSession } from './sessions.ts';

export type CodeMethodName = 'email' | 'pushover' | 'script' | 'url';

export interface TotpRecord {
  readonly status: 'pending' | 'active';
  /** Sealed. */
  readonly secret: Uint8Array;
  readonly lastStep: number;
  /** Wrong codes in a row. */
  readonly failures: number;
}

export interface CodeTargetRecord {
  readonly method: CodeMethodName;
  /** Sealed. */
  readonly target: Uint8Array;
}

/** All that a principal has for a second step. */
export interface FactorFacts {
  readonly totp: TotpRecord | undefined;
  readonly target: CodeTargetRecord | undefined;
  /** That are left. */
  readonly recoveryCodes: number;
}

/** A code that was found good, and is used up by this. */
export type FactorUse =
  | { readonly by: 'totp'; readonly step: number }
  | { readonly by: 'recovery_code'; readonly hash: string }
  /** Sent codes go with what they were sent for. */
  | { readonly by: 'sent_code' };

/** A change of second factors: voids all that was granted before, but for one session and its family. */
export interface FactorChange {
  readonly principalId: string;
  readonly keepSessionId: string | null;
  readonly audit: NewAuditEntry;
}

export const factors = {
  of: read((db, principalId: string): FactorFacts => factorsOf(db, principalId)),

  /** Uses a code up, outside of a sign-in in two steps. False when it was used before. */
  use: write(
    (db, { principalId, use, nowMs }: { principalId: string; use: FactorUse; nowMs: number }): boolean =>
      useFactor(db, principalId, use, { nowMs, activates: false }),
  ),

  /** Counts a wrong code of an authenticator app. */
  totpFailed: write((db, principalId: string): void => {
    db.run('UPDATE totp SET failures = failures + 1 WHERE principal_id = ?', [principalId]);
  }),

  /** Puts a pending secret, in the place of another pending one. @throws BivouacError `factor.exists` */
  setUpTotp: write((db, order: { principalId: string; secret: Uint8Array; audit: NewAuditEntry }): void => {
    const { principalId, secret, audit } = order;
    const { changes } = db.run(
      `INSERT INTO totp (principal_id, secret, status, last_step, created_ms)
         VALUES (:principalId, :secret, 'pending', 0, :nowMs)
         ON CONFLICT (principal_id) DO UPDATE
           SET secret = excluded.secret, last_step = 0, failures = 0, created_ms = excluded.created_ms
           WHERE status = 'pending'`,
      { principalId, secret, nowMs: audit.atMs },
    );
    if (changes === 0) throw new BivouacError('factor.exists');
    appendAudit(db, audit);
  }),

  /** The first good code of a pending secret. False when there is none, or the code is a replay. */
  activateTotp: write((db, { step, ...change }: FactorChange & { step: number }): boolean => {
    const { principalId, audit } = change;
    if (factorsOf(db, principalId).totp?.status !== 'pending') return false;
    const use = { by: 'totp', step } as const;
    if (!useFactor(db, principalId, use, { nowMs: audit.atMs, activates: true })) return false;
    factorsChanged(db, change);
    return true;
  }),

  /** False when there was none. */
  removeTotp: write((db, change: FactorChange): boolean => {
    const { principalId } = change;
    const { changes } = db.run('DELETE FROM totp WHERE principal_id = ?', [principalId]);
    if (changes === 0) return false;
    dropUselessRecoveryCodes(db, principalId);
    factorsChanged(db, change);
    return true;
  }),

  /** Where codes are sent from now on; null removes it. */
  setTarget: write((db, { target, ...change }: FactorChange & { target: CodeTargetRecord | null }): void => {
    putTarget(db, change.principalId, target, change.audit.atMs);
    dropUselessRecoveryCodes(db, change.principalId);
    factorsChanged(db, change);
  }),

  /** Replaces all. False when there is no second factor that they would stand in for. */
  putRecoveryCodes: write(
    (
      db,
      {
        principalId,
        hashes,
        audit,
      }: { principalId: string; hashes: readonly string[]; audit: NewAuditEntry },
    ): boolean => {
      if (!hasFactor(db, principalId)) return false;
      db.run('DELETE FROM recovery_codes WHERE principal_id = ?', [principalId]);
      for (const hash of hashes) {
        db.run('INSERT INTO recovery_codes (principal_id, hash) VALUES (?, ?)', [principalId, hash]);
      }
      appendAudit(db, audit);
      return true;
    },
  ),

  /** Takes everything away. */
  reset: write((db, change: FactorChange): void => {
    forgetFactors(db, change.principalId);
    factorsChanged(db, change);
  }),
};

export function factorsOf(db: Db, principalId: string): FactorFacts {
  const totp = db.get<TotpRecord>(
    'SELECT status, secret, last_step AS lastStep, failures FROM totp WHERE principal_id = ?',
    [principalId],
  );
  const target = db.get<CodeTargetRecord>('SELECT method, target FROM otp_targets WHERE principal_id = ?', [
    principalId,
  ]);
  const left = db.get<{ n: number }>(
    'SELECT count(*) AS n FROM recovery_codes WHERE principal_id = ? AND used_ms IS NULL',
    [principalId],
  );
  return { totp, target, recoveryCodes: left?.n ?? 0 };
}

/** True when the code was unused. A secret that is pending becomes active by it, or it is no good. */
export function useFactor(
  db: Db,
  principalId: string,
  use: FactorUse,
  { nowMs, activates }: { readonly nowMs: number; readonly activates: boolean },
): boolean {
  switch (use.by) {
    case 'totp':
      return (
        db.run(
          `UPDATE totp SET last_step = :step, failures = 0, status = 'active'
           WHERE principal_id = :principalId AND last_step < :step AND (:activates OR status = 'active')`,
          { principalId, step: use.step, activates },
        ).changes > 0
      );
    case 'recovery_code':
      return (
        db.run(
          `UPDATE recovery_codes SET used_ms = ? WHERE principal_id = ? AND hash = ? AND used_ms IS NULL`,
          [nowMs, principalId, use.hash],
        ).changes > 0
      );
    case 'sent_code':
      return true;
  }
}

export function putTarget(db: Db, principalId: string, target: CodeTargetRecord | null, nowMs: number): void {
  if (target === null) {
    db.run('DELETE FROM otp_targets WHERE principal_id = ?', [principalId]);
    return;
  }
  db.run(
    `INSERT INTO otp_targets (principal_id, method, target, created_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (principal_id) DO UPDATE
       SET method = excluded.method, target = excluded.target, created_ms = excluded.created_ms`,
    [principalId, target.method, target.target, nowMs],
  );
}

/** Voids what was granted before the change, and says so. */
export function factorsChanged(db: Db, { principalId, keepSessionId, audit }: FactorChange): PrincipalRecord {
  const principal = principalById(db, principalId);
  if (principal === undefined || principal.state === 'deleted') throw new BivouacError('user.unknown');
  db.run('UPDATE principals SET cred_epoch = cred_epoch + 1 WHERE id = ?', [principalId]);
  if (keepSessionId !== null) keepSession(db, principalId, keepSessionId);
  appendAudit(db, audit);
  return { ...principal, credEpoch: principal.credEpoch + 1 };
}

export function forgetFactors(db: Db, principalId: string): void {
  for (const table of ['totp', 'otp_targets', 'recovery_codes', 'sent_codes', 'logins', 'passkeys']) {
    db.run(`DELETE FROM ${table} WHERE principal_id = ?`, [principalId]);
  }
}

function hasFactor(db: Db, principalId: string): boolean {
  return (
    db.get(
      `SELECT 1 FROM totp WHERE principal_id = :principalId AND status = 'active'
       UNION ALL SELECT 1 FROM otp_targets WHERE principal_id = :principalId`,
      { principalId },
    ) !== undefined
  );
}

/** Recovery codes stand in for a second factor: without one they would be one. */
function dropUselessRecoveryCodes(db: Db, principalId: string): void {
  if (!hasFactor(db, principalId)) db.run('DELETE FROM recovery_codes WHERE principal_id = ?', [principalId]);
}
