import type { Db } from '../db.ts';

/**
 * The history is ordered by id, which is the order received. Its times are the kit's clock, and a Raspberry Pi
 * without a battery may have recorded at "1970" or "2038" for a while: the times are nearly, but not surely,
 * in order, and only the questions of this file know how to ask them.
 */

/** No event was received before this program existed: a time before it shows a clock that was not set. */
const PLAUSIBLE_SINCE_MS = Date.UTC(2025, 0, 1);

export interface IdRange {
  readonly first: number;
  readonly last: number;
}

/** The ids in the history (there are no holes: only the oldest are ever deleted), or undefined when empty. */
export function idRange(db: Db): IdRange | undefined {
  // Two queries: SQLite answers each from one end of the table, but scans it for both at once.
  const first = db.get<{ id: number | null }>('SELECT min(id) AS id FROM events')?.id;
  const last = db.get<{ id: number | null }>('SELECT max(id) AS id FROM events')?.id;
  return first == null || last == null ? undefined : { first, last };
}

/**
 * An id of which it is certain that it, and so all before it, was received before `beforeMs`: its own time
 * says so, and that time is plausible. With a clock that was always right it is the newest such id; where
 * the clock jumped it may be an older one, never a younger. Undefined when none was found.
 */
export function lastIdBefore(db: Db, beforeMs: number, { first, last }: IdRange): number | undefined {
  let proven = first - 1;
  let highest = last;
  while (proven < highest) {
    const middle = Math.ceil((proven + highest) / 2);
    const row = db.get<{ received_ms: number }>('SELECT received_ms FROM events WHERE id = ?', [middle]);
    const isBefore = row !== undefined && row.received_ms >= PLAUSIBLE_SINCE_MS && row.received_ms < beforeMs;
    if (isBefore) proven = middle;
    else highest = middle - 1;
  }
  return proven < first ? undefined : proven;
}
