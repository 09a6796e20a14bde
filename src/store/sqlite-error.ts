import { BivouacError, messageOf } from '../core/errors.ts';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that mean something to us. */
const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** Extended result codes of a value that must be unique and is not: UNIQUE, PRIMARY KEY. */
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;

/** SQLite's extended result code, or undefined when the error is not SQLite's. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

/** True when a row was refused because one with the same key exists: for repositories that name the clash. */
export function isUniqueViolation(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === SQLITE_CONSTRAINT_UNIQUE || code === SQLITE_CONSTRAINT_PRIMARYKEY;
}

/** Whatever an operation threw, as the error that its caller gets. */
export function toStoreError(error: unknown): BivouacError {
  if (error instanceof BivouacError) return error;
  const sqlite = sqliteCodeOf(error);
  const message = messageOf(error);
  if (sqlite === undefined) return new BivouacError('store.failed', message, undefined, error);
  const details = { sqlite, reason: message };
  // The low byte is the primary code.
  switch (sqlite & 0xff) {
    case SQLITE_FULL:
      return new BivouacError('store.full', undefined, details, error);
    case SQLITE_BUSY:
      return new BivouacError('store.busy', undefined, details, error);
    case SQLITE_IOERR:
      return new BivouacError('store.io', undefined, details, error);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new BivouacError('store.corrupt', undefined, details, error);
    case SQLITE_CANTOPEN:
      return new BivouacError('data.unusable', undefined, details, error);
    default:
      return new BivouacError('store.failed', message, { sqlite }, error);
  }
}
