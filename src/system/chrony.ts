import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Cancel, Clock } from '../core/clock.ts';

/** What chrony goes by. */
export type ChronySource = 'time_server' | 'gps';

const CHRONYC = '/usr/bin/chronyc';
/** chrony itself asks its sources about each minute. */
const PERIOD_MS = 30_000;
const TIMEOUT_MS = 3_000;
/** Names that a reference clock has in chrony.conf (`refid`). */
const RECEIVERS = /^(GPS|GNSS|NMEA|PPS|GPRM|SHM\d?)$/i;
/** Columns of `chronyc -c tracking` [chrony 4.6]. */
const NAME_AT = 1;
const STRATUM_AT = 2;
const LEAP_AT = 13;

/** Undefined where nothing vouches for the clock. */
export function readTracking(csv: string): ChronySource | undefined {
  const columns = csv.trim().split(',');
  const leap = columns[LEAP_AT];
  if (leap === undefined || leap === 'Not synchronised') return undefined;
  const name = columns[NAME_AT] ?? '';
  // Stratum 0 is nothing, and 10 by this name the clock of the machine itself, kept up for its clients.
  if (columns[STRATUM_AT] === '0' || name.startsWith('127.127.')) return undefined;
  return RECEIVERS.test(name) ? 'gps' : 'time_server';
}

/** Asks chrony over the loopback, as anybody may, where it is installed. */
export function watchChrony(
  clock: Clock,
  ask: () => Promise<string | undefined> = askChronyc,
): { source(): ChronySource | undefined; readonly stop: Cancel } {
  let source: ChronySource | undefined;
  let isAsking = false;
  async function look(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    const answer = await ask();
    source = answer === undefined ? undefined : readTracking(answer);
    isAsking = false;
  }
  void look();
  return { source: () => source, stop: clock.every(PERIOD_MS, () => void look()) };
}

function askChronyc(): Promise<string | undefined> {
  if (!existsSync(CHRONYC)) return Promise.resolve(undefined);
  const words = ['-h', '127.0.0.1', '-n', '-c', 'tracking'];
  return new Promise((resolve) => {
    execFile(CHRONYC, words, { timeout: TIMEOUT_MS }, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}
