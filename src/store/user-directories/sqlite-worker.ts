import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Statement, StatementResult } from './sql-client.ts';

export interface SqliteTask {
  readonly id: number;
  readonly path: string;
  readonly statements: readonly Statement[];
}

export type SqliteAnswer =
  | { readonly id: number; readonly results: readonly StatementResult[] }
  | { readonly id: number; readonly problem: SqliteProblem };

export interface SqliteProblem {
  readonly kind: 'unusable' | 'read_only' | 'exists' | 'missed';
  readonly message: string;
}

/** How long another program may hold the database, milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

/** Result codes of SQLite (sqlite.org/rescode.html). */
const SQLITE_READONLY = 8;
const SQLITE_CONSTRAINT = 19;

class Missed extends Error {}

/** The thread in which the operator's own SQLite file is used. */
function main(port: MessagePort): void {
  port.on('message', ({ id, path, statements }: SqliteTask) => {
    let answer: SqliteAnswer;
    try {
      answer = { id, results: runAll(path, statements) };
    } catch (error) {
      answer = { id, problem: problemOf(error) };
    }
    port.postMessage(answer);
  });
}

/** Opened anew each time: a file that was put in the place of another is the one that counts. */
function runAll(path: string, statements: readonly Statement[]): StatementResult[] {
  // SQLite would make one, and everybody would be gone.
  if (!existsSync(path)) throw new Error('there is no such file');
  const database = new DatabaseSync(path, {
    timeout: BUSY_TIMEOUT_MS,
    // RPort's own tables have `DEFAULT "{}"`.
    enableDoubleQuotedStringLiterals: true,
  });
  try {
    database.exec('PRAGMA trusted_schema = OFF');
    const writes = statements.some(({ sql }) => !/^\s*SELECT\b/i.test(sql));
    database.exec(writes ? 'BEGIN IMMEDIATE' : 'BEGIN');
    const results = statements.map((statement) => runOne(database, statement));
    database.exec('COMMIT');
    return results;
  } finally {
    // What is not committed is undone by it.
    database.close();
  }
}

function runOne(database: DatabaseSync, { sql, params = [], mustHit }: Statement): StatementResult {
  const statement = database.prepare(sql);
  if (/^\s*SELECT\b/i.test(sql)) {
    return { rows: statement.all(...params).map((row) => ({ ...row })), changes: 0 };
  }
  const changes = Number(statement.run(...params).changes);
  if (mustHit && changes === 0) throw new Missed('nothing was hit');
  return { rows: [], changes };
}

function problemOf(error: unknown): SqliteProblem {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Missed) return { kind: 'missed', message };
  const code = Number((error as { errcode?: unknown }).errcode ?? 0) & 0xff;
  if (code === SQLITE_READONLY) return { kind: 'read_only', message };
  return { kind: code === SQLITE_CONSTRAINT ? 'exists' : 'unusable', message };
}

if (parentPort !== null) main(parentPort);
