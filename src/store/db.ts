import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { BivouacError, messageOf } from '../core/errors.ts';

/** What can be bound. Booleans are stored as 1 and 0. */
export type SqlValue = null | number | bigint | string | boolean | Uint8Array;

/** Values for `?` in order, or for `:name` by name. */
export type SqlParams = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

export const DATABASE_FILE = 'bivouac.db';

/**
 * How long one process waits for another's write lock, milliseconds. A command beside the running server
 * holds it for the time of one fsync, and an SD card's can take a second or two; longer means trouble.
 */
const BUSY_TIMEOUT_MS = 5_000;

/** Page cache, KiB. Holds the inner pages of the indices; a Pi Zero 2 W has 512 MB for everything. */
const CACHE_KIB = 4_096;

/**
 * Write-ahead log, pages of 4 KiB, before it is copied back. The log is written in sequence, which flash
 * likes; copying back scatters. 8 MiB lets the hot pages of many commits be copied once, and still copies in
 * well under a second on a slow card.
 */
const WAL_AUTOCHECKPOINT_PAGES = 2_000;

/** A log that a long reader let grow is cut back to this, bytes, at the next checkpoint. */
const WAL_SIZE_LIMIT_BYTES = 16 * 1024 * 1024;

/** SQL texts are constants of our own; the bound is for texts made per call (lists of placeholders). */
const STATEMENTS_MAX = 256;

/**
 * The database, in the store's worker thread only. Repositories see nothing else of SQLite.
 * Methods throw what `node:sqlite` throws; the worker translates it.
 */
export class Db {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Opens `dataDir/bivouac.db`; makes the directory (0700) and the file (0600) when they are missing.
   * @throws BivouacError `data.unusable`, or what SQLite throws
   */
  static open(dataDir: string): Db {
    const path = prepareFile(dataDir);
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    try {
      // Takes effect on an empty database only, and must come before the first table: lets retention give
      // pages back to the file system in small steps (VACUUM would rewrite the card in one long step).
      database.exec('PRAGMA auto_vacuum = INCREMENTAL');
      // Readers never wait for the writer, a commit is one sequential write and one fsync, and after a
      // kill or a power cut the log is replayed by itself.
      database.exec('PRAGMA journal_mode = WAL');
      // FULL fsyncs the log at each commit; NORMAL would lose committed transactions at a power cut.
      database.exec('PRAGMA synchronous = FULL');
      database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
      database.exec(`PRAGMA wal_autocheckpoint = ${WAL_AUTOCHECKPOINT_PAGES}`);
      database.exec(`PRAGMA journal_size_limit = ${WAL_SIZE_LIMIT_BYTES}`);
      // Views and triggers of a tampered file may not call functions with side effects.
      database.exec('PRAGMA trusted_schema = OFF');
    } catch (error) {
      database.close();
      throw error;
    }
    return new Db(database);
  }

  /** The first row, or undefined. `Row` is the caller's word for its own SELECT; nothing checks it. */
  get<Row>(sql: string, params: SqlParams = []): Row | undefined {
    const statement = this.#prepare(sql);
    return (Array.isArray(params) ? statement.get(...positional(params)) : statement.get(named(params))) as
      | Row
      | undefined;
  }

  /** All rows. */
  all<Row>(sql: string, params: SqlParams = []): Row[] {
    const statement = this.#prepare(sql);
    return (
      Array.isArray(params) ? statement.all(...positional(params)) : statement.all(named(params))
    ) as Row[];
  }

  /** Rows one by one, for results that must not stand in memory whole. Run nothing else with this SQL meanwhile. */
  *rows<Row>(sql: string, params: SqlParams = []): Generator<Row> {
    const statement = this.#prepare(sql);
    const rows = Array.isArray(params)
      ? statement.iterate(...positional(params))
      : statement.iterate(named(params));
    for (const row of rows) yield row as Row;
  }

  /** Runs one INSERT, UPDATE or DELETE. `changes` counts rows; `lastId` is the last inserted rowid. */
  run(sql: string, params: SqlParams = []): { changes: number; lastId: number } {
    const statement = this.#prepare(sql);
    const result = Array.isArray(params)
      ? statement.run(...positional(params))
      : statement.run(named(params));
    return { changes: Number(result.changes), lastId: Number(result.lastInsertRowid) };
  }

  /** Runs SQL without parameters; several statements are allowed. Not cached. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** False after SQLite rolled the transaction back by itself (disk full, I/O error). */
  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** The last connection to close copies the log back into the file and removes it. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const cached = this.#statements.get(sql);
    if (cached !== undefined) return cached;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size >= STATEMENTS_MAX) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest);
        break;
      }
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Makes sure that directory and file exist with the right modes; returns the file's path. */
function prepareFile(dataDir: string): string {
  try {
    // An existing directory keeps its mode: `--data /tmp` as root must not lock everybody out of it.
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const path = join(dataDir, DATABASE_FILE);
    // SQLite would make the file with the umask's mode; the log beside it gets the mode of the file.
    if (existsSync(path)) chmodSync(path, 0o600);
    else closeSync(openSync(path, 'a', 0o600));
    return path;
  } catch (error) {
    throw new BivouacError('data.unusable', messageOf(error), { dataDir }, error);
  }
}

type Bindable = null | number | bigint | string | Uint8Array;

function positional(params: readonly SqlValue[]): Bindable[] {
  return params.map(bindable);
}

function named(params: SqlParams): Record<string, Bindable> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, bindable(value)]));
}

function bindable(value: SqlValue): Bindable {
  return typeof value === 'boolean' ? Number(value) : value;
}
