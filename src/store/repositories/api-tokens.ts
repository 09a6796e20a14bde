import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import { isUniqueViolation } from '../sqlite-error.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';
import { isClaimed } from './claim.ts';
import { type PrincipalRecord, principalById } from './principals.ts';

/** Tokens of one principal: one per script; more are forgotten ones. */
export const API_TOKENS_PER_PRINCIPAL_MAX = 50;

export interface ApiTokenRecord {
  readonly prefix: string;
  readonly principalId: string;
  readonly name: string;
  readonly scope: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly lastUsedMs: number | null;
}

export interface NewApiToken {
  readonly prefix: string;
  readonly principalId: string;
  readonly name: string;
  /** Keyed hash of the whole token, lower-case hex. */
  readonly hash: string;
  readonly scope: string;
  readonly expiresMs: number;
  /** A token of this name makes way instead of being in the way. */
  readonly replacesSameName: boolean;
  readonly audit: NewAuditEntry;
}

export interface ApiTokenFacts {
  readonly token: ApiTokenRecord;
  readonly principal: PrincipalRecord;
  /** Made before the credentials of its owner changed. */
  readonly isVoid: boolean;
  readonly isBoxClaimed: boolean;
}

const COLUMNS = `prefix, t.principal_id AS principalId, t.name, scope, t.created_ms AS createdMs,
  expires_ms AS expiresMs, last_used_ms AS lastUsedMs`;

const LIVE = `FROM api_tokens t JOIN principals p ON p.id = t.principal_id AND p.cred_epoch = t.cred_epoch`;

export const apiTokens = {
  /** Also says which tokens made way. @throws BivouacError `user.unknown`, `token.exists`, `token.too_many`, `token.weak` (somebody's already) */
  add: write((db, token: NewApiToken): ApiTokenRecord & { readonly replaced: readonly string[] } => {
    const { prefix, principalId, name, hash, scope, expiresMs, replacesSameName, audit } = token;
    const principal = principalById(db, principalId);
    if (principal?.state !== 'enabled') {
      throw new BivouacError('user.unknown', 'The user is disabled or deleted');
    }
    const { credEpoch } = principal;
    const replaced = db.all<{ prefix: string }>(
      'SELECT prefix FROM api_tokens WHERE principal_id = ? AND ? AND name = ?',
      [principalId, replacesSameName, name],
    );
    db.run(
      `DELETE FROM api_tokens WHERE principal_id = ?
         AND (cred_epoch <> ? OR expires_ms < ? OR (? AND name = ?))`,
      [principalId, credEpoch, audit.atMs, replacesSameName, name],
    );
    if (nameIsTaken(db, principalId, name)) throw new BivouacError('token.exists');
    const count = db.get<{ n: number }>('SELECT count(*) AS n FROM api_tokens WHERE principal_id = ?', [
      principalId,
    ]);
    if ((count?.n ?? 0) >= API_TOKENS_PER_PRINCIPAL_MAX) throw new BivouacError('token.too_many');
    try {
      db.run(
        `INSERT INTO api_tokens (prefix, principal_id, name, hash, scope, cred_epoch, created_ms, expires_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [prefix, principalId, name, hash, scope, credEpoch, audit.atMs, expiresMs],
      );
    } catch (error) {
      // Two random ones never meet: somebody chose what somebody else has.
      throw isUniqueViolation(error) ? new BivouacError('token.weak') : error;
    }
    appendAudit(db, audit);
    const record = ownToken(db, principalId, prefix) as ApiTokenRecord;
    return { ...record, replaced: replaced.map((old) => old.prefix) };
  }),

  find: read((db, hash: string): ApiTokenFacts | undefined => {
    const row = db.get<ApiTokenRecord & { credEpoch: number }>(
      `SELECT ${COLUMNS}, t.cred_epoch AS credEpoch FROM api_tokens t WHERE hash = ?`,
      [hash],
    );
    if (row === undefined) return undefined;
    const { credEpoch, ...token } = row;
    const principal = principalById(db, token.principalId) as PrincipalRecord;
    return { token, principal, isVoid: principal.credEpoch !== credEpoch, isBoxClaimed: isClaimed(db) };
  }),

  used: write((db, { prefix, atMs }: { prefix: string; atMs: number }): void => {
    db.run('UPDATE api_tokens SET last_used_ms = ? WHERE prefix = ?', [atMs, prefix]);
  }),

  /** By name; expired ones too, so that their owner sees why a script stopped. */
  list: read((db, principalId: string): ApiTokenRecord[] =>
    db.all<ApiTokenRecord>(`SELECT ${COLUMNS} ${LIVE} WHERE t.principal_id = ? ORDER BY t.name`, [
      principalId,
    ]),
  ),

  /** @throws BivouacError `token.unknown`, `token.exists` */
  rename: write(
    (
      db,
      order: { principalId: string; prefix: string; name: string; audit: NewAuditEntry },
    ): ApiTokenRecord => {
      const { principalId, prefix, name, audit } = order;
      const token = ownToken(db, principalId, prefix);
      if (token === undefined) throw new BivouacError('token.unknown');
      if (token.name !== name && nameIsTaken(db, principalId, name)) throw new BivouacError('token.exists');
      db.run('UPDATE api_tokens SET name = ? WHERE prefix = ?', [name, prefix]);
      appendAudit(db, audit);
      return { ...token, name };
    },
  ),

  /** Returns what it was. @throws BivouacError `token.unknown` */
  remove: write(
    (
      db,
      { principalId, prefix, audit }: { principalId: string; prefix: string; audit: NewAuditEntry },
    ): ApiTokenRecord => {
      const token = ownToken(db, principalId, prefix);
      if (token === undefined) throw new BivouacError('token.unknown');
      db.run('DELETE FROM api_tokens WHERE prefix = ?', [prefix]);
      appendAudit(db, audit);
      return token;
    },
  ),
};

function ownToken(db: Db, principalId: string, prefix: string): ApiTokenRecord | undefined {
  return db.get<ApiTokenRecord>(`SELECT ${COLUMNS} ${LIVE} WHERE t.prefix = ? AND t.principal_id = ?`, [
    prefix,
    principalId,
  ]);
}

function nameIsTaken(db: Db, principalId: string, name: string): boolean {
  return (
    db.get('SELECT 1 FROM api_tokens WHERE principal_id = ? AND name = ?', [principalId, name]) !== undefined
  );
}
