import type { Db } from '../db.ts';
import { membershipsOf } from './groups.ts';

/** `device_shows`: a person approves the device's code. `kit_shows`: the device types the kit's. */
export type PairingDirection = 'device_shows' | 'kit_shows';

/** A code that the kit shows is approved from the start. */
export type PairingState = 'pending' | 'approved' | 'refused' | 'paired';

/** Times in milliseconds since the epoch. */
export interface PairingRecord {
  readonly id: string;
  readonly direction: PairingDirection;
  readonly state: PairingState;
  /** '' for what the kit shows, while nobody said how the device is to be called. */
  readonly name: string;
  readonly kind: string;
  /** Address of the device; '' while none has come. */
  readonly remote: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** Who approved; null at the kit, and while nobody has. */
  readonly approverId: string | null;
  readonly approver: string | null;
  /** The display that it became. */
  readonly principalId: string | null;
  /** Granted, and while it lasts: what its owner may not hear any more is not in it. */
  readonly channels: readonly string[];
  /** When the display was last heard of. */
  readonly lastSeenMs: number | null;
}

interface Row extends Omit<PairingRecord, 'channels'> {
  /** JSON. */
  readonly granted: string;
}

const SELECT = `SELECT p.id, p.direction, p.state, p.name, p.kind, p.remote, p.created_ms AS createdMs,
    p.expires_ms AS expiresMs, p.approver_id AS approverId, a.name AS approver, p.principal_id AS principalId,
    p.channels AS granted,
    (SELECT max(s.last_seen_ms) FROM sessions s WHERE s.principal_id = p.principal_id) AS lastSeenMs
  FROM pairings p LEFT JOIN principals a ON a.id = p.approver_id`;

/**
 * SQL over `pairings p`: its code is good for something at `:nowMs`. The age counts as well: a clock that is
 * set back must not make an old code young again.
 */
export const IS_LIVE = `p.state IN ('pending', 'approved') AND p.created_ms <= :nowMs AND :nowMs < p.expires_ms`;

/** `condition` is SQL over `p`. */
export function pairingRow(
  db: Db,
  condition: string,
  params: Readonly<Record<string, string | number>>,
): PairingRecord | undefined {
  const row = db.get<Row>(`${SELECT} WHERE ${condition}`, params);
  return row && recordOf(db, row);
}

/** Oldest first. */
export function pairingRows(
  db: Db,
  condition: string,
  params: Readonly<Record<string, string | number>>,
): PairingRecord[] {
  const rows = db.all<Row>(`${SELECT} WHERE ${condition} ORDER BY p.created_ms, p.rowid`, params);
  return rows.map((row) => recordOf(db, row));
}

function recordOf(db: Db, { granted, ...row }: Row): PairingRecord {
  const channels =
    row.principalId === null
      ? (JSON.parse(granted) as string[])
      : membershipsOf(db, row.principalId).map(({ name }) => name);
  return { ...row, channels };
}
