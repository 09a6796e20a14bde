import { getAsset, isSea } from 'node:sea';
import { Worker } from 'node:worker_threads';
import type { Cancel, Clock } from '../core/clock.ts';
import type { BcryptAnswer, BcryptOrder, BcryptTask } from './bcrypt-worker.ts';
import type { CompareBcrypt } from './foreign-hashes.ts';

/** The name of the asset that the build puts into the single executable: `bcrypt-worker.ts` as CommonJS. */
const WORKER_ASSET = 'bcrypt-worker.js';

/** The thread ends when it had nothing to do for so long, milliseconds: it holds 10 MB, and most kits have no bcrypt. */
const IDLE_MS = 60_000;

export interface BcryptThread {
  readonly compare: CompareBcrypt;
  /** The hash that bcrypt makes of it, `$2b$…`. */
  readonly hash: (password: string, cost: number) => Promise<string>;
}

/** Bcrypt in a thread that is there while it is needed. */
export function createBcryptThread(clock: Clock): BcryptThread {
  const waiting = new Map<
    number,
    { resolve: (result: boolean | string) => void; reject: (error: Error) => void }
  >();
  let worker: Worker | undefined;
  let endWhenIdle: Cancel | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = isSea()
      ? new Worker(getAsset(WORKER_ASSET, 'utf8'), { eval: true, name: 'bcrypt' })
      : new Worker(new URL('./bcrypt-worker.ts', import.meta.url), { name: 'bcrypt' });
    // It must not keep a command alive that is done.
    started.unref();
    started.on('message', ({ id, result }: BcryptAnswer) => {
      waiting.get(id)?.resolve(result);
      waiting.delete(id);
      if (waiting.size > 0) return;
      started.unref();
      endWhenIdle = clock.after(IDLE_MS, () => end(started));
    });
    const fail = (error: Error) => {
      // One that was ended on purpose has a successor by now, or none is needed.
      if (worker !== started) return;
      worker = undefined;
      for (const task of waiting.values()) task.reject(error);
      waiting.clear();
    };
    started.on('error', fail);
    started.on('exit', (code) => fail(new Error(`the bcrypt thread ended with code ${code}`)));
    return started;
  }

  function end(idle: Worker): void {
    if (worker === idle) worker = undefined;
    void idle.terminate();
  }

  function run(order: BcryptOrder): Promise<boolean | string> {
    endWhenIdle?.();
    worker ??= start();
    // While a sign-in waits for it, it keeps the process alive.
    worker.ref();
    lastId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<boolean | string>();
    waiting.set(lastId, { resolve, reject });
    worker.postMessage({ ...order, id: lastId } satisfies BcryptTask);
    return promise;
  }

  return {
    compare: async (password, hash) => (await run({ password, hash })) === true,
    hash: async (password, cost) => String(await run({ password, cost })),
  };
}
