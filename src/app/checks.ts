import { X509Certificate } from 'node:crypto';
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Check } from '../http/app-deps.ts';
import type { Authority } from '../pki/authority.ts';
import { type HostIdentity, reachableAddresses } from '../system/network-addresses.ts';
import type { TimeFloor } from '../system/time-floor.ts';

export interface ChecksDeps {
  readonly config: Config;
  readonly authority: Authority;
  readonly hostIdentity: () => HostIdentity;
  /** The system's own clock, right or wrong. */
  readonly systemClock: Pick<Clock, 'now'>;
  readonly timeFloor: Pick<TimeFloor, 'floorMs'>;
  readonly health: Pick<Health, 'list'>;
  readonly listeners: () => Readonly<Record<string, string>>;
  readonly isRunning: () => boolean;
}

/** Less than this and new events are soon refused by the disk. */
const FREE_CAREFUL_BYTES = 500 * 1024 * 1024;
const FREE_BAD_BYTES = 50 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** Looks at everything that can go wrong without anybody noticing, for `bivouac doctor` and the pages. */
export function createChecks(deps: ChecksDeps): () => Promise<Check[]> {
  return async () => [
    checkRunning(deps),
    checkDataDirectory(deps.config.dataDir),
    checkSpace(deps.config.dataDir),
    checkClock(deps),
    checkServerCertificate(deps),
    ...checkAddresses(deps),
    ...deps.health.list().map((warning) => ({
      code: warning.code,
      state: warning.severity === 'bad' ? ('bad' as const) : ('careful' as const),
      text: warning.text,
    })),
  ];
}

function checkRunning({ isRunning, listeners }: ChecksDeps): Check {
  if (!isRunning()) {
    return {
      code: 'server.running',
      state: 'careful',
      text: 'No server runs on this data directory.',
      advice: 'Start it with `bivouac serve`, or `systemctl start bivouac`.',
    };
  }
  const open = Object.entries(listeners()).map(([name, address]) => `${name} ${address}`);
  return { code: 'server.running', state: 'good', text: `The server runs: ${open.join(', ')}.` };
}

function checkDataDirectory(dataDir: string): Check {
  const code = 'data.directory';
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK);
    const othersMayRead = (statSync(dataDir).mode & 0o077) !== 0;
    if (!othersMayRead)
      return { code, state: 'good', text: `The data is in ${dataDir}, closed to other users.` };
    return {
      code,
      state: 'careful',
      text: `Other users of this machine can look into ${dataDir}.`,
      advice: `Close it: chmod 700 ${dataDir}`,
    };
  } catch (error) {
    return { code, state: 'bad', text: `The data directory cannot be used: ${messageOf(error)}.` };
  }
}

function checkSpace(dataDir: string): Check {
  const code = 'data.space';
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    const free = bavail * bsize;
    const text = `${Math.floor(free / 1024 / 1024).toLocaleString('en')} MB are free for data.`;
    if (free >= FREE_CAREFUL_BYTES) return { code, state: 'good', text };
    return {
      code,
      state: free < FREE_BAD_BYTES ? 'bad' : 'careful',
      text: `${text} When it is full, positions still flow, but are not recorded.`,
      advice: 'Lower history.maxBytes or history.maxAgeDays, or use a larger card.',
    };
  } catch (error) {
    return { code, state: 'bad', text: `Free space cannot be read: ${messageOf(error)}.` };
  }
}

function checkClock({ systemClock, timeFloor }: ChecksDeps): Check {
  const code = 'clock.plausible';
  const nowMs = systemClock.now();
  const now = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ');
  if (nowMs >= timeFloor.floorMs() - 1_000)
    return { code, state: 'good', text: `The clock says ${now} UTC.` };
  return {
    code,
    state: 'careful',
    text: `The clock says ${now} UTC, which cannot be: this kit has seen later times. Clients can still join.`,
    advice: 'Set the time, or connect the kit to a network or GPS.',
  };
}

function checkServerCertificate({ authority, systemClock }: ChecksDeps): Check {
  const code = 'pki.server_certificate';
  try {
    const { notAfterMs, certificateChainPem } = authority.material();
    const names = new X509Certificate(certificateChainPem).subjectAltName ?? '';
    const days = Math.floor((notAfterMs - systemClock.now()) / DAY_MS);
    const count = names.split(',').length;
    return {
      code,
      state: days > 0 ? 'good' : 'bad',
      text: `The server certificate holds ${count} names and addresses and ends in ${days} days. CA fingerprint ${authority.fingerprint()}.`,
    };
  } catch {
    return {
      code,
      state: 'good',
      text: `The server certificate is made when the server starts. CA fingerprint ${authority.fingerprint()}.`,
    };
  }
}

function checkAddresses({ hostIdentity }: ChecksDeps): Check[] {
  const addresses = reachableAddresses(hostIdentity());
  if (addresses.length > 0)
    return [{ code: 'network.addresses', state: 'good', text: `Reachable at ${addresses.join(', ')}.` }];
  return [
    {
      code: 'network.addresses',
      state: 'careful',
      text: 'This machine has no network address: no phone can reach it.',
      advice: 'Switch on the hotspot, or plug in a cable.',
    },
  ];
}
