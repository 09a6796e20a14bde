import type { Db } from '../db.ts';
import { read } from '../operation.ts';
import { idRange, lastIdBefore } from './history-order.ts';
import { type EventRow, type HistoryEvent, toHistoryEvent } from './history-row.ts';

/** What one answer may hold, and how many rows it may look at: while it is made, no commit is. */
const PAGE_MAX_EVENTS = 1_000;
const PAGE_MAX_BYTES = 4 * 1024 * 1024;
const PAGE_MAX_ROWS = 10_000;

/** What others said of a uid since the event that somebody may see; more of it, and he sees none. */
const LATEST_MAX_ROWS = 1_000;

/** A part of the history, and where to go on. */
export interface HistoryPage {
  /** May be empty although there is more: few of the rows looked at were asked for. */
  readonly events: readonly HistoryEvent[];
  /** To be given back for the next page; undefined when there is no more. */
  readonly cursor: number | undefined;
}

export interface PageRequest {
  /** Only events received since then, milliseconds since the Unix epoch. */
  readonly sinceMs?: number | undefined;
  /** Only events after this id: the `cursor` of the page before. */
  readonly afterId?: number | undefined;
  readonly limit: number;
}

export interface TrackRequest {
  readonly uid: string;
  /** When the kit received them, milliseconds since the Unix epoch, both inclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only events from this id back: the `cursor` of the page before. */
  readonly backFromId?: number | undefined;
  readonly limit: number;
}

export const historyReading = {
  /** Events in the order received, oldest first. */
  page: read((db, { sinceMs, afterId, limit }: PageRequest): HistoryPage => {
    const range = idRange(db);
    if (range === undefined) return { events: [], cursor: undefined };
    const start = afterId ?? (sinceMs === undefined ? 0 : (lastIdBefore(db, sinceMs, range) ?? 0));
    const windowStart = Math.max(start, range.first - 1);
    const windowEnd = windowStart + PAGE_MAX_ROWS;
    const page = new PageBuilder(limit);
    const rows = db.rows<EventRow>(
      'SELECT * FROM events WHERE id > ? AND id <= ? AND received_ms >= ? ORDER BY id',
      [windowStart, windowEnd, sinceMs ?? Number.MIN_SAFE_INTEGER],
    );
    for (const row of rows) {
      page.add(row);
      if (page.isFull) return { events: page.events, cursor: row.id };
    }
    return { events: page.events, cursor: windowEnd < range.last ? windowEnd : undefined };
  }),

  /** All events of one uid that were received within a time, newest first. */
  track: read((db, { uid, fromMs, toMs, backFromId, limit }: TrackRequest): HistoryPage => {
    const page = new PageBuilder(limit);
    let id = backFromId ?? headId(db, uid);
    for (let looked = 0; id !== null; looked += 1) {
      if (page.isFull || looked === PAGE_MAX_ROWS) return { events: page.events, cursor: id };
      const row = eventAt(db, id);
      // The chain goes on to events that retention has deleted.
      if (row === undefined || row.uid !== uid) break;
      // No early end at an older one: with a clock that jumped, those before it may be younger.
      if (row.received_ms >= fromMs && row.received_ms <= toMs) page.add(row);
      id = row.previous_id;
    }
    return { events: page.events, cursor: undefined };
  }),

  /**
   * The newest broadcast of a uid into one of these channels. Direct messages are left out: the history does not
   * know as whom those that they name were connected.
   */
  latest: read(
    (db, { uid, groups }: { uid: string; groups: readonly string[] }): HistoryEvent | undefined => {
      let id = headId(db, uid);
      for (let looked = 0; id !== null && looked < LATEST_MAX_ROWS; looked += 1) {
        const row = eventAt(db, id);
        // The chain goes on to events that retention has deleted.
        if (row === undefined || row.uid !== uid) return undefined;
        const heard = row.dests === null ? (JSON.parse(row.group_names) as string[]) : [];
        if (heard.some((group) => groups.includes(group))) return toHistoryEvent(row);
        id = row.previous_id;
      }
      return undefined;
    },
  ),

  /**
   * What late joiners should get, for presence after a restart: of each uid the newest broadcast that is
   * still current (stale ahead, or archived) and was not deleted since. Newest first, at most `limit` events
   * and `maxBytes` of them.
   */
  latestReplayable: read(
    (db, { nowMs, limit, maxBytes }: { nowMs: number; limit: number; maxBytes: number }): HistoryEvent[] => {
      // The ids first: sorting whole rows would carry their bytes through the sorter.
      const heads = db.all<{ id: number }>(
        `SELECT replay_id AS id FROM heads
         WHERE replay_id IS NOT NULL AND (replay_is_archived = 1 OR replay_stale_ms > ?)
         ORDER BY replay_id DESC LIMIT ?`,
        [nowMs, limit],
      );
      const events: HistoryEvent[] = [];
      let bytes = 0;
      for (const { id } of heads) {
        const row = eventAt(db, id);
        if (row === undefined) continue;
        bytes += row.bytes.length;
        if (bytes > maxBytes) break;
        events.push(toHistoryEvent(row));
      }
      return events;
    },
  ),
};

class PageBuilder {
  readonly events: HistoryEvent[] = [];
  readonly #limit: number;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = Math.min(limit, PAGE_MAX_EVENTS);
  }

  get isFull(): boolean {
    return this.events.length >= this.#limit || this.#bytes >= PAGE_MAX_BYTES;
  }

  add(row: EventRow): void {
    this.#bytes += row.bytes.length;
    this.events.push(toHistoryEvent(row));
  }
}

function headId(db: Db, uid: string): number | null {
  return db.get<{ last_id: number }>('SELECT last_id FROM heads WHERE uid = ?', [uid])?.last_id ?? null;
}

function eventAt(db: Db, id: number): EventRow | undefined {
  return db.get<EventRow>('SELECT * FROM events WHERE id = ?', [id]);
}
