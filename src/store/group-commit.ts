import { BivouacError } from '../core/errors.ts';
import type { Db } from './db.ts';
import { type CallMessage, type Reply, toWire } from './messages.ts';
import type { Operation, Operations } from './operation.ts';
import { toStoreError } from './sqlite-error.ts';

type Tables = Readonly<Record<string, Operations>>;

interface Task {
  readonly call: CallMessage;
  readonly operation: Operation<unknown, unknown>;
}

/**
 * Runs the operations that arrived together and returns their replies, to be sent now: what they report as
 * done is on the disk.
 *
 * Reads go first, outside of a transaction, so that they do not wait for an fsync. The writes share one
 * transaction; one that throws is rolled back to its savepoint and the others stay.
 */
export function runGroup(db: Db, tables: Tables, calls: readonly CallMessage[]): Reply[] {
  const replies: Reply[] = [];
  const reads: Task[] = [];
  const writes: Task[] = [];
  for (const call of calls) {
    const table = Object.hasOwn(tables, call.repository) ? tables[call.repository] : undefined;
    const operation =
      table !== undefined && Object.hasOwn(table, call.operation) ? table[call.operation] : undefined;
    if (operation === undefined) {
      const name = `${call.repository}.${call.operation}`;
      replies.push(failed(call, new BivouacError('store.failed', `There is no operation ${name}`)));
    } else (operation.mode === 'read' ? reads : writes).push({ call, operation });
  }
  if (reads.length > 0) replies.push(...runReads(db, reads));
  if (writes.length > 0) replies.push(...runWrites(db, writes));
  return replies;
}

function runReads(db: Db, tasks: readonly Task[]): Reply[] {
  // A read that writes would do so outside of any transaction: let SQLite refuse it.
  db.exec('PRAGMA query_only = ON');
  const replies = tasks.map(({ call, operation }) => {
    try {
      return done(call, operation.run(db, call.argument));
    } catch (error) {
      return failed(call, error);
    }
  });
  db.exec('PRAGMA query_only = OFF');
  return replies;
}

function runWrites(db: Db, tasks: readonly Task[]): Reply[] {
  const replies: Reply[] = [];
  try {
    db.exec('BEGIN IMMEDIATE');
    for (const task of tasks) replies.push(runInSavepoint(db, task));
    db.exec('COMMIT');
    return replies;
  } catch (error) {
    if (db.isInTransaction) db.exec('ROLLBACK');
    const [only, ...others] = tasks;
    if (only !== undefined && others.length === 0) return [failed(only.call, error)];
    // A full disk makes SQLite roll the whole transaction back. What was done is undone, so each write is
    // tried again by itself, and the one that cannot be done is alone in failing.
    return tasks.flatMap((task) => runWrites(db, [task]));
  }
}

/** @throws when the transaction around the savepoint is gone. */
function runInSavepoint(db: Db, { call, operation }: Task): Reply {
  db.exec('SAVEPOINT operation');
  try {
    const result = operation.run(db, call.argument);
    db.exec('RELEASE operation');
    return done(call, result);
  } catch (error) {
    if (!db.isInTransaction) throw error;
    db.exec('ROLLBACK TO operation; RELEASE operation');
    return failed(call, error);
  }
}

function done(call: CallMessage, result: unknown): Reply {
  return { id: call.id, isOk: true, result };
}

function failed(call: CallMessage, error: unknown): Reply {
  return { id: call.id, isOk: false, error: toWire(toStoreError(error)) };
}
