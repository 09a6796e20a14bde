/** What of a long list is shown at a time. */
export interface RosterPage {
  readonly columns: 1 | 2;
  /** From here, up to before `end`. */
  readonly start: number;
  readonly end: number;
  readonly pages: number;
}

/** Long enough to find a name and read its row from across a tent. */
export const TURN_MS = 10_000;

/**
 * Everybody in one column where they fit; else two columns; and where those are too few, pages that turn, so that
 * nobody is left out. The last row of a page that turns is for saying which it is.
 */
export function rosterPage(count: number, rows: number, nowMs: number): RosterPage {
  const fitting = Math.max(2, rows);
  if (count <= fitting) return { columns: 1, start: 0, end: count, pages: 1 };
  if (count <= 2 * fitting) return { columns: 2, start: 0, end: count, pages: 1 };
  const perPage = 2 * (fitting - 1);
  const pages = Math.ceil(count / perPage);
  const start = (Math.floor(nowMs / TURN_MS) % pages) * perPage;
  return { columns: 2, start, end: Math.min(count, start + perPage), pages };
}
