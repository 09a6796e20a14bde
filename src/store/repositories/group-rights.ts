import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { type Direction, ensureGroup, type GroupName } from './groups.ts';

/** A channel with what its members may. */
export interface GroupWithRights {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** Principals in it, in either direction. */
  readonly members: number;
  readonly flags: readonly string[];
}

interface Row extends Omit<GroupWithRights, 'flags'> {
  readonly bitpos: number;
}

export const groupRights = {
  /** By name. */
  list: read((db): GroupWithRights[] =>
    db.all<Row>(`${SELECT} ORDER BY name_key`).map((row) => viewOf(db, row)),
  ),

  byKey: read((db, key: string): GroupWithRights | undefined => byKey(db, key)),

  /** Sets the flags of a channel; a missing one is made. */
  put: write(
    (
      db,
      { name, flags, audit }: { name: GroupName; flags: readonly string[]; audit: NewAuditEntry },
    ): GroupWithRights => {
      const bitpos = ensureGroup(db, name, audit.atMs);
      db.run('DELETE FROM group_flags WHERE bitpos = ?', [bitpos]);
      for (const flag of flags)
        db.run('INSERT INTO group_flags VALUES (?, ?) ON CONFLICT DO NOTHING', [bitpos, flag]);
      appendAudit(db, audit);
      return byKey(db, name.key) as GroupWithRights;
    },
  ),

  /**
   * Lets a principal into channels in one direction, besides those that it is in. True when anything is
   * different now. @throws BivouacError `group.unknown`
   */
  join: write(
    (
      db,
      {
        principalId,
        keys,
        direction,
        audit,
      }: { principalId: string; keys: readonly string[]; direction: Direction; audit: NewAuditEntry },
    ): boolean => {
      let isOther = false;
      for (const key of keys) {
        const group = db.get<{ bitpos: number }>('SELECT bitpos FROM groups WHERE name_key = ?', [key]);
        if (group === undefined) throw new BivouacError('group.unknown');
        const { changes } = db.run('INSERT INTO memberships VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
          principalId,
          group.bitpos,
          direction,
        ]);
        isOther ||= changes > 0;
      }
      if (isOther) appendAudit(db, audit);
      return isOther;
    },
  ),

  /** Returns the ids of those who were in it. @throws BivouacError `group.unknown` */
  remove: write((db, { key, audit }: { key: string; audit: NewAuditEntry }): string[] => {
    const group = db.get<{ bitpos: number }>('SELECT bitpos FROM groups WHERE name_key = ?', [key]);
    if (group === undefined) throw new BivouacError('group.unknown');
    const { bitpos } = group;
    const members = db.all<{ id: string }>(
      'SELECT DISTINCT principal_id AS id FROM memberships WHERE bitpos = ?',
      [bitpos],
    );
    for (const table of ['memberships', 'group_flags', 'grants', 'groups']) {
      db.run(`DELETE FROM ${table} WHERE bitpos = ?`, [bitpos]);
    }
    appendAudit(db, audit);
    return members.map(({ id }) => id);
  }),
};

const SELECT = `SELECT bitpos, id, name, created_ms AS createdMs,
  (SELECT count(DISTINCT principal_id) FROM memberships m WHERE m.bitpos = g.bitpos) AS members FROM groups g`;

function byKey(db: Db, key: string): GroupWithRights | undefined {
  const row = db.get<Row>(`${SELECT} WHERE name_key = ?`, [key]);
  return row && viewOf(db, row);
}

function viewOf(db: Db, { bitpos, ...group }: Row): GroupWithRights {
  const flags = db.all<{ flag: string }>('SELECT flag FROM group_flags WHERE bitpos = ? ORDER BY flag', [
    bitpos,
  ]);
  return { ...group, flags: flags.map(({ flag }) => flag) };
}
