import { BivouacError } from '../../core/errors.ts';
import type { RevocationReason } from '../../pki/ports.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { isUniqueViolation } from '../sqlite-error.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { revokeCerts } from './certs.ts';
import { type GroupName, type MembershipView, membershipsOf, setMemberships } from './groups.ts';
import { dropPassword, putPassword } from './passwords.ts';
import { userSource } from './user-source.ts';

export type { MembershipView } from './groups.ts';

export type PrincipalKind = 'user' | 'device' | 'display' | 'service' | 'proxy' | 'console';
export const ROLES = ['administrator', 'operator', 'user', 'viewer'] as const;
export type Role = (typeof ROLES)[number];
export type PrincipalState = 'enabled' | 'disabled' | 'deleted';

export interface PrincipalRecord {
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly state: PrincipalState;
  /** Goes up when what was granted before must not be good any more. */
  readonly credEpoch: number;
  readonly ownerId: string | null;
  readonly createdMs: number;
  readonly hasPassword: boolean;
  readonly isPasswordExpired: boolean;
  /** False for somebody who made the account himself and has not shown that the e-mail address is his. */
  readonly isConfirmed: boolean;
  readonly groups: readonly MembershipView[];
}

export interface PrincipalAddition {
  readonly id: string;
  /** `user` when absent. */
  readonly kind?: 'user' | 'service';
  readonly name: string;
  /** Folded name. */
  readonly nameKey: string;
  readonly email: string | null;
  readonly role: Role;
  /** PHC string; null for a principal without a password. */
  readonly phc: string | null;
  readonly groups: readonly GroupName[];
  readonly audit: NewAuditEntry;
}

export interface PrincipalUpdate {
  readonly id: string;
  /** Null takes the password away. */
  readonly phc?: string | null;
  readonly email?: string | null;
  readonly role?: Role;
  readonly state?: 'enabled' | 'disabled';
  readonly groups?: readonly GroupName[];
  readonly isPasswordExpired?: boolean;
  readonly audit: NewAuditEntry;
}

/** What an update really changed, for those who keep sessions. */
export interface PrincipalChange {
  readonly principal: PrincipalRecord;
  readonly isDisabledNow: boolean;
  readonly hasOtherPassword: boolean;
  readonly hasOtherGroups: boolean;
  readonly hasOtherRole: boolean;
}

export const principals = {
  byId: read((db, id: string): PrincipalRecord | undefined => principalById(db, id)),

  /** Not the deleted ones. */
  byNameKey: read((db, nameKey: string): PrincipalRecord | undefined => principalByNameKey(db, nameKey)),

  /** Those that somebody can be called by: not the deleted ones, and not screens. By name. */
  list: read((db): PrincipalRecord[] =>
    db
      .all<Row>(`${SELECT} WHERE ${IS_NAMED} AND p.kind <> 'display' ORDER BY p.name_key`)
      .map((row) => recordOf(db, row)),
  ),

  /** @throws BivouacError `user.exists` */
  add: write((db, addition: PrincipalAddition): PrincipalRecord => addPrincipal(db, addition)),

  /** @throws BivouacError `user.unknown`, `user.exists` (the e-mail address), `user.last_admin` */
  update: write((db, update: PrincipalUpdate): PrincipalChange => updatePrincipal(db, update)),

  /**
   * Deletes for good: everything that it signs in with goes, certificates are revoked.
   * Returns the serials revoked.
   * @throws BivouacError `user.unknown`, `user.last_admin`
   */
  remove: write((db, { id, audit }: { id: string; audit: NewAuditEntry }): string[] => {
    guardLastAdministrator(db, livePrincipal(db, id));
    return removePrincipal(db, { id, audit });
  }),

  /**
   * Voids everything granted so far and revokes all certificates; returns their serials.
   * @throws BivouacError `user.unknown`
   */
  revoke: write(
    (db, { id, reason, audit }: { id: string; reason: RevocationReason; audit: NewAuditEntry }): string[] => {
      livePrincipal(db, id);
      bumpEpoch(db, id);
      const revoked = revokeCerts(db, { target: { principalId: id }, reason, atMs: audit.atMs });
      appendAudit(db, { ...audit, detail: { ...audit.detail, certificates: revoked.length } });
      return revoked.map(({ serial }) => serial);
    },
  ),
};

