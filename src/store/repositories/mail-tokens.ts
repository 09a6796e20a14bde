import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import {
  addPrincipal,
  type PrincipalAddition,
  type PrincipalChange,
  type PrincipalRecord,
  principalByEmail,
  principalById,
  principals,
  updatePrincipal,
} from './principals.ts';

export type MailPurpose = 'confirm' | 'reset';

export interface NewMailToken {
  readonly principalId: string;
  readonly purpose: MailPurpose;
  /** Keyed hash of what is in the link. */
  readonly hash: string;
  readonly expiresMs: number;
}

/** Self-made accounts that nobody has confirmed are kept for so long, milliseconds: names are not to be squatted. */
const UNCONFIRMED_KEEP_MS = 7 * 24 * 60 * 60_000;

export const mailTokens = {
  byEmail: read((db, email: string): PrincipalRecord | undefined => principalByEmail(db, email)),

  /** Makes an unconfirmed account. @throws BivouacError `user.exists` */
  register: write((db, addition: PrincipalAddition): PrincipalRecord => {
    removeSquatters(db, addition.audit);
    addPrincipal(db, addition);
    db.run('UPDATE principals SET is_confirmed = 0 WHERE id = ?', [addition.id]);
    return principalById(db, addition.id) as PrincipalRecord;
  }),

  /** Keeps a token instead of an earlier one of this purpose. */
  put: write((db, { principalId, purpose, hash, expiresMs }: NewMailToken): void => {
    db.run(
      `INSERT INTO mail_tokens (principal_id, purpose, hash, email, cred_epoch, expires_ms)
       SELECT id, :purpose, :hash, email, cred_epoch, :expiresMs FROM principals
       WHERE id = :principalId AND state = 'enabled' AND email IS NOT NULL
       ON CONFLICT (principal_id, purpose) DO UPDATE SET hash = excluded.hash, email = excluded.email,
         cred_epoch = excluded.cred_epoch, expires_ms = excluded.expires_ms`,
      { principalId, purpose, hash, expiresMs },
    );
  }),

  /** Whose token this is, while it is good. */
  find: read(
    (db, query: { purpose: MailPurpose; hash: string; nowMs: number }): PrincipalRecord | undefined =>
      goodToken(db, query),
  ),

  /** @throws BivouacError `mail.token_invalid` */
  confirm: write((db, { hash, audit }: { hash: string; audit: NewAuditEntry }): PrincipalRecord => {
    const principal = takeToken(db, { purpose: 'confirm', hash, nowMs: audit.atMs });
    db.run('UPDATE principals SET is_confirmed = 1 WHERE id = ?', [principal.id]);
    appendAudit(db, { ...audit, actorId: principal.id, actor: principal.name });
    return principal;
  }),

  /** A new password, and the proof that the address is the user's. @throws BivouacError `mail.token_invalid` */
  reset: write(
    (db, { hash, phc, audit }: { hash: string; phc: string; audit: NewAuditEntry }): PrincipalChange => {
      const { id, name } = takeToken(db, { purpose: 'reset', hash, nowMs: audit.atMs });
      db.run('UPDATE principals SET is_confirmed = 1 WHERE id = ?', [id]);
      return updatePrincipal(db, {
        id,
        phc,
        audit: { ...audit, actorId: id, actor: name, targetId: id, target: name },
      });
    },
  ),
};

function removeSquatters(db: Db, { atMs, remote }: NewAuditEntry): void {
  const squatters = db.all<{ id: string; name: string }>(
    `SELECT id, name FROM principals WHERE is_confirmed = 0 AND state <> 'deleted' AND created_ms < ?`,
    [atMs - UNCONFIRMED_KEEP_MS],
  );
  for (const { id, name } of squatters) {
    const audit = { atMs, remote, actorId: null, actor: 'retention', result: 'ok' } as const;
    principals.remove.run(db, {
      id,
      audit: { ...audit, action: 'user.delete', targetId: id, target: name, detail: { why: 'unconfirmed' } },
    });
  }
}

function goodToken(
  db: Db,
  { purpose, hash, nowMs }: { purpose: MailPurpose; hash: string; nowMs: number },
): PrincipalRecord | undefined {
  const row = db.get<{ id: string }>(
    `SELECT p.id FROM mail_tokens t JOIN principals p
       ON p.id = t.principal_id AND p.cred_epoch = t.cred_epoch AND p.email = t.email AND p.state = 'enabled'
     WHERE t.hash = ? AND t.purpose = ? AND t.expires_ms > ?`,
    [hash, purpose, nowMs],
  );
  return row && principalById(db, row.id);
}

function takeToken(db: Db, query: { purpose: MailPurpose; hash: string; nowMs: number }): PrincipalRecord {
  const principal = goodToken(db, query);
  if (principal === undefined) throw new BivouacError('mail.token_invalid');
  db.run('DELETE FROM mail_tokens WHERE hash = ?', [query.hash]);
  return principal;
}
