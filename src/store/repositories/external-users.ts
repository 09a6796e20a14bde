import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { type CodeTargetRecord, type FactorFacts, factorsChanged, factorsOf, putTarget } from './factors.ts';
import { ensureGroup, type GroupName } from './groups.ts';
import {
  addPrincipal,
  type PrincipalAddition,
  type PrincipalChange,
  type PrincipalRecord,
  type PrincipalUpdate,
  principalById,
  principalByNameKey,
  removePrincipal,
  updatePrincipal,
} from './principals.ts';
import { setUserSource, type UserSource, userSource } from './user-source.ts';

/** What this kit knows of somebody who is kept elsewhere. */
export interface MirroredUser {
  readonly source: UserSource;
  readonly principal: PrincipalRecord;
  readonly phc: string | undefined;
  readonly factors: FactorFacts;
}

/** Second factors as the other store has them; absent members stay as they are. */
export interface MirroredFactors {
  /** Sealed; null for none. */
  readonly totpSecret?: Uint8Array | null;
  readonly target?: CodeTargetRecord | null;
}

export interface MirrorOrder {
  readonly added: readonly (PrincipalAddition & MirroredFactors & { readonly isPasswordExpired: boolean })[];
  readonly changed: readonly (PrincipalUpdate & MirroredFactors)[];
  readonly vanished: readonly { readonly id: string; readonly audit: NewAuditEntry }[];
}

export interface MirrorReport {
  readonly changes: readonly (PrincipalChange & { readonly hasOtherFactors: boolean })[];
  readonly retired: readonly Retired[];
  /** Names that somebody else here has already (a program, say). */
  readonly taken: readonly string[];
}

export interface Retired {
  readonly id: string;
  readonly serials: readonly string[];
}

/** People who are kept elsewhere, each with a principal of ours behind the name. */
export const externalUsers = {
  /**
   * From now on people are kept in `source`. Those of another outside store are retired for good; our own rest
   * while it is an outside one, and are back when it is not.
   */
  choose: write((db, { source, audit }: { source: UserSource; audit: NewAuditEntry }): readonly Retired[] => {
    if (userSource(db) === source) return [];
    const strangers = db.all<{ id: string; name: string }>(
      `SELECT id, name FROM principals WHERE state <> 'deleted' AND source NOT IN ('built_in', ?)`,
      [source],
    );
    const retired = strangers.map(({ id, name }) => {
      const entry = { ...audit, action: 'user.retire', targetId: id, target: name };
      return { id, serials: removePrincipal(db, { id, audit: entry }) };
    });
    setUserSource(db, source, audit.atMs);
    if (source === 'built_in') wake(db);
    else putToRest(db);
    appendAudit(db, audit);
    return retired;
  }),

  list: read((db, source: UserSource): MirroredUser[] =>
    db
      .all<{ id: string }>(
        `SELECT id FROM principals WHERE source = ? AND state <> 'deleted' ORDER BY name_key`,
        [source],
      )
      .flatMap(({ id }) => mirrored(db, id) ?? []),
  ),

  byId: read((db, id: string): MirroredUser | undefined => mirrored(db, id)),

  byNameKey: read(
    (db, { source, nameKey }: { source: UserSource; nameKey: string }): MirroredUser | undefined => {
      const row = db.get<{ id: string }>(
        `SELECT id FROM principals WHERE source = ? AND name_key = ? AND state <> 'deleted'`,
        [source, nameKey],
      );
      return row && mirrored(db, row.id);
    },
  ),

  /** Whose sign-in it is that waits for a second step, and whether it ends with another password. */
  ofLogin: read((db, loginId: string): { user: MirroredUser; hasNewPassword: boolean } | undefined => {
    const row = db.get<{ id: string; hasNewPassword: number }>(
      'SELECT principal_id AS id, new_phc IS NOT NULL AS hasNewPassword FROM logins WHERE id = ?',
      [loginId],
    );
    const user = row && mirrored(db, row.id);
    return row && user && { user, hasNewPassword: row.hasNewPassword === 1 };
  }),

  /** Follows the other store. Nothing is refused: what is so there is so. */
  follow: write((db, { added, changed, vanished }: MirrorOrder): MirrorReport => {
    const retired = vanished.map((one) => ({ id: one.id, serials: removePrincipal(db, one) }));
    const taken: string[] = [];
    for (const one of added) {
      if (principalByNameKey(db, one.nameKey) !== undefined) {
        taken.push(one.name);
        continue;
      }
      addPrincipal(db, one);
      if (one.isPasswordExpired) {
        db.run('UPDATE passwords SET is_expired = 1 WHERE principal_id = ?', [one.id]);
      }
      putFactors(db, one.id, one, one.audit.atMs);
    }
    const changes = changed.map((one) => {
      const change = updatePrincipal(db, one, { mayOrphan: true });
      const hasOtherFactors = putFactors(db, one.id, one, one.audit.atMs);
      if (!hasOtherFactors) return { ...change, hasOtherFactors };
      const audit = { ...one.audit, action: 'factor.follow' };
      const principal = factorsChanged(db, { principalId: one.id, keepSessionId: null, audit });
      return { ...change, principal, hasOtherFactors };
    });
    return { changes, retired, taken };
  }),

  /** What members of channels may do, as the other store says; a channel that it does not know may nothing. */
  followGroups: write(
    (
      db,
      groups: readonly {
        readonly name: GroupName;
        readonly flags: readonly string[];
        readonly atMs: number;
      }[],
    ): void => {
      db.run('DELETE FROM group_flags');
      for (const { name, flags, atMs } of groups) {
        const bitpos = ensureGroup(db, name, atMs);
        for (const flag of flags) {
          db.run('INSERT INTO group_flags VALUES (?, ?) ON CONFLICT DO NOTHING', [bitpos, flag]);
        }
      }
    },
  ),
};

