import { BivouacError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type FromWorker, fromWire, type OpenReport, type ToWorker } from './messages.ts';
import { startWorker } from './worker-source.ts';

/** The main thread's end of the line to the worker. */
export interface Channel {
  readonly report: OpenReport;
  /**
   * Runs one operation in the worker; buffers in `transfer` are moved there and empty here afterwards.
   * @throws BivouacError of the operation, `store.closed`, or `store.failed` when the worker is gone
   */
  call(
    repository: string,
    operation: string,
    argument: unknown,
    transfer?: readonly ArrayBuffer[],
  ): Promise<unknown>;
  /** Resolves when the worker has done what was asked before and has ended. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BivouacError) => void;
}

/**
 * Starts the worker and opens the database in it. `onFailed` is called when the worker dies while the store
 * is open: all calls fail from then on.
 * @throws BivouacError what opening met
 */
export function openChannel(
  dataDir: string,
  log: Log,
  onFailed: (error: BivouacError) => void,
  start: typeof startWorker = startWorker,
): Promise<Channel> {
  const opening = Promise.withResolvers<Channel>();
  const ended = Promise.withResolvers<void>();
  const worker = start({ dataDir });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let state: 'opening' | 'open' | 'closing' = 'opening';
  /** Why calls are refused; undefined while they are not. */
  let refusal: BivouacError | undefined;

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'ready':
        state = 'open';
        opening.resolve({ report: message.report, call, close });
        return;
      case 'open_failed':
        state = 'closing';
        opening.reject(fromWire(message.error));
        return;
      case 'replies':
        for (const reply of message.replies) {
          const call = waiting.get(reply.id);
          waiting.delete(reply.id);
          if (reply.isOk) call?.resolve(reply.result);
          else call?.reject(fromWire(reply.error));
        }
    }
  });
  worker.on('messageerror', (error) => fail(messageOf(error)));
  worker.on('error', (error) => fail(messageOf(error)));
  worker.on('exit', (code) => {
    if (state !== 'closing' || waiting.size > 0) fail(`its thread ended with code ${code}`);
    ended.resolve();
  });

  function fail(reason: string): void {
    const error = new BivouacError('store.failed', `The store stopped: ${reason}`);
    refusal = error;
    log.error('store.failed', { reason, pending: waiting.size });
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
    if (state === 'open') onFailed(error);
    state = 'closing';
    opening.reject(error);
  }

  function call(
    repository: string,
    operation: string,
    argument: unknown,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<unknown> {
    if (refusal !== undefined) return Promise.reject(refusal);
    lastId += 1;
    const id = lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    try {
      const message: ToWorker = { kind: 'call', id, repository, operation, argument };
      worker.postMessage(message, [...transfer]);
      waiting.set(id, { resolve, reject });
    } catch (error) {
      reject(new BivouacError('store.failed', `The argument cannot cross: ${messageOf(error)}`));
    }
    return promise;
  }

  function close(): Promise<void> {
    if (state === 'open') {
      state = 'closing';
      refusal ??= new BivouacError('store.closed');
      worker.postMessage({ kind: 'close' } satisfies ToWorker);
    }
    return ended.promise;
  }

  return opening.promise;
}
