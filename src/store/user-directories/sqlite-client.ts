import { getAsset, isSea } from 'node:sea';
import { Worker } from 'node:worker_threads';
import { BivouacError, messageOf } from '../../core/errors.ts';
import type { SqlClient, StatementResult } from './sql-client.ts';
import type { SqliteAnswer, SqliteProblem, SqliteTask } from './sqlite-worker.ts';

/** The name of the asset that the build puts into the single executable: `sqlite-worker.ts` as CommonJS. */
const WORKER_ASSET = 'user-sqlite-worker.js';

type Results = readonly StatementResult[];

/** The operator's SQLite file, in a thread of its own: another program may hold its lock for seconds. */
export function createSqliteClient(path: string): SqlClient {
  const waiting = new Map<number, { resolve: (results: Results) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = isSea()
      ? new Worker(getAsset(WORKER_ASSET, 'utf8'), { eval: true, name: 'user-sqlite' })
      : new Worker(new URL('./sqlite-worker.ts', import.meta.url), { name: 'user-sqlite' });
    started.unref();
    started.on('message', (answer: SqliteAnswer) => {
      const task = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) started.unref();
      if ('results' in answer) task?.resolve(answer.results);
      else task?.reject(errorOf(path, answer.problem));
    });
    const fail = (message: string) => {
      if (worker === started) worker = undefined;
      for (const task of waiting.values()) task.reject(errorOf(path, { kind: 'unusable', message }));
      waiting.clear();
    };
    started.on('error', (error) => fail(messageOf(error)));
    started.on('exit', () => fail('its thread ended'));
    return started;
  }

  return {
    dialect: 'sqlite',
    place: `the database ${path}`,
    isInPlain: false,
    run(statements) {
      worker ??= start();
      worker.ref();
      lastId += 1;
      const { promise, resolve, reject } = Promise.withResolvers<Results>();
      waiting.set(lastId, { resolve, reject });
      worker.postMessage({ id: lastId, path, statements } satisfies SqliteTask);
      return promise;
    },
    async close() {
      await worker?.terminate();
    },
  };
}

function errorOf(path: string, { kind, message }: SqliteProblem): BivouacError {
  switch (kind) {
    case 'missed':
      return new BivouacError('user.unknown');
    case 'exists':
      return new BivouacError('user.exists');
    case 'read_only':
      return new BivouacError('user_store.read_only', `User database ${path}: ${message}`);
    case 'unusable':
      return new BivouacError('user_store.unusable', `User database ${path}: ${message}`);
  }
}
