import { ANONYMOUS_CHANNEL } from '../../core/anonymous-channel.ts';
import { newId } from '../../core/ids.ts';
import type { Db } from '../db.ts';
import { read } from '../operation.ts';

export type Direction = 'IN' | 'OUT';

/** A channel. */
export interface GroupRecord {
  readonly id: string;
  /** Place of the channel in a client's bit vector of channels; never reused. */
  readonly bitpos: number;
  readonly name: string;
  readonly createdMs: number;
}

/** A channel's name as typed, and folded for comparing. */
export interface GroupName {
  readonly name: string;
  readonly key: string;
}

export interface MembershipView {
  readonly name: string;
  readonly direction: Direction;
}

export const groups = {
  /** By name. */
  list: read((db): GroupRecord[] =>
    db.all<GroupRecord>('SELECT id, bitpos, name, created_ms AS createdMs FROM groups ORDER BY name_key'),
  ),
};

const ANONYMOUS: GroupName = { name: ANONYMOUS_CHANNEL, key: ANONYMOUS_CHANNEL.toLowerCase() };

/**
 * A display hears no more than its owner does, if he is one who hears only his own channels: what he loses, it
 * loses. Who is in no channel is in that of the anonymous.
 */
export function membershipsOf(db: Db, principalId: string): MembershipView[] {
  return db.all<MembershipView>(
    `SELECT g.name, m.direction FROM memberships m JOIN groups g USING (bitpos)
       JOIN principals p ON p.id = m.principal_id
       LEFT JOIN principals o ON o.id = p.owner_id AND p.kind = 'display' AND o.role IN ('user', 'viewer')
       WHERE m.principal_id = :principalId AND (o.id IS NULL
         OR EXISTS (SELECT 1 FROM memberships x
           WHERE x.principal_id = o.id AND x.bitpos = m.bitpos AND x.direction = 'OUT')
         OR (g.name_key = :anonymous AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.principal_id = o.id)))
       ORDER BY g.name_key, m.direction`,
    { principalId, anonymous: ANONYMOUS.key },
  );
}

/** Lets a display hear `names` and nothing else. A channel that is gone meanwhile is left out. */
export function grantChannels(db: Db, principalId: string, names: readonly string[], nowMs: number): void {
  db.run('DELETE FROM memberships WHERE principal_id = ?', [principalId]);
  if (names.includes(ANONYMOUS.name)) ensureGroup(db, ANONYMOUS, nowMs);
  for (const name of names) {
    db.run(
      `INSERT INTO memberships (principal_id, bitpos, direction)
       SELECT ?, bitpos, 'OUT' FROM groups WHERE name = ? ON CONFLICT DO NOTHING`,
      [principalId, name],
    );
  }
}

/**
 * Makes `names` the principal's channels, each in both directions; a missing channel is made.
 * True when anything is different now.
 */
export function setMemberships(
  db: Db,
  principalId: string,
  names: readonly GroupName[],
  nowMs: number,
): boolean {
  const before = JSON.stringify(membershipsOf(db, principalId));
  db.run('DELETE FROM memberships WHERE principal_id = ?', [principalId]);
  for (const name of names) {
    const bitpos = ensureGroup(db, name, nowMs);
    db.run(
      `INSERT INTO memberships (principal_id, bitpos, direction) VALUES (:principalId, :bitpos, 'IN'),
         (:principalId, :bitpos, 'OUT') ON CONFLICT DO NOTHING`,
      { principalId, bitpos },
    );
  }
  return before !== JSON.stringify(membershipsOf(db, principalId));
}

/** Place of the channel; a missing one is made. */
export function ensureGroup(db: Db, { name, key }: GroupName, nowMs: number): number {
  const known = db.get<{ bitpos: number }>('SELECT bitpos FROM groups WHERE name_key = ?', [key]);
  if (known !== undefined) return known.bitpos;
  return db.run('INSERT INTO groups (id, name, name_key, created_ms) VALUES (?, ?, ?, ?)', [
    newId(),
    name,
    key,
    nowMs,
  ]).lastId;
}