/** Tables of what goes with a principal. Certificates stay, revoked. */
const BELONGINGS = [
  'passwords',
  'memberships',
  'enrolments',
  'sessions',
  'api_tokens',
  'totp',
  'otp_targets',
  'recovery_codes',
  'logins',
  'sent_codes',
  'passkeys',
  'known_devices',
  'mail_tokens',
  'grants',
];

interface Row extends Omit<PrincipalRecord, 'hasPassword' | 'isPasswordExpired' | 'isConfirmed' | 'groups'> {
  readonly hasPassword: number;
  readonly isPasswordExpired: number;
  readonly isConfirmed: number;
}

const SELECT = `SELECT p.id, p.kind, p.name, p.email, p.role, p.state, p.cred_epoch AS credEpoch,
  p.owner_id AS ownerId, p.created_ms AS createdMs, w.phc IS NOT NULL AS hasPassword,
  coalesce(w.is_expired, 0) AS isPasswordExpired, p.is_confirmed AS isConfirmed
  FROM principals p LEFT JOIN passwords w ON w.principal_id = p.id`;

/** Who can be found by what he is called: nobody who is deleted, and nobody who rests. */
const IS_NAMED = `p.state <> 'deleted' AND p.resting_from IS NULL`;

export function principalById(db: Db, id: string): PrincipalRecord | undefined {
  const row = db.get<Row>(`${SELECT} WHERE p.id = ?`, [id]);
  return row === undefined ? undefined : recordOf(db, row);
}

export function principalByNameKey(db: Db, nameKey: string): PrincipalRecord | undefined {
  const row = db.get<Row>(`${SELECT} WHERE p.name_key = ? AND ${IS_NAMED}`, [nameKey]);
  return row === undefined ? undefined : recordOf(db, row);
}

/** Without regard to case, as the unique index has it. */
export function principalByEmail(db: Db, email: string): PrincipalRecord | undefined {
  const row = db.get<Row>(`${SELECT} WHERE lower(p.email) = lower(?) AND ${IS_NAMED}`, [email]);
  return row === undefined ? undefined : recordOf(db, row);
}

function recordOf(db: Db, row: Row): PrincipalRecord {
  return {
    ...row,
    hasPassword: row.hasPassword === 1,
    isPasswordExpired: row.isPasswordExpired === 1,
    isConfirmed: row.isConfirmed === 1,
    groups: membershipsOf(db, row.id),
  };
}

function livePrincipal(db: Db, id: string): PrincipalRecord {
  const principal = principalById(db, id);
  if (principal === undefined || principal.state === 'deleted') throw new BivouacError('user.unknown');
  return principal;
}

export function addPrincipal(db: Db, addition: PrincipalAddition): PrincipalRecord {
  const { id, kind = 'user', audit } = addition;
  if (principalByNameKey(db, addition.nameKey) !== undefined) throw new BivouacError('user.exists');
  try {
    db.run(
      `INSERT INTO principals (id, kind, name, name_key, email, role, state, created_ms, source)
       VALUES (?, ?, ?, ?, ?, ?, 'enabled', ?, ?)`,
      [
        id,
        kind,
        addition.name,
        addition.nameKey,
        addition.email,
        addition.role,
        audit.atMs,
        // Programs are kept here, wherever people are.
        kind === 'user' ? userSource(db) : 'built_in',
      ],
    );
  } catch (error) {
    throw emailClash(error);
  }
  if (addition.phc !== null) putPassword(db, id, addition.phc, audit.atMs);
  setMemberships(db, id, addition.groups, audit.atMs);
  appendAudit(db, audit);
  return principalById(db, id) as PrincipalRecord;
}

