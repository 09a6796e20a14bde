import type { Cancel, Clock } from '../core/clock.ts';
import { BivouacError, type ErrorCode } from '../core/errors.ts';
import type { Health, HealthWarning } from '../core/health.ts';
import type { Log } from '../core/log.ts';

/** A quiet kit writes nothing for hours: this often a small write finds out whether the disk takes it again. */
const PROBE_PERIOD_MS = 15_000;

const TEXTS: Partial<Record<ErrorCode, string>> = {
  'store.full':
    'The disk is full: nothing can be saved. Live sharing goes on. Free some space, or allow less room for the history.',
  'store.io':
    'The disk does not read or write: nothing can be saved. Live sharing goes on. The SD card may be failing.',
  'store.corrupt': 'The database is damaged. Stop the server and restore a backup.',
};

const UNWRITABLE = 'store.unwritable';

/** Watches how calls end, and keeps one health warning while the disk does not take writes. */
export function createStoreHealth(deps: {
  readonly health: Health | undefined;
  readonly log: Log;
  readonly clock: Clock;
  /** Writes a little to the database. */
  probe(): Promise<unknown>;
}) {
  const { health, log, clock, probe } = deps;
  let cancelProbe: Cancel | undefined;

  function over(): void {
    if (cancelProbe === undefined) return;
    cancelProbe();
    cancelProbe = undefined;
    health?.clear(UNWRITABLE);
    log.info('store.writable');
  }

  return {
    /** The disk took a write (only told of calls that surely write: many find nothing to change). */
    wrote: over,
    refused(error: unknown): void {
      const text = error instanceof BivouacError ? TEXTS[error.code] : undefined;
      if (text === undefined) return;
      const warning: HealthWarning = { code: UNWRITABLE, severity: 'bad', text };
      health?.set(warning);
      log.warnRarely(UNWRITABLE, UNWRITABLE, { code: (error as BivouacError).code });
      // A probe that fails is told here again, as any call.
      cancelProbe ??= clock.every(PROBE_PERIOD_MS, () => void probe().then(over, () => undefined));
    },
    /** The worker is gone, and with it the store. */
    failed(error: BivouacError): void {
      health?.set({
        code: 'store.failed',
        severity: 'bad',
        text: `${error.message}. Nothing is saved until the server starts again.`,
      });
      over();
    },
    stop(): void {
      cancelProbe?.();
      cancelProbe = undefined;
    },
  };
}
