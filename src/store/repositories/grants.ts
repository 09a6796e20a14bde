import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { principalById } from './principals.ts';

export interface GrantRecord {
  readonly action: string;
  readonly kind: string;
  readonly targetId: string;
}

/** A principal by id, or all members of a channel by its folded name. */
export type GrantHolder = { readonly principalId: string } | { readonly groupKey: string };

interface GrantOrder {
  readonly holder: GrantHolder;
  readonly grant: GrantRecord;
  readonly audit: NewAuditEntry;
}

interface GrantReplacement {
  readonly principalId: string;
  readonly kind: string;
  readonly grants: readonly Pick<GrantRecord, 'action' | 'targetId'>[];
  readonly audit: NewAuditEntry;
}

export const grants = {
  /** @throws BivouacError `user.unknown`, `group.unknown` */
  give: write((db, { holder, grant, audit }: GrantOrder): void => {
    db.run(
      `INSERT INTO grants (principal_id, bitpos, action, kind, target_id)
       VALUES (:principalId, :bitpos, :action, :kind, :targetId) ON CONFLICT DO NOTHING`,
      { ...keyOf(db, holder), ...grant },
    );
    appendAudit(db, audit);
  }),

  /** @throws BivouacError `user.unknown`, `group.unknown` */
  take: write((db, { holder, grant, audit }: GrantOrder): void => {
    db.run(
      `DELETE FROM grants WHERE principal_id IS :principalId AND bitpos IS :bitpos
         AND action = :action AND kind = :kind AND target_id = :targetId`,
      { ...keyOf(db, holder), ...grant },
    );
    appendAudit(db, audit);
  }),

  /**
   * All that a principal has by itself of one kind, from now on.
   * @throws BivouacError `user.unknown`
   */
  replace: write((db, { principalId, kind, grants, audit }: GrantReplacement): void => {
    keyOf(db, { principalId });
    db.run('DELETE FROM grants WHERE principal_id = ? AND kind = ?', [principalId, kind]);
    for (const { action, targetId } of grants) {
      db.run(
        `INSERT INTO grants (principal_id, bitpos, action, kind, target_id)
         VALUES (:principalId, NULL, :action, :kind, :targetId) ON CONFLICT DO NOTHING`,
        { principalId, action, kind, targetId },
      );
    }
    appendAudit(db, audit);
  }),

  /** Of one kind: who has what by itself. */
  holders: read((db, kind: string): (GrantRecord & { principalId: string; name: string })[] =>
    db.all(
      `SELECT p.id AS principalId, p.name, g.action, g.kind, g.target_id AS targetId
       FROM grants g JOIN principals p ON p.id = g.principal_id
       WHERE g.kind = ? AND p.state <> 'deleted' AND p.resting_from IS NULL
       ORDER BY g.target_id, p.name_key, g.action`,
      [kind],
    ),
  ),

  /** What a principal has by itself and through its channels. */
  of: read((db, principalId: string): { flags: string[]; grants: GrantRecord[] } => {
    const mine = 'SELECT bitpos FROM memberships WHERE principal_id = :principalId';
    const flags = db.all<{ flag: string }>(
      `SELECT DISTINCT flag FROM group_flags WHERE bitpos IN (${mine}) ORDER BY flag`,
      { principalId },
    );
    const own = db.all<GrantRecord>(
      `SELECT DISTINCT action, kind, target_id AS targetId FROM grants
       WHERE principal_id = :principalId OR bitpos IN (${mine}) ORDER BY kind, target_id, action`,
      { principalId },
    );
    return { flags: flags.map(({ flag }) => flag), grants: own };
  }),
};

function keyOf(db: Db, holder: GrantHolder): { principalId: string | null; bitpos: number | null } {
  if ('principalId' in holder) {
    const { principalId } = holder;
    const principal = principalById(db, principalId);
    if (principal === undefined || principal.state === 'deleted') throw new BivouacError('user.unknown');
    return { principalId, bitpos: null };
  }
  const group = db.get<{ bitpos: number }>('SELECT bitpos FROM groups WHERE name_key = ?', [holder.groupKey]);
  if (group === undefined) throw new BivouacError('group.unknown');
  return { principalId: null, bitpos: group.bitpos };
}
