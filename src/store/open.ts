import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import { openChannel } from './channel.ts';
import type { Operations, Repository } from './operation.ts';
import { type Repositories, repositories } from './repositories/index.ts';
import { createStoreHealth } from './store-health.ts';

export interface StoreOptions {
  /** Holds `bivouac.db`; made when missing. */
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly health?: Health;
  /** Called once when the store dies while it is open (its thread ended): every call fails from then on. */
  readonly onFailed?: (error: BivouacError) => void;
}

/** The repositories, each call a promise that resolves once its effect is on the disk. */
export type Store = { readonly [K in keyof Repositories]: Repository<Repositories[K]> } & {
  /** Finishes what was asked for, copies the log back into the file and ends the thread. Safe to call twice. */
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
    moved?: readonly ArrayBuffer[],
  ): Promise<unknown> {
    try {
      return await channel.call(repository, operation, argument, moved);
    } catch (error) {
      if (error instanceof BivouacError) storeHealth.refused(error);
      throw error;
    }
  }

  const facade: Record<string, unknown> = {
    close() {
      storeHealth.stop();
      return channel.close();
    },
  };
  for (const [name, operations] of Object.entries<Operations>(repositories)) {
    facade[name] = Object.fromEntries(
      Object.entries(operations).map(([operation, { moved }]) => [
        operation,
        (argument?: unknown) => call(name, operation, argument, moved?.(argument)),
      ]),
    );
  }
  return facade as Store;
}
