import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { isUniqueViolation } from '../sqlite-error.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { isClaimed } from './claim.ts';
import { type FactorChange, factorsChanged } from './factors.ts';
import { type PrincipalRecord, principalById } from './principals.ts';

/** Passkeys of one person: a phone, a computer, a key on the ring, and some that are lost. */
export const PASSKEYS_PER_PRINCIPAL_MAX = 20;

export interface NewPasskey {
  /** Credential id, base64url. */
  readonly id: string;
  readonly principalId: string;
  readonly name: string;
  readonly rpId: string;
  /** COSE. */
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
}

export interface PasskeyRecord extends NewPasskey {
  readonly createdMs: number;
  readonly lastUsedMs: number | null;
}

export interface PasskeyFacts {
  readonly passkey: PasskeyRecord;
  readonly principal: PrincipalRecord;
  readonly isBoxClaimed: boolean;
}

export const passkeys = {
  /** @throws BivouacError `user.unknown`, `passkey.too_many`, `passkey.refused` (known already) */
  add: write((db, { passkey, audit }: { passkey: NewPasskey; audit: NewAuditEntry }): PasskeyRecord => {
    const { id, principalId, transports } = passkey;
    if (principalById(db, principalId)?.state !== 'enabled') throw new BivouacError('user.unknown');
    const count = db.get<{ n: number }>('SELECT count(*) AS n FROM passkeys WHERE principal_id = ?', [
      principalId,
    ]);
    if ((count?.n ?? 0) >= PASSKEYS_PER_PRINCIPAL_MAX) throw new BivouacError('passkey.too_many');
    try {
      db.run(
        `INSERT INTO passkeys (id, principal_id, name, rp_id, public_key, counter, transports, created_ms)
         VALUES (:id, :principalId, :name, :rpId, :publicKey, :counter, :transports, :nowMs)`,
        { ...passkey, transports: JSON.stringify(transports), nowMs: audit.atMs },
      );
    } catch (error) {
      throw isUniqueViolation(error) ? new BivouacError('passkey.refused') : error;
    }
    appendAudit(db, audit);
    return byId(db, id) as PasskeyRecord;
  }),

  find: read((db, id: string): PasskeyFacts | undefined => {
    const passkey = byId(db, id);
    const principal = passkey && principalById(db, passkey.principalId);
    return passkey && principal && { passkey, principal, isBoxClaimed: isClaimed(db) };
  }),

  /** Notes a use. False when its counter did not go up: a copy of the key is about (or this was sent twice). */
  used: write((db, { id, counter, nowMs }: { id: string; counter: number; nowMs: number }): boolean => {
    const { changes } = db.run(
      `UPDATE passkeys SET counter = :counter, last_used_ms = :nowMs
       WHERE id = :id AND (counter < :counter OR (counter = 0 AND :counter = 0))`,
      { id, counter, nowMs },
    );
    return changes > 0;
  }),

  /** Newest first. */
  list: read((db, principalId: string): PasskeyRecord[] =>
    db.all<Row>(`${SELECT} WHERE principal_id = ? ORDER BY created_ms DESC, id`, [principalId]).map(recordOf),
  ),

  /** False when it is not this principal's. */
  remove: write((db, { id, ...change }: FactorChange & { id: string }): boolean => {
    const { changes } = db.run('DELETE FROM passkeys WHERE id = ? AND principal_id = ?', [
      id,
      change.principalId,
    ]);
    if (changes === 0) return false;
    factorsChanged(db, change);
    return true;
  }),
};

interface Row extends Omit<PasskeyRecord, 'transports'> {
  /** JSON. */
  readonly transports: string;
}

const SELECT = `SELECT id, principal_id AS principalId, name, rp_id AS rpId, public_key AS publicKey, counter,
  transports, created_ms AS createdMs, last_used_ms AS lastUsedMs FROM passkeys`;

function byId(db: Db, id: string): PasskeyRecord | undefined {
  const row = db.get<Row>(`${SELECT} WHERE id = ?`, [id]);
  return row && recordOf(row);
}

function recordOf(row: Row): PasskeyRecord {
  return { ...row, transports: JSON.parse(row.transports) as string[] };
}
