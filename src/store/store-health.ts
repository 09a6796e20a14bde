import type { Cancel, Clock } from '../core/clock.ts';
import type { BivouacError, ErrorCode } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';

/**
 * While the disk is in trouble, a small write finds out this often whether it is over. Other writes cannot
 * tell: many find nothing to change, and a quiet kit has none for hours.
 */
const PROBE_PERIOD_MS = 5_000;

const UNWRITABLE = 'store.unwritable';

/** Troubles that may pass. */
const UNWRITABLE_TEXTS: Partial<Record<ErrorCode, string>> = {
  'store.full':
    'The disk is full: nothing can be saved. Live sharing goes on. Free some space, or allow less room for the history.',
  'store.io':
    'The disk does not read or write: nothing can be saved. Live sharing goes on. The SD card may be failing.',
};

/** Watches how calls end, and keeps health warnings while the disk or the database is in trouble. */
export function createStoreHealth(deps: {
  readonly health: Health | undefined;
  readonly log: Log;
  readonly clock: Clock;
  /** Writes a little to the database. */
  probe(): Promise<unknown>;
}) {
  const { health, log, clock, probe } = deps;
  let cancelProbe: Cancel | undefined;

  function stop(): void {
    cancelProbe?.();
    cancelProbe = undefined;
  }

  function isOver(): void {
    stop();
    health?.clear(UNWRITABLE);
    log.info('store.writable');
  }

  return {
    stop,
    /** A call ended with this error. */
    refused({ code }: BivouacError): void {
      if (code === 'store.corrupt') {
        const text = 'The database is damaged. Stop the server and restore a backup.';
        health?.set({ code, severity: 'bad', text });
        log.warnRarely(code, code);
      }
      const text = UNWRITABLE_TEXTS[code];
      if (text === undefined) return;
      health?.set({ code: UNWRITABLE, severity: 'bad', text });
      log.warnRarely(UNWRITABLE, UNWRITABLE, { code });
      cancelProbe ??= clock.every(PROBE_PERIOD_MS, () => void probe().then(isOver, () => undefined));
    },
    /** The worker is gone, and with it the store. */
    failed(error: BivouacError): void {
      stop();
      const text = `${error.message}. Nothing is saved until the server starts again.`;
      health?.set({ code: error.code, severity: 'bad', text });
    },
  };
}
