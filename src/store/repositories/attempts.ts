import { read, write } from '../operation.ts';

/** Attempts older than this are of no use to regulation, milliseconds. */
const ATTEMPT_KEEP_MS = 24 * 60 * 60_000;

/** Rows kept in any case at most: a flood must not fill the card. */
const ATTEMPTS_MAX = 20_000;

export interface AttemptRecord {
  readonly atMs: number;
  /** Null when the name is nobody's. */
  readonly principalId: string | null;
  /** As regulation counts it: an IPv4 address, or an IPv6 network of 64 bits. */
  readonly address: string;
  /** `stream`, `basic` … */
  readonly method: string;
  readonly isOk: boolean;
}

export interface BanRecord {
  readonly address: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** 1 for the first ban, 2 for the next in a row … */
  readonly level: number;
}

/** What regulation must still know after a restart: a reboot is no amnesty. */
export const attempts = {
  add: write((db, { atMs, principalId, address, method, isOk }: AttemptRecord): void => {
    const { lastId } = db.run(
      'INSERT INTO attempts (at_ms, principal_id, address, method, is_ok) VALUES (?, ?, ?, ?, ?)',
      [atMs, principalId, address, method, isOk],
    );
    db.run('DELETE FROM attempts WHERE at_ms < ? OR rowid <= ?', [
      atMs - ATTEMPT_KEEP_MS,
      lastId - ATTEMPTS_MAX,
    ]);
  }),

  /** Oldest first. */
  since: read((db, { fromMs, limit }: { fromMs: number; limit: number }): AttemptRecord[] =>
    db
      .all<Omit<AttemptRecord, 'isOk'> & { isOk: number }>(
        `SELECT at_ms AS atMs, principal_id AS principalId, address, method, is_ok AS isOk FROM attempts
         WHERE at_ms >= ? ORDER BY rowid DESC LIMIT ?`,
        [fromMs, limit],
      )
      .map((row) => ({ ...row, isOk: row.isOk === 1 }))
      .reverse(),
  ),

  putBan: write((db, { address, sinceMs, untilMs, level }: BanRecord): void => {
    db.run(
      `INSERT INTO bans (address, since_ms, until_ms, level) VALUES (?, ?, ?, ?)
       ON CONFLICT (address) DO UPDATE
         SET since_ms = excluded.since_ms, until_ms = excluded.until_ms, level = excluded.level`,
      [address, sinceMs, untilMs, level],
    );
    db.run('DELETE FROM bans WHERE until_ms < ?', [sinceMs - ATTEMPT_KEEP_MS]);
  }),

  bans: read((db): BanRecord[] =>
    db.all<BanRecord>('SELECT address, since_ms AS sinceMs, until_ms AS untilMs, level FROM bans'),
  ),
};
