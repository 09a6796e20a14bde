/** An event of the history. Times are milliseconds since the Unix epoch, angles degrees. */
export interface HistoryEvent {
  /** Its place in the order received. */
  readonly id: number;
  readonly receivedMs: number;
  readonly timeMs: number;
  readonly staleMs: number;
  readonly uid: string;
  readonly type: string;
  readonly how: string;
  /** NaN when the event had none. */
  readonly lat: number;
  readonly lon: number;
  readonly principalId: string;
  readonly username: string;
  readonly callsign: string;
  readonly groups: readonly string[];
  /** Explicit recipients as JSON; undefined for a broadcast. */
  readonly dests: string | undefined;
  readonly isPosition: boolean;
  readonly isReplayable: boolean;
  readonly isArchived: boolean;
  readonly format: 'xml' | 'proto';
  /** As received: one XML event, or one TAK protocol message. */
  readonly bytes: Uint8Array;
}

export interface EventRow {
  readonly id: number;
  readonly previous_id: number | null;
  readonly received_ms: number;
  readonly time_ms: number;
  readonly stale_ms: number;
  readonly uid: string;
  readonly type: string;
  readonly how: string;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly principal_id: string;
  readonly username: string;
  readonly callsign: string;
  readonly group_names: string;
  readonly dests: string | null;
  readonly is_position: number;
  readonly is_replayable: number;
  readonly is_archived: number;
  readonly format: 'xml' | 'proto';
  readonly bytes: Uint8Array;
}

export function toHistoryEvent(row: EventRow): HistoryEvent {
  return {
    id: row.id,
    receivedMs: row.received_ms,
    timeMs: row.time_ms,
    staleMs: row.stale_ms,
    uid: row.uid,
    type: row.type,
    how: row.how,
    lat: row.lat ?? Number.NaN,
    lon: row.lon ?? Number.NaN,
    principalId: row.principal_id,
    username: row.username,
    callsign: row.callsign,
    groups: JSON.parse(row.group_names) as string[],
    dests: row.dests ?? undefined,
    isPosition: row.is_position === 1,
    isReplayable: row.is_replayable === 1,
    isArchived: row.is_archived === 1,
    format: row.format,
    bytes: row.bytes,
  };
}
