import { createHash } from 'node:crypto';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import type { Json } from './settings.ts';

/**
 * Entries kept. About 300 bytes each, so 15 MB at most; at one sign-in a minute it reaches five weeks back,
 * and a team's day of flapping Wi-Fi (200 phones, 20 reconnects each) still fits ten times.
 */
export const AUDIT_ENTRIES_MAX = 50_000;

/** Old entries go in steps of so many, so that not every append has to delete one. */
const AUDIT_TRIM_STEP = 1_000;

/** Longest label that is kept, UTF-16 units. */
const TEXT_MAX_UNITS = 256;

/** One thing that happened. Holds no secret: no password, token, key or part of one. */
export interface NewAuditEntry {
  readonly atMs: number;
  /** Principal id; null for the console and for strangers. */
  readonly actorId: string | null;
  /** A label. */
  readonly actor: string;
  /** `room.what`, as `user.add` or `stream.login`. */
  readonly action: string;
  readonly targetId?: string | null;
  readonly target?: string | null;
  /** Address of the actor; null for the console. */
  readonly remote: string | null;
  readonly result: 'ok' | 'refused';
  readonly detail?: { readonly [key: string]: Json };
}

export interface AuditRecord extends Required<NewAuditEntry> {
  /** 1, 2, 3 … without holes. */
  readonly seq: number;
  readonly prevHash: string;
  /** SHA-256 over the entry and `prevHash`, lower-case hex. */
  readonly hash: string;
}

interface Bounds {
  first_seq: number;
  first_prev_hash: string;
  last_seq: number;
  last_hash: string;
}

interface Row {
  seq: number;
  at_ms: number;
  actor_id: string | null;
  actor: string;
  action: string;
  target_id: string | null;
  target: string | null;
  remote: string | null;
  result: 'ok' | 'refused';
  detail: string;
  prev_hash: string;
  hash: string;
}

/** Writes one entry in the caller's transaction: what is done and what is said about it stand or fall together. */
export function appendAudit(db: Db, entry: NewAuditEntry): void {
  const bounds = boundsOf(db);
  const row: Row = {
    seq: bounds.last_seq + 1,
    at_ms: entry.atMs,
    actor_id: entry.actorId,
    actor: storable(entry.actor),
    action: entry.action,
    target_id: entry.targetId ?? null,
    target: entry.target == null ? null : storable(entry.target),
    remote: entry.remote === null ? null : storable(entry.remote),
    result: entry.result,
    detail: JSON.stringify(entry.detail ?? {}),
    prev_hash: bounds.last_hash,
    hash: '',
  };
  row.hash = hashOf(row);
  db.run(
    `INSERT INTO audit (seq, at_ms, actor_id, actor, action, target_id, target, remote, result, detail,
       prev_hash, hash)
     VALUES (:seq, :at_ms, :actor_id, :actor, :action, :target_id, :target, :remote, :result, :detail,
       :prev_hash, :hash)`,
    { ...row },
  );
  db.run('UPDATE audit_bounds SET last_seq = ?, last_hash = ?', [row.seq, row.hash]);
  if (row.seq - bounds.first_seq >= AUDIT_ENTRIES_MAX + AUDIT_TRIM_STEP) {
    letGo(db, bounds.first_seq + AUDIT_TRIM_STEP);
  }
}

/** Removes the oldest entries, up to but not with `firstSeq`. The trigger allows it once the bound has moved. */
function letGo(db: Db, firstSeq: number): void {
  db.run(
    `UPDATE audit_bounds SET first_seq = :firstSeq,
       first_prev_hash = (SELECT prev_hash FROM audit WHERE seq = :firstSeq)`,
    { firstSeq },
  );
  db.run('DELETE FROM audit WHERE seq < ?', [firstSeq]);
}

function boundsOf(db: Db): Bounds {
  const bounds = db.get<Bounds>(
    'SELECT first_seq, first_prev_hash, last_seq, last_hash FROM audit_bounds WHERE one = 1',
  );
  // A database without its one row was tampered with: the chain then starts at nothing, and verify says so.
  return bounds ?? { first_seq: 1, first_prev_hash: '', last_seq: 0, last_hash: '' };
}

/**
 * Text that the database gives back as it was: strangers name themselves, and half a character would be
 * stored as another one than was hashed.
 */
function storable(text: string): string {
  return text
    .slice(0, TEXT_MAX_UNITS)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '\ufffd');
}

function hashOf(row: Row): string {
  return createHash('sha256')
    .update(
      JSON.stringify([
        row.prev_hash,
        row.seq,
        row.at_ms,
        row.actor_id,
        row.actor,
        row.action,
        row.target_id,
        row.target,
        row.remote,
        row.result,
        row.detail,
      ]),
    )
    .digest('hex');
}

/** How far a check has come: the entry it ended with. */
export interface AuditCheckpoint {
  readonly seq: number;
  readonly hash: string;
}

export interface AuditCheck {
  /** Entries that were looked at. */
  readonly checked: number;
  readonly end: AuditCheckpoint;
  readonly isComplete: boolean;
  readonly fault?: { readonly atSeq: number; readonly problem: string };
}

export const audit = {
  append: write((db, entry: NewAuditEntry): void => appendAudit(db, entry)),

  /** Newest first. */
  list: read((db, { beforeSeq, limit }: { beforeSeq?: number; limit: number }): AuditRecord[] =>
    db
      .all<Row>('SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?', [
        beforeSeq ?? Number.MAX_SAFE_INTEGER,
        limit,
      ])
      .map(recordOf),
  ),

  /** Checks at most `limit` entries after `after`, or from the beginning. */
  check: read((db, { after, limit }: { after?: AuditCheckpoint; limit: number }): AuditCheck => {
    const bounds = boundsOf(db);
    let end = after ?? { seq: bounds.first_seq - 1, hash: bounds.first_prev_hash };
    const rows = db.all<Row>('SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?', [
      after?.seq ?? 0,
      limit,
    ]);
    let checked = 0;
    const found = (atSeq: number, problem: string): AuditCheck => ({
      checked,
      end,
      isComplete: true,
      fault: { atSeq, problem },
    });
    for (const row of rows) {
      if (row.seq !== end.seq + 1) return found(end.seq + 1, 'an entry is missing or out of place');
      if (row.prev_hash !== end.hash) return found(row.seq, 'the entry does not follow the one before it');
      if (row.hash !== hashOf(row)) return found(row.seq, 'the entry was changed');
      end = { seq: row.seq, hash: row.hash };
      checked += 1;
    }
    if (rows.length === limit) return { checked, end, isComplete: false };
    if (end.seq !== bounds.last_seq || end.hash !== bounds.last_hash) {
      return found(end.seq + 1, 'entries are missing at the end');
    }
    return { checked, end, isComplete: true };
  }),
};

function recordOf(row: Row): AuditRecord {
  return {
    seq: row.seq,
    atMs: row.at_ms,
    actorId: row.actor_id,
    actor: row.actor,
    action: row.action,
    targetId: row.target_id,
    target: row.target,
    remote: row.remote,
    result: row.result,
    detail: JSON.parse(row.detail) as { readonly [key: string]: Json },
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}
