import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type MachineFiles, takesOrders, writeOrder } from './machine-files.ts';

export const POWER_ACTIONS = ['off', 'restart'] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

export interface PowerPort {
  /** Whether this machine takes orders from the kit. */
  isSupported(): boolean;
  /** Asks for it; the server is stopped within seconds. @throws BivouacError `system.unsupported` */
  order(action: PowerAction): void;
}

export function createPowerPort({
  files,
  log,
}: {
  readonly files: MachineFiles;
  readonly log: Log;
}): PowerPort {
  const isSupported = () => takesOrders(files);
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
