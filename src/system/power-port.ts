import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type MachineFiles, writeOrder } from './machine-files.ts';

export const POWER_ACTIONS = ['off', 'restart'] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

export interface PowerPort {
  /** Whether this machine takes orders from the kit. */
  isSupported(): boolean;
  /** Asks for it; the server is stopped within seconds. @throws BivouacError `system.unsupported` */
  order(action: PowerAction): void;
}

/** Written by the unit at each start: where it is missing, nothing reads an order. */
const READY_MARK = 'first-boot.json';

export function createPowerPort({
  files,
  log,
}: {
  readonly files: MachineFiles;
  readonly log: Log;
}): PowerPort {
  const isSupported = () => existsSync(join(files.statusDir, READY_MARK));
  return {
    isSupported,
    order(action) {
      if (!isSupported()) {
        throw new BivouacError(
          'system.unsupported',
          'This machine is not the kit’s to switch off: use its own means',
        );
      }
      writeOrder(files.powerOrder, { action, atMs: Date.now() });
      log.warn('power.ordered', { action });
    },
  };
}
