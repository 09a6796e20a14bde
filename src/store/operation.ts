import type { Db } from './db.ts';

/**
 * One operation of a repository. It runs in the store's worker thread, in one call, with the database to
 * itself; what it throws reaches the caller, and nothing that it did stays behind.
 *
 * `write` operations that arrive together share one transaction and one fsync (group commit), each in a
 * savepoint of its own; their promise resolves after the commit. `read` operations see what is committed.
 * Arguments and results cross a thread: plain data only.
 */
export interface Operation<Argument, Result> {
  readonly mode: 'read' | 'write';
  run(db: Db, argument: Argument): Result;
  /** Buffers of the argument that are moved to the worker and not copied: the caller's are empty afterwards. */
  readonly moved?: ((argument: Argument) => readonly ArrayBuffer[]) | undefined;
}

export function read<A, R>(run: (db: Db, argument: A) => R): Operation<A, R> {
  return { mode: 'read', run };
}

export function write<A, R>(
  run: (db: Db, argument: A) => R,
  moved?: (argument: A) => readonly ArrayBuffer[],
): Operation<A, R> {
  return { mode: 'write', run, moved };
}

// biome-ignore lint/suspicious/noExplicitAny: a table of operations holds operations of all arguments
export type Operations = Readonly<Record<string, Operation<any, any>>>;

/** The main thread's side of a table of operations: the same names, each a call that returns a promise. */
export type Repository<O extends Operations> = {
  readonly [K in keyof O]: O[K] extends Operation<infer A, infer R>
    ? undefined extends A
      ? (argument?: A) => Promise<R>
      : (argument: A) => Promise<R>
    : never;
};
