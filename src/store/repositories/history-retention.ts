import { read, write } from '../operation.ts';
import { idRange, lastIdBefore } from './history-order.ts';

/** What the history holds, and what the database file takes. */
export interface HistoryUsage {
  /** Pages in use, bytes: what retention by size looks at. Holds all tables; the history is nearly all of it. */
  readonly usedBytes: number;
  /** Pages that are free within the file, bytes: they are used again before the file grows. */
  readonly freeBytes: number;
  /** 0 when there is no event. */
  readonly firstId: number;
  readonly lastId: number;
  /** When the newest event was received; undefined when there is none. */
  readonly newestReceivedMs: number | undefined;
}

export const historyRetention = {
  usage: read((db): HistoryUsage => {
    const pageBytes = pragma(db.get('PRAGMA page_size'));
    const pages = pragma(db.get('PRAGMA page_count'));
    const freePages = pragma(db.get('PRAGMA freelist_count'));
    const range = idRange(db);
    const newest = db.get<{ received_ms: number }>('SELECT received_ms FROM events ORDER BY id DESC LIMIT 1');
    return {
      usedBytes: (pages - freePages) * pageBytes,
      freeBytes: freePages * pageBytes,
      firstId: range?.first ?? 0,
      lastId: range?.last ?? 0,
      newestReceivedMs: newest?.received_ms,
    };
  }),

  /**
   * The id up to which all events were certainly received before `beforeMs`, and not after `throughId`;
   * undefined when there are none.
   */
  expiredThrough: read(
    (db, { beforeMs, throughId }: { beforeMs: number; throughId: number }): number | undefined => {
      const range = idRange(db);
      if (range === undefined) return undefined;
      return lastIdBefore(db, beforeMs, { first: range.first, last: Math.min(range.last, throughId) });
    },
  ),

  /**
   * Deletes the oldest events, at most `maxEvents` of them and none after `throughId`; returns how many.
   * The newest event always stays: from it the ids go on.
   */
  trim: write((db, { throughId, maxEvents }: { throughId: number; maxEvents: number }): number => {
    const range = idRange(db);
    if (range === undefined) return 0;
    const end = Math.min(throughId, range.first + maxEvents - 1, range.last - 1);
    if (end < range.first) return 0;
    const gone = db.all<{ uid: string }>('SELECT DISTINCT uid FROM events WHERE id <= ?', [end]);
    const { changes } = db.run('DELETE FROM events WHERE id <= ?', [end]);
    for (const { uid } of gone) {
      const { changes: forgotten } = db.run('DELETE FROM heads WHERE uid = ? AND last_id <= ?', [uid, end]);
      if (forgotten === 0) {
        db.run('UPDATE heads SET replay_id = NULL WHERE uid = ? AND replay_id <= ?', [uid, end]);
      }
    }
    return changes;
  }),

  /** Gives at most `pages` free pages at the end of the file back to the file system. */
  releasePages: write((db, pages: number): void => {
    db.exec(`PRAGMA incremental_vacuum(${Math.trunc(pages)})`);
  }),
};

/** A pragma answers one row with one number, under a name of its own. */
function pragma(row: Record<string, number> | undefined): number {
  return Object.values(row ?? {})[0] ?? 0;
}
