import type { Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type FromWorker, fromWire, type OpenReport, type ToWorker } from './messages.ts';
import type { Operations, Repository } from './operation.ts';
import { type Repositories, repositories } from './repositories/index.ts';
import { startWorker } from './worker-source.ts';

export interface StoreOptions {
  /** Holds `bivouac.db`; made when missing. */
  readonly dataDir: string;
  /** How long recorded events may wait for their commit, milliseconds: what a power cut can cost. */
  readonly commitIntervalMs: number;
  readonly log: Log;
  readonly clock: Clock;
}

/** The repositories, each call a promise that resolves once its effect is on the disk. */
export type Store = { readonly [K in keyof Repositories]: Repository<Repositories[K]> } & {
  /** Finishes what was asked for, writes the log back and ends the thread. Safe to call twice. */
  close(): Promise<void>;
};

/**
 * Opens the store and brings its schema up to date.
 * @throws BivouacError `store.newer`, `store.corrupt`, `data.unusable`, `store.busy`, `store.full`
 */
export async function openStore({ dataDir, log }: StoreOptions): Promise<Store> {
  const channel = await openChannel(dataDir, log);
  const facade: Record<string, unknown> = { close: channel.close };
  for (const [name, operations] of Object.entries(repositories)) {
    facade[name] = repositoryOf(name, operations, channel);
  }
  return facade as Store;
}

interface Channel {
  call(
    repository: string,
    operation: string,
    argument: unknown,
    transfer?: readonly ArrayBuffer[],
  ): Promise<unknown>;
  close(): Promise<void>;
}

function repositoryOf(repository: string, operations: Operations, channel: Channel): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(operations).map((operation) => [
      operation,
      (argument?: unknown) => channel.call(repository, operation, argument),
    ]),
  );
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

function openChannel(dataDir: string, log: Log): Promise<Channel> {
  const opening = Promise.withResolvers<Channel>();
  const ended = Promise.withResolvers<void>();
  const worker = startWorker({ dataDir });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isClosing = false;
  /** Why calls are refused; undefined while the store is open. */
  let refusal: BivouacError | undefined;

  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'ready') {
      logOpened(log, message.report);
      opening.resolve(channel);
    } else if (message.kind === 'open_failed') {
      isClosing = true;
      opening.reject(fromWire(message.error));
    } else {
      for (const reply of message.replies) {
        const call = waiting.get(reply.id);
        waiting.delete(reply.id);
        if (reply.isOk) call?.resolve(reply.result);
        else call?.reject(fromWire(reply.error));
      }
    }
  });
  worker.on('error', (error) => fail(messageOf(error)));
  worker.on('exit', (code) => {
    if (!isClosing) fail(`its thread ended with code ${code}`);
    ended.resolve();
  });

  function fail(reason: string): void {
    refusal ??= new BivouacError('store.failed', `The store stopped: ${reason}`);
    log.error('store.failed', { reason, pending: waiting.size });
    opening.reject(refusal);
    for (const call of waiting.values()) call.reject(refusal);
    waiting.clear();
  }

  const channel: Channel = {
    call(repository, operation, argument, transfer = []) {
      if (refusal !== undefined) return Promise.reject(refusal);
      lastId += 1;
      const id = lastId;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      worker.postMessage({ kind: 'call', id, repository, operation, argument } satisfies ToWorker, [
        ...transfer,
      ]);
      waiting.set(id, { resolve, reject });
      return promise;
    },
    close() {
      if (!isClosing && refusal === undefined) {
        isClosing = true;
        refusal = new BivouacError('store.closed');
        worker.postMessage({ kind: 'close' } satisfies ToWorker);
      }
      return ended.promise;
    },
  };
  return opening.promise;
}

function logOpened(log: Log, { version, migrated, backupPath }: OpenReport): void {
  if (migrated.length > 0) log.info('store.migrated', { version, migrated, backupPath });
}