/** Without the guard of `principals.remove`: the kit may be left without an administrator. */
export function removePrincipal(
  db: Db,
  { id, audit }: { readonly id: string; readonly audit: NewAuditEntry },
): string[] {
  db.run(
    `UPDATE principals SET state = 'deleted', deleted_ms = ?, cred_epoch = cred_epoch + 1, email = NULL
     WHERE id = ?`,
    [audit.atMs, id],
  );
  for (const table of BELONGINGS) db.run(`DELETE FROM ${table} WHERE principal_id = ?`, [id]);
  const revoked = revokeCerts(db, {
    target: { principalId: id },
    reason: 'cessationOfOperation',
    atMs: audit.atMs,
  });
  appendAudit(db, { ...audit, detail: { ...audit.detail, certificates: revoked.length } });
  return revoked.map(({ serial }) => serial);
}

/** `mayOrphan`: whoever decides this has decided it already, and the kit only follows. */
export function updatePrincipal(
  db: Db,
  update: PrincipalUpdate,
  { mayOrphan }: { readonly mayOrphan: boolean } = { mayOrphan: false },
): PrincipalChange {
  const { id, audit } = update;
  const old = livePrincipal(db, id);
  const role = update.role ?? old.role;
  const state = update.state ?? old.state;
  const email = update.email === undefined ? old.email : update.email;
  const isDisabledNow = state === 'disabled' && old.state !== 'disabled';
  const takesPower = isDisabledNow || role !== 'administrator' || update.isPasswordExpired === true;
  if (takesPower && !mayOrphan) {
    guardLastAdministrator(db, old);
  }
  try {
    db.run('UPDATE principals SET role = ?, state = ?, email = ? WHERE id = ?', [role, state, email, id]);
  } catch (error) {
    throw emailClash(error);
  }
  if (update.phc === null) dropPassword(db, id);
  else if (update.phc !== undefined) putPassword(db, id, update.phc, audit.atMs);
  if (update.isPasswordExpired !== undefined) {
    db.run('UPDATE passwords SET is_expired = ? WHERE principal_id = ?', [update.isPasswordExpired, id]);
  }
  const hasOtherPassword = update.phc !== undefined || update.isPasswordExpired === true;
  const hasOtherGroups = update.groups !== undefined && setMemberships(db, id, update.groups, audit.atMs);
  if (hasOtherPassword || isDisabledNow) bumpEpoch(db, id);
  appendAudit(db, audit);
  return {
    principal: principalById(db, id) as PrincipalRecord,
    isDisabledNow,
    hasOtherPassword,
    hasOtherGroups,
    hasOtherRole: role !== old.role,
  };
}

function bumpEpoch(db: Db, id: string): void {
  db.run('UPDATE principals SET cred_epoch = cred_epoch + 1 WHERE id = ?', [id]);
}

/**
 * Refuses to take away the last enabled administrator, and the last one of them who can sign in: the box
 * would have nobody to look after it, and could not be claimed again.
 */
function guardLastAdministrator(
  db: Db,
  { id, role, state, hasPassword, isPasswordExpired }: PrincipalRecord,
) {
  if (role !== 'administrator' || state !== 'enabled') return;
  const others = db.get<{ enabled: number; able: number }>(
    `SELECT count(*) AS enabled, count(w.phc) AS able
     FROM principals p LEFT JOIN passwords w ON w.principal_id = p.id AND w.is_expired = 0
     WHERE p.role = 'administrator' AND p.state = 'enabled' AND p.id <> ?`,
    [id],
  ) ?? { enabled: 0, able: 0 };
  const isAble = hasPassword && !isPasswordExpired;
  if (others.enabled === 0 || (isAble && others.able === 0)) throw new BivouacError('user.last_admin');
}

function emailClash(error: unknown): unknown {
  return isUniqueViolation(error)
    ? new BivouacError('user.exists', 'A user with this e-mail address exists')
    : error;
}
