import type { Clock } from '../core/clock.ts';
import type { BivouacError } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import { openChannel } from './channel.ts';
import type { Repository } from './operation.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { type Repositories, repositories } from './repositories/index.ts';
import { createStoreHealth } from './store-health.ts';

export interface StoreOptions {
  /** Holds `bivouac.db`; made when missing. */
  readonly dataDir: string;
  /** How long recorded events may wait for their commit, milliseconds: what a power cut can cost. */
  readonly commitIntervalMs?: number;
  /** Events, and bytes of them, that may wait for the disk before the oldest positions are dropped. */
  readonly queueMaxEvents?: number;
  readonly queueMaxBytes?: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly health?: Health;
  readonly metrics?: Metrics;
  /** Called once when the store dies while it is open (its thread ended): every call fails from then on. */
  readonly onFailed?: (error: BivouacError) => void;
}

/** As the configuration's, for commands that open the store without a server. */
const COMMIT_INTERVAL_MS = 500;
const QUEUE_MAX_EVENTS = 20_000;
const QUEUE_MAX_BYTES = 32 * 1024 * 1024;

/** The repositories, each call a promise that resolves once its effect is on the disk. */
export type Store = { readonly [K in keyof Repositories]: Repository<Repositories[K]> } & {
  readonly recorder: Recorder;
  /**
   * Commits what the recorder holds, finishes what was asked for, copies the log back into the file and ends
   * the thread. Safe to call twice.
   */
  close(): Promise<void>;
};

/**
 * Opens the store and brings its schema up to date. Several processes may have it open at once: the server,
 * and a command beside it.
 * @throws BivouacError `store.newer`, `store.corrupt`, `store.busy`, `store.full`, `data.unusable`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, log, clock } = options;
  const channel = await openChannel(dataDir, log, (error) => {
    storeHealth.failed(error);
    options.onFailed?.(error);
  });
  const { version, migrated, backupPath } = channel.report;
  if (migrated.length > 0) log.info('store.migrated', { version, migrated, backupPath });

  const storeHealth = createStoreHealth({
    health: options.health,
    log,
    clock,
    probe: () => call('settings', 'set', { key: 'store.probe', value: clock.now(), nowMs: clock.now() }),
  });

  async function call(
    repository: string,
    operation: string,
    argument: unknown,
    transfer?: readonly ArrayBuffer[],
  ): Promise<unknown> {
    try {
      return await channel.call(repository, operation, argument, transfer);
    } catch (error) {
      storeHealth.refused(error);
      throw error;
    }
  }

  const recorder = createRecorder({
    append: async (batch) => {
      await call('history', 'append', batch, [batch.buffer]);
      storeHealth.wrote();
    },
    commitIntervalMs: options.commitIntervalMs ?? COMMIT_INTERVAL_MS,
    queueMaxEvents: options.queueMaxEvents ?? QUEUE_MAX_EVENTS,
    queueMaxBytes: options.queueMaxBytes ?? QUEUE_MAX_BYTES,
    log,
    clock,
    health: options.health,
    metrics: options.metrics,
  });

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    const lost = await recorder.flush();
    if (lost > 0) log.error('recorder.lost', { events: lost });
    storeHealth.stop();
    await channel.close();
  }

  const facade: Record<string, unknown> = {
    recorder,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  for (const [name, operations] of Object.entries(repositories)) {
    facade[name] = Object.fromEntries(
      Object.keys(operations).map((operation) => [
        operation,
        (argument?: unknown) => call(name, operation, argument),
      ]),
    );
  }
  return facade as Store;
}
