import { BivouacError } from '../../core/errors.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { principalById } from './principals.ts';

/**
 * After its use a token still opens `profile/enrollment`, and gives the same certificate for the same
 * request again, for so long, milliseconds: a phone asks for its profile right after its certificate.
 */
export const ENROLMENT_AFTER_USE_MS = 5 * 60_000;

/** Live tokens per principal: one for each device on the table, and a bound for the table's size. */
export const ENROLMENTS_PER_PRINCIPAL_MAX = 50;

export interface NewEnrolment {
  readonly id: string;
  readonly principalId: string;
  readonly tokenSha256: string;
  readonly expiresMs: number;
  readonly audit: NewAuditEntry;
}

export interface EnrolmentUse {
  readonly id: string;
  readonly clientUid: string;
  readonly csrSha256: string;
  readonly audit: NewAuditEntry;
}

/** A token that is good for something at `nowMs`. */
export interface LiveEnrolment {
  readonly id: string;
  /** Null while it is unused. */
  readonly usedClientUid: string | null;
}

/** A token that nobody has used yet, as its owner may see it. */
export interface UnusedEnrolment {
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** Of one principal, and good still. */
const UNUSED = `principal_id = :principalId AND used_ms IS NULL AND :nowMs < expires_ms AND cred_epoch =
  (SELECT cred_epoch FROM principals p WHERE p.id = principal_id AND p.state = 'enabled')`;

export const enrolments = {
  /** @throws BivouacError `user.unknown` (deleted or disabled), `enrolment.too_many` */
  create: write((db, { id, principalId, tokenSha256, expiresMs, audit }: NewEnrolment): void => {
    const principal = principalById(db, principalId);
    if (principal?.state !== 'enabled') {
      throw new BivouacError('user.unknown', 'The user is disabled or deleted');
    }
    db.run('DELETE FROM enrolments WHERE max(expires_ms, coalesce(used_ms, 0) + ?) < ?', [
      ENROLMENT_AFTER_USE_MS,
      audit.atMs,
    ]);
    const live = db.get<{ n: number }>(
      'SELECT count(*) AS n FROM enrolments WHERE principal_id = ? AND used_ms IS NULL',
      [principalId],
    );
    if ((live?.n ?? 0) >= ENROLMENTS_PER_PRINCIPAL_MAX) throw new BivouacError('enrolment.too_many');
    db.run(
      `INSERT INTO enrolments (id, principal_id, token_sha256, cred_epoch, created_ms, expires_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [id, principalId, tokenSha256, principal.credEpoch, audit.atMs, expiresMs],
    );
    appendAudit(db, audit);
  }),

  /** The principal's token with one of these hashes, while it is good: unused, or used a moment ago. */
  find: read(
    (
      db,
      query: { principalId: string; tokenSha256s: readonly string[]; nowMs: number },
    ): LiveEnrolment | undefined => {
      for (const tokenSha256 of query.tokenSha256s) {
        const found = db.get<LiveEnrolment>(
          `SELECT e.id, e.used_client_uid AS usedClientUid
           FROM enrolments e JOIN principals p ON p.id = e.principal_id
           WHERE e.principal_id = :principalId AND e.token_sha256 = :tokenSha256
             AND e.cred_epoch = p.cred_epoch AND p.state = 'enabled'
             AND ((e.used_ms IS NULL AND :nowMs < e.expires_ms)
               OR :nowMs < e.used_ms + :afterUseMs)`,
          {
            principalId: query.principalId,
            tokenSha256,
            nowMs: query.nowMs,
            afterUseMs: ENROLMENT_AFTER_USE_MS,
          },
        );
        if (found !== undefined) return found;
      }
      return undefined;
    },
  ),

  /** The newest that nobody has used. */
  newest: read((db, query: { principalId: string; nowMs: number }): UnusedEnrolment | undefined =>
    db.get<UnusedEnrolment>(
      `SELECT created_ms AS createdMs, expires_ms AS expiresMs FROM enrolments
         WHERE ${UNUSED} ORDER BY created_ms DESC, rowid DESC LIMIT 1`,
      query,
    ),
  ),

  /** Ends all that nobody has used: how many. Says nothing to the audit log where there were none. */
  endUnused: write((db, { principalId, audit }: { principalId: string; audit: NewAuditEntry }): number => {
    const ended = db.run(`DELETE FROM enrolments WHERE ${UNUSED}`, { principalId, nowMs: audit.atMs });
    if (ended.changes === 0) return 0;
    appendAudit(db, { ...audit, detail: { ...audit.detail, ended: ended.changes } });
    return ended.changes;
  }),

  /**
   * Uses the token up for this device and request. True as well when it was used by the very same device
   * and request a moment ago; the second time says nothing new to the audit log.
   */
  burn: write((db, { id, clientUid, csrSha256, audit }: EnrolmentUse): boolean => {
    const burnt = db.run(
      `UPDATE enrolments SET used_ms = :nowMs, used_client_uid = :clientUid, used_csr_sha256 = :csrSha256
       WHERE id = :id AND used_ms IS NULL AND :nowMs < expires_ms AND cred_epoch =
         (SELECT cred_epoch FROM principals p WHERE p.id = principal_id AND p.state = 'enabled')`,
      { id, clientUid, csrSha256, nowMs: audit.atMs },
    );
    const row = db.get<{ principal_id: string; name: string; isSameUse: number }>(
      `SELECT e.principal_id, p.name,
         e.used_client_uid IS :clientUid AND e.used_csr_sha256 IS :csrSha256
           AND :nowMs < e.used_ms + :afterUseMs AND e.cred_epoch = p.cred_epoch AND p.state = 'enabled'
           AS isSameUse
       FROM enrolments e JOIN principals p ON p.id = e.principal_id WHERE e.id = :id`,
      { id, clientUid, csrSha256, nowMs: audit.atMs, afterUseMs: ENROLMENT_AFTER_USE_MS },
    );
    const isGood = row?.isSameUse === 1;
    if (burnt.changes > 0 || !isGood) {
      appendAudit(db, {
        ...audit,
        actorId: row?.principal_id ?? null,
        actor: row?.name ?? audit.actor,
        result: isGood ? 'ok' : 'refused',
      });
    }
    return isGood;
  }),
};
