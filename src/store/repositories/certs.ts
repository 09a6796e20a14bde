import { BivouacError } from '../../core/errors.ts';
import type {
  CertificateFilter,
  CertificateRecord,
  CertificateSelector,
  NewCertificate,
  RevocationOrder,
  RevocationReason,
  RevokedEntry,
} from '../../pki/ports.ts';
import type { Db, SqlValue } from '../db.ts';
import { read, write } from '../operation.ts';
import { isUniqueViolation } from '../sqlite-error.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';

const COLUMNS = `serial, principal_id AS principalId, username, device_uid AS deviceUid, fingerprint,
  ca_id AS caId, issued_ms AS issuedAtMs, not_before_ms AS notBeforeMs, not_after_ms AS notAfterMs,
  request_sha256 AS requestSha256, pem, revoked_ms AS revokedAtMs, reason AS revocationReason`;

/** The register of client certificates: the store's side of `CertificateRegistry` (`pki/ports.ts`). */
export const certs = {
  add: write((db, c: NewCertificate): void => {
    try {
      db.run(
        `INSERT INTO certs (serial, principal_id, username, device_uid, fingerprint, ca_id, issued_ms,
           not_before_ms, not_after_ms, request_sha256, pem)
         SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM principals WHERE id = ? AND state = 'enabled'`,
        [
          c.serial,
          c.username,
          c.deviceUid,
          c.fingerprint,
          c.caId,
          c.issuedAtMs,
          c.notBeforeMs,
          c.notAfterMs,
          c.requestSha256,
          c.pem,
          c.principalId,
        ],
      );
    } catch (error) {
      if (isUniqueViolation(error)) {
        throw new BivouacError('cert.refused', 'A certificate of this serial exists already');
      }
      throw error;
    }
    // Deleted or disabled while the certificate was being signed: it must not come into the world now.
    if (certBySerial(db, c.serial) === undefined) {
      throw new BivouacError('user.unknown', 'The user is disabled or deleted');
    }
  }),

  bySerial: read((db, serial: string): CertificateRecord | undefined => certBySerial(db, serial)),

  byRequest: read(
    (
      db,
      query: { principalId: string; deviceUid: string | null; requestSha256: string },
    ): CertificateRecord | undefined =>
      db.get<CertificateRecord>(
        `SELECT ${COLUMNS} FROM certs
           WHERE principal_id = :principalId AND device_uid IS :deviceUid AND request_sha256 = :requestSha256
             AND revoked_ms IS NULL
           ORDER BY issued_ms DESC, rowid DESC LIMIT 1`,
        query,
      ),
  ),

  /** Newest first. */
  list: read((db, filter: CertificateFilter | undefined): CertificateRecord[] => {
    const terms: string[] = [];
    const params: SqlValue[] = [];
    if (filter?.principalId !== undefined) {
      terms.push('principal_id = ?');
      params.push(filter.principalId);
    }
    if (filter?.notAfterBeforeMs !== undefined) {
      terms.push('not_after_ms < ?');
      params.push(filter.notAfterBeforeMs);
    }
    if (filter?.isUnrevoked !== undefined) {
      terms.push(filter.isUnrevoked ? 'revoked_ms IS NULL' : 'revoked_ms IS NOT NULL');
    }
    const where = terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`;
    return db.all<CertificateRecord>(
      `SELECT ${COLUMNS} FROM certs ${where} ORDER BY issued_ms DESC, rowid DESC`,
      params,
    );
  }),

  revoke: write((db, order: RevocationOrder): CertificateRecord[] => revokeCerts(db, order)),

  /**
   * Revokes one certificate and says so in the audit log. An already revoked one is left as it is.
   * @throws BivouacError `cert.unknown`
   */
  revokeOne: write(
    (
      db,
      { serial, reason, audit }: { serial: string; reason: RevocationReason; audit: NewAuditEntry },
    ): { principalId: string; serials: string[] } => {
      const certificate = certBySerial(db, serial);
      if (certificate === undefined) throw new BivouacError('cert.unknown');
      const { principalId, username } = certificate;
      const revoked = revokeCerts(db, { target: { serial }, reason, atMs: audit.atMs });
      if (revoked.length > 0) appendAudit(db, { ...audit, targetId: principalId, target: username });
      return { principalId, serials: revoked.map((one) => one.serial) };
    },
  ),

  /** Oldest revocation first. */
  revokedForCrl: read((db, { caId }: { caId: string }): RevokedEntry[] =>
    db.all<RevokedEntry>(
      `SELECT serial, revoked_ms AS revokedAtMs, reason, not_after_ms AS notAfterMs FROM certs
         WHERE ca_id = ? AND revoked_ms IS NOT NULL ORDER BY revoked_ms, rowid`,
      [caId],
    ),
  ),
};

export function certBySerial(db: Db, serial: string): CertificateRecord | undefined {
  return db.get<CertificateRecord>(`SELECT ${COLUMNS} FROM certs WHERE serial = ?`, [serial]);
}

/** Marks those of the target that are not revoked yet, and returns exactly those. */
export function revokeCerts(db: Db, { target, reason, atMs }: RevocationOrder): CertificateRecord[] {
  return serialsOf(db, target).map((serial) => {
    db.run('UPDATE certs SET revoked_ms = ?, reason = ? WHERE serial = ?', [
      atMs,
      reason satisfies RevocationReason,
      serial,
    ]);
    return certBySerial(db, serial) as CertificateRecord;
  });
}

function serialsOf(db: Db, target: CertificateSelector): string[] {
  const rows =
    'serial' in target
      ? db.all<{ serial: string }>('SELECT serial FROM certs WHERE serial = ? AND revoked_ms IS NULL', [
          target.serial,
        ])
      : db.all<{ serial: string }>(
          `SELECT serial FROM certs WHERE principal_id = :principalId AND revoked_ms IS NULL
             AND (:deviceUid IS NULL OR device_uid = :deviceUid) ORDER BY issued_ms`,
          { principalId: target.principalId, deviceUid: target.deviceUid ?? null },
        );
  return rows.map(({ serial }) => serial);
}
