import { execFile } from 'node:child_process';
import type { Cancel, Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** What the service manager is told of this process. */
export interface ServiceNotify {
  ready(status: string): Promise<void>;
  stopping(): Promise<void>;
  /** Sends WATCHDOG=1 while the event loop turns; undefined where no watchdog is set. */
  startWatchdog(clock: Clock): Cancel | undefined;
}

/**
 * systemd's notices (sd_notify). Node has no Unix datagram sockets, so the small program `systemd-notify` sends
 * them; the unit allows that with `NotifyAccess=all`. Without NOTIFY_SOCKET nothing is done.
 */
export function createServiceNotify(environment: NodeJS.ProcessEnv, log: Log): ServiceNotify {
  const isManaged = environment['NOTIFY_SOCKET'] !== undefined && environment['NOTIFY_SOCKET'] !== '';

  function send(...words: string[]): Promise<void> {
    if (!isManaged) return Promise.resolve();
    return new Promise((resolve) => {
      execFile('systemd-notify', [`--pid=${process.pid}`, ...words], { timeout: 5_000 }, (error) => {
        if (error !== null) log.warnRarely('sd_notify', 'service.notify_failed', { error: messageOf(error) });
        resolve();
      });
    });
  }

  return {
    ready: (status) => send('--ready', `--status=${status}`),
    stopping: () => send('STOPPING=1'),
    startWatchdog(clock) {
      const periodUs = Number(environment['WATCHDOG_USEC'] ?? Number.NaN);
      if (!isManaged || !(periodUs > 0)) return undefined;
      // Half of the period, as sd_watchdog_enabled(3) advises: one lost notice does no harm.
      return clock.every(periodUs / 1_000 / 2, () => void send('WATCHDOG=1'));
    },
  };
}
