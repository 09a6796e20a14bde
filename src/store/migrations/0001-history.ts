import type { Migration } from './index.ts';

/**
 * The history is written all day on an SD card, so its tables only grow at their end and shrink at their
 * start: no index whose pages are touched all over the place with each event. An event points to the one
 * before it of the same uid, and `heads` to the newest of each uid; by that chain a uid's track is read.
 */
export const history: Migration = {
  id: 1,
  name: 'history',
  sql: `
    -- Small facts of the kit, by name; the value is JSON.
    CREATE TABLE settings (
      key        TEXT PRIMARY KEY,
      value      TEXT NOT NULL,
      updated_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- CoT events in the order received: id is that order, also when the clock was wrong.
    CREATE TABLE events (
      id            INTEGER PRIMARY KEY,
      previous_id   INTEGER,            -- the event before, of the same uid
      received_ms   INTEGER NOT NULL,   -- by the kit's clock
      time_ms       INTEGER NOT NULL,   -- the sender's
      stale_ms      INTEGER NOT NULL,
      uid           TEXT NOT NULL,
      type          TEXT NOT NULL,
      how           TEXT NOT NULL,
      lat           REAL,
      lon           REAL,
      principal_id  TEXT NOT NULL,
      username      TEXT NOT NULL,
      callsign      TEXT NOT NULL,
      group_names   TEXT NOT NULL,      -- JSON array: the sender's channels then
      dests         TEXT,               -- JSON; NULL for a broadcast
      is_position   INTEGER NOT NULL,
      is_replayable INTEGER NOT NULL,
      is_archived   INTEGER NOT NULL,
      format        TEXT NOT NULL CHECK (format IN ('xml', 'proto')),
      bytes         BLOB NOT NULL       -- as received
    ) STRICT;

    -- Per uid: its newest event, and its newest that a late joiner should get (NULL once deleted).
    CREATE TABLE heads (
      uid                TEXT PRIMARY KEY,
      last_id            INTEGER NOT NULL,
      replay_id          INTEGER,
      replay_stale_ms    INTEGER NOT NULL,
      replay_is_archived INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
