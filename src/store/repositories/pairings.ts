import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { isUniqueViolation } from '../sqlite-error.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { grantChannels } from './groups.ts';
import {
  IS_LIVE,
  type PairingDirection,
  type PairingRecord,
  pairingRow,
  pairingRows,
} from './pairing-rows.ts';
import { type PrincipalRecord, principalById, principals } from './principals.ts';

export type { PairingRecord, PairingState } from './pairing-rows.ts';

/** Codes that devices show at one time, in all: each makes a lucky guess a little likelier. */
export const LIVE_CODES_MAX = 20;
/** And those of one address: a tent has a few screens behind one router. */
export const LIVE_CODES_PER_ADDRESS_MAX = 4;

/** When all are taken: one runs out within a minute or so, if they were not asked for at one moment. */
const RETRY_AFTER_SECONDS = 60;

/** A row that is over is kept for so long, so that a device that asks late is told what became of it. */
const KEEP_AFTER_END_MS = 10 * 60_000;

export interface NewPairing {
  readonly id: string;
  /** Keyed hashes, lower-case hex. */
  readonly codeHash: string;
  readonly deviceCodeHash: string | null;
  readonly name: string;
  readonly kind: string;
  /** Address as a person reads it, and as it is counted. */
  readonly remote: string;
  readonly place: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** What a person, or somebody at the kit, allows. */
export interface Approval {
  /** Null at the kit. */
  readonly approverId: string | null;
  readonly name: string;
  readonly channels: readonly string[];
}

export type Redemption =
  | { readonly principal: PrincipalRecord; readonly pairing: PairingRecord; readonly refused?: never }
  | { readonly refused: 'unknown' | 'pending' | 'refused' | 'over' };

interface RedemptionOrder {
  /** Id for the display that is made. */
  readonly displayId: string;
  readonly nowMs: number;
  readonly audit: NewAuditEntry;
}

export const pairings = {
  /**
   * Adds a code that a device shows; the oldest undecided ones of its address give way. Returns their ids, or
   * `taken` when this code is in use: draw another.
   * @throws BivouacError `pairing.too_many`
   */
  request: write((db, pairing: NewPairing): { readonly replaced: readonly string[] } | 'taken' => {
    const nowMs = pairing.createdMs;
    forgetEnded(db, nowMs);
    const atPlace = db.all<{ id: string; state: string }>(
      `SELECT p.id, p.state FROM pairings p
       WHERE p.direction = 'device_shows' AND p.place = :place AND ${IS_LIVE} ORDER BY p.created_ms, p.rowid`,
      { place: pairing.place, nowMs },
    );
    const surplus = Math.max(0, atPlace.length + 1 - LIVE_CODES_PER_ADDRESS_MAX);
    const replaced = atPlace
      .filter(({ state }) => state === 'pending')
      .slice(0, surplus)
      .map(({ id }) => id);
    const live = db.get<{ n: number }>(
      `SELECT count(*) AS n FROM pairings p WHERE p.direction = 'device_shows' AND ${IS_LIVE}`,
      { nowMs },
    );
    if (replaced.length < surplus || (live?.n ?? 0) - replaced.length >= LIVE_CODES_MAX) {
      throw new BivouacError('pairing.too_many', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    for (const id of replaced) db.run('DELETE FROM pairings WHERE id = ?', [id]);
    return insert(db, pairing, 'device_shows', undefined) ? { replaced } : 'taken';
  }),

  /** Shows a code of the kit; the one shown before is void. `taken`: draw another. */
  open: write(
    (
      db,
      order: { readonly pairing: NewPairing; readonly approval: Approval; readonly audit: NewAuditEntry },
    ): { readonly closed: readonly string[] } | 'taken' => {
      forgetEnded(db, order.pairing.createdMs);
      const closed = closeOpen(db);
      if (!insert(db, order.pairing, 'kit_shows', order.approval)) return 'taken';
      appendAudit(db, order.audit);
      return { closed };
    },
  ),

  /** Returns the ids of what was open. */
  close: write((db, audit: NewAuditEntry): string[] => {
    const closed = closeOpen(db);
    if (closed.length > 0) appendAudit(db, audit);
    return closed;
  }),

  byId: read((db, id: string): PairingRecord | undefined => byId(db, id)),

  byDisplay: read((db, principalId: string): PairingRecord | undefined =>
    pairingRow(db, 'p.principal_id = :principalId', { principalId }),
  ),

  byDeviceCode: read((db, deviceCodeHash: string): PairingRecord | undefined =>
    pairingRow(db, 'p.device_code_hash = :deviceCodeHash', { deviceCodeHash }),
  ),

  /** The row, if this is its code. */
  byIdAndCode: read(
    (db, query: { readonly id: string; readonly codeHash: string }): PairingRecord | undefined =>
      pairingRow(db, 'p.id = :id AND p.code_hash = :codeHash', query),
  ),

  /** The device that shows this code and waits. */
  pendingByCode: read(
    (db, query: { readonly codeHash: string; readonly nowMs: number }): PairingRecord | undefined =>
      pairingRow(
        db,
        `p.code_hash = :codeHash AND p.direction = 'device_shows' AND p.state = 'pending' AND ${IS_LIVE}`,
        query,
      ),
  ),

  /** What is live, and what is paired. */
  list: read((db, nowMs: number): PairingRecord[] =>
    pairingRows(
      db,
      `(p.state = 'paired' AND EXISTS (SELECT 1 FROM principals d WHERE d.id = p.principal_id AND d.state = 'enabled'))
         OR (${IS_LIVE})`,
      { nowMs },
    ),
  ),

  /**
   * Approves, or refuses where there is no approval, once.
   * @throws BivouacError `pairing.over`
   */
  decide: write(
    (
      db,
      order: {
        readonly id: string;
        readonly approval: Approval | undefined;
        readonly nowMs: number;
        readonly audit: NewAuditEntry;
      },
    ): PairingRecord => {
      const { id, approval, nowMs, audit } = order;
      const state = approval === undefined ? 'refused' : 'approved';
      const { changes } = db.run(
        `UPDATE pairings AS p SET state = :state
         WHERE p.id = :id AND p.direction = 'device_shows' AND p.state = 'pending' AND ${IS_LIVE}`,
        { id, nowMs, state },
      );
      if (changes === 0) throw new BivouacError('pairing.over');
      if (approval !== undefined) {
        db.run('UPDATE pairings SET approver_id = ?, name = ?, channels = ? WHERE id = ?', [
          approval.approverId,
          approval.name,
          JSON.stringify(approval.channels),
          id,
        ]);
      }
      appendAudit(db, audit);
      return byId(db, id) as PairingRecord;
    },
  ),

  /** Makes the display of an approved request, once: who comes second finds nothing to take. */
  redeem: write(
    (db, order: RedemptionOrder & { readonly id: string }): Redemption =>
      redeem(db, byId(db, order.id), order),
  ),

  /** The same for the code of the kit that a device typed. */
  redeemOpen: write(
    (
      db,
      order: RedemptionOrder & {
        readonly codeHash: string;
        /** Of the device; the name counts where nobody gave one. */
        readonly name: string;
        readonly kind: string;
        readonly remote: string;
      },
    ): Redemption => {
      const { codeHash, name, kind, remote } = order;
      const open = pairingRow(db, `p.code_hash = :codeHash AND p.direction = 'kit_shows'`, { codeHash });
      if (open === undefined) return { refused: 'unknown' };
      db.run(`UPDATE pairings SET name = iif(name = '', ?, name), kind = ?, remote = ? WHERE id = ?`, [
        name,
        kind,
        remote,
        open.id,
      ]);
      return redeem(db, byId(db, open.id), order);
    },
  ),

  /** @throws BivouacError `pairing.unknown` */
  change: write(
    (
      db,
      order: {
        readonly id: string;
        readonly name?: string;
        readonly channels?: readonly string[];
        readonly audit: NewAuditEntry;
      },
    ): { readonly principalId: string } => {
      const { id, name, channels, audit } = order;
      const principalId = byId(db, id)?.principalId;
      if (principalId == null) throw new BivouacError('pairing.unknown');
      if (name !== undefined) {
        db.run('UPDATE principals SET name = ? WHERE id = ?', [name, principalId]);
        db.run('UPDATE pairings SET name = ? WHERE id = ?', [name, id]);
      }
      if (channels !== undefined) grantChannels(db, principalId, channels, audit.atMs);
      appendAudit(db, { ...audit, targetId: principalId });
      return { principalId };
    },
  ),

  /**
   * Ends a paired display for good, or a request that waits. Returns the display that was ended, if it was one.
   * @throws BivouacError `pairing.unknown`
   */
  remove: write(
    (
      db,
      { id, audit }: { readonly id: string; readonly audit: NewAuditEntry },
    ): { readonly principalId: string; readonly serials: readonly string[] } | undefined => {
      const record = byId(db, id);
      if (record === undefined) throw new BivouacError('pairing.unknown');
      const { principalId } = record;
      db.run('DELETE FROM pairings WHERE id = ?', [id]);
      if (principalId === null) {
        appendAudit(db, audit);
        return undefined;
      }
      const entry = { ...audit, targetId: principalId };
      return { principalId, serials: principals.remove.run(db, { id: principalId, audit: entry }) };
    },
  ),

  /** Ids of the displays that somebody owns, or owned before they were ended. */
  displaysOf: read((db, ownerId: string): string[] =>
    db
      .all<{ id: string }>(`SELECT id FROM principals WHERE owner_id = ? AND kind = 'display'`, [ownerId])
      .map(({ id }) => id),
  ),
};

function byId(db: Db, id: string): PairingRecord | undefined {
  return pairingRow(db, 'p.id = :id', { id });
}

/** False when a code in use is the same. */
function insert(
  db: Db,
  pairing: NewPairing,
  direction: PairingDirection,
  approval: Approval | undefined,
): boolean {
  try {
    db.run(
      `INSERT INTO pairings (id, direction, state, code_hash, device_code_hash, name, kind, remote, place,
         created_ms, expires_ms, approver_id, channels)
       VALUES (:id, :direction, :state, :codeHash, :deviceCodeHash, :name, :kind, :remote, :place,
         :createdMs, :expiresMs, :approverId, :channels)`,
      {
        ...pairing,
        direction,
        state: approval === undefined ? 'pending' : 'approved',
        approverId: approval?.approverId ?? null,
        channels: JSON.stringify(approval?.channels ?? []),
      },
    );
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

function redeem(db: Db, pairing: PairingRecord | undefined, order: RedemptionOrder): Redemption {
  if (pairing === undefined) return { refused: 'unknown' };
  const { displayId, nowMs, audit } = order;
  const { state, approverId, name } = pairing;
  if (state === 'refused') return { refused: 'refused' };
  // Who approved must still be somebody who comes in.
  const approver = approverId === null ? undefined : principalById(db, approverId);
  const isOver =
    state === 'paired' ||
    nowMs < pairing.createdMs ||
    nowMs >= pairing.expiresMs ||
    (approverId !== null && approver?.state !== 'enabled');
  if (isOver) return { refused: 'over' };
  if (state === 'pending') return { refused: 'pending' };
  // Not a name that anybody signs in with: a screen may be called like a person.
  db.run(
    `INSERT INTO principals (id, kind, name, name_key, role, state, owner_id, created_ms)
     VALUES (?, 'display', ?, ?, 'viewer', 'enabled', ?, ?)`,
    [displayId, name, `display:${displayId}`, approverId, nowMs],
  );
  grantChannels(db, displayId, pairing.channels, nowMs);
  db.run(
    `UPDATE pairings SET state = 'paired', principal_id = ?, code_hash = NULL, device_code_hash = NULL WHERE id = ?`,
    [displayId, pairing.id],
  );
  appendAudit(db, { ...audit, actorId: displayId, actor: name, targetId: displayId, target: name });
  return {
    principal: principalById(db, displayId) as PrincipalRecord,
    pairing: byId(db, pairing.id) as PairingRecord,
  };
}

function closeOpen(db: Db): string[] {
  return db
    .all<{ id: string }>(
      `DELETE FROM pairings WHERE direction = 'kit_shows' AND state = 'approved' RETURNING id`,
    )
    .map(({ id }) => id);
}

function forgetEnded(db: Db, nowMs: number): void {
  db.run(
    `DELETE FROM pairings WHERE state <> 'paired' AND (expires_ms < :longAgoMs OR created_ms > :nowMs)`,
    {
      longAgoMs: nowMs - KEEP_AFTER_END_MS,
      nowMs,
    },
  );
}
