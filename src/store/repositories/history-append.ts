import type { Db } from '../db.ts';
import { write } from '../operation.ts';
import { type PackedBatch, type UnpackedEvent, unpack } from '../packed-batch.ts';

/** What `heads` says of a uid. */
interface Head {
  lastId: number | null;
  replayId: number | null;
  replayStaleMs: number;
  replayIsArchived: boolean;
  /** Channels of that event, as JSON; '' where there is none. */
  replayGroups: string;
}

export const historyAppend = {
  /** Adds a batch of the recorder; its buffer is moved. */
  append: write(
    (db, batch: PackedBatch): void => {
      // A uid often comes several times in a batch: its head is read and written once.
      const heads = new Map<string, Head>();
      for (const event of unpack(batch)) appendOne(db, heads, event);
      for (const [uid, head] of heads) saveHead(db, uid, head);
    },
    ({ buffer }) => [buffer],
  ),
};

function appendOne(db: Db, heads: Map<string, Head>, event: UnpackedEvent): void {
  const head = headOf(db, heads, event.uid);
  const id = insert(db, event, head.lastId);
  head.lastId = id;
  if (event.isReplayable && (isOver(head, event.receivedMs) || speakAlike(event, head))) {
    head.replayId = id;
    head.replayStaleMs = event.staleMs;
    head.replayIsArchived = event.isArchived;
    head.replayGroups = event.groupsJson;
  }
  if (event.deletesUid === '') return;
  const deleted = headOf(db, heads, event.deletesUid);
  if (speakAlike(event, deleted)) deleted.replayId = null;
}

/** Nothing waits for late joiners, or nothing any more: it is stale, or retention has taken it. */
function isOver({ replayId, replayStaleMs, replayIsArchived, replayGroups }: Head, nowMs: number): boolean {
  return replayId === null || replayGroups === '' || (!replayIsArchived && replayStaleMs <= nowMs);
}

/**
 * As in presence: of what channels know only somebody who speaks into one of them says anything new. Of a uid
 * that is in use apart there is one event after a restart, not two.
 */
function speakAlike({ groupsJson }: UnpackedEvent, { replayGroups }: Head): boolean {
  if (groupsJson === replayGroups) return true;
  const known = JSON.parse(replayGroups || '[]') as string[];
  return (JSON.parse(groupsJson) as string[]).some((group) => known.includes(group));
}

function insert(db: Db, event: UnpackedEvent, previousId: number | null): number {
  return db.run(
    `INSERT INTO events (previous_id, received_ms, time_ms, stale_ms, uid, type, how, lat, lon, principal_id,
       username, callsign, group_names, dests, is_position, is_replayable, is_archived, format, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      previousId,
      event.receivedMs,
      event.timeMs,
      event.staleMs,
      event.uid,
      event.type,
      event.how,
      event.lat,
      event.lon,
      event.principalId,
      event.username,
      event.callsign,
      event.groupsJson,
      event.dests ?? null,
      event.isPosition,
      event.isReplayable,
      event.isArchived,
      event.format,
      event.bytes,
    ],
  ).lastId;
}

function headOf(db: Db, heads: Map<string, Head>, uid: string): Head {
  let head = heads.get(uid);
  if (head !== undefined) return head;
  const row = db.get<{
    last_id: number;
    replay_id: number | null;
    stale_ms: number;
    is_archived: number;
    replay_groups: string | null;
  }>(
    `SELECT last_id, replay_id, replay_stale_ms AS stale_ms, replay_is_archived AS is_archived,
       (SELECT group_names FROM events WHERE id = replay_id) AS replay_groups
     FROM heads WHERE uid = ?`,
    [uid],
  );
  head = {
    lastId: row?.last_id ?? null,
    replayId: row?.replay_id ?? null,
    replayStaleMs: row?.stale_ms ?? 0,
    replayIsArchived: row?.is_archived === 1,
    replayGroups: row?.replay_groups ?? '',
  };
  heads.set(uid, head);
  return head;
}

function saveHead(db: Db, uid: string, head: Head): void {
  // A delete may name a uid that the history does not know (any more).
  if (head.lastId === null) return;
  db.run(
    `INSERT INTO heads (uid, last_id, replay_id, replay_stale_ms, replay_is_archived) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (uid) DO UPDATE SET last_id = excluded.last_id, replay_id = excluded.replay_id,
       replay_stale_ms = excluded.replay_stale_ms, replay_is_archived = excluded.replay_is_archived`,
    [uid, head.lastId, head.replayId, head.replayStaleMs, head.replayIsArchived],
  );
}