function mirrored(db: Db, id: string): MirroredUser | undefined {
  const principal = principalById(db, id);
  if (principal === undefined) return undefined;
  const { source, phc } = db.get<{ source: UserSource; phc: string | null }>(
    `SELECT p.source, w.phc FROM principals p LEFT JOIN passwords w ON w.principal_id = p.id WHERE p.id = ?`,
    [id],
  ) ?? { source: 'built_in', phc: null };
  return { source, principal, phc: phc ?? undefined, factors: factorsOf(db, id) };
}

function putFactors(db: Db, id: string, { totpSecret, target }: MirroredFactors, nowMs: number): boolean {
  if (totpSecret === null) db.run('DELETE FROM totp WHERE principal_id = ?', [id]);
  else if (totpSecret !== undefined) {
    db.run(
      `INSERT INTO totp (principal_id, secret, status, last_step, created_ms) VALUES (?, ?, 'active', 0, ?)
       ON CONFLICT (principal_id) DO UPDATE SET secret = excluded.secret, status = 'active', last_step = 0,
         failures = 0, created_ms = excluded.created_ms`,
      [id, totpSecret, nowMs],
    );
  }
  if (target !== undefined) putTarget(db, id, target, nowMs);
  return totpSecret !== undefined || target !== undefined;
}

function putToRest(db: Db): void {
  db.run(
    `UPDATE principals SET resting_from = state, state = 'disabled', cred_epoch = cred_epoch + 1
     WHERE kind = 'user' AND source = 'built_in' AND state <> 'deleted' AND resting_from IS NULL`,
  );
}

/** Whose name or address was given away meanwhile stays asleep: nobody is to be taken for somebody else. */
function wake(db: Db): void {
  db.run(
    `UPDATE principals AS p SET state = resting_from, resting_from = NULL
     WHERE resting_from IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM principals o WHERE o.id <> p.id AND o.state <> 'deleted' AND o.resting_from IS NULL
         AND (o.name_key = p.name_key OR lower(o.email) = lower(p.email)))`,
  );
}
