import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Check } from '../http/app-deps.ts';
import type { Authority } from '../pki/authority.ts';
import { checkAuthority, checkServerCertificate } from './check-certificates.ts';
import { checkClock } from './check-clock.ts';
import { checkDataDirectory, checkKeyFiles, checkSpace } from './check-data.ts';
import { checkListeners, checkPlainListeners } from './check-listeners.ts';
import type { Platform } from './platform.ts';
import type { TimeSource } from './system-time.ts';
import type { TimeFloor } from './time-floor.ts';

export interface CheckDeps {
  readonly config: Config;
  readonly platform: Pick<Platform, 'hostIdentity'>;
  readonly authority: Pick<Authority, 'generations' | 'material'>;
  /** The system's own clock, not the one that never runs behind the floor. */
  readonly clock: Clock;
  readonly timeFloor: Pick<TimeFloor, 'floorMs'>;
  readonly health: Pick<Health, 'list'>;
  readonly timeSource: () => TimeSource;
  /** Listener name → bound addresses; empty when no server runs. */
  readonly listeners: () => Readonly<Record<string, string>>;
}

/** What `bivouac doctor` asks for: everything that can be looked at, in words, good news included. */
export function createChecks(deps: CheckDeps): () => Promise<readonly Check[]> {
  const { config, platform, authority, clock, timeFloor, health } = deps;
  const checks: readonly (() => Promise<readonly Check[]> | readonly Check[])[] = [
    () => checkDataDirectory(config.dataDir),
    () => checkKeyFiles(config),
    () => checkSpace(config.dataDir),
    () => checkListeners(config.listen, deps.listeners()),
    () => checkPlainListeners(config.listen),
    () => checkAuthority(authority, clock.now()),
    () => checkServerCertificate(authority, config.pki.names, platform.hostIdentity(), clock.now()),
    () => checkClock(clock.now(), timeFloor.floorMs(), deps.timeSource()),
    () => health.list().map(warningCheck),
  ];
  return async () => {
    const found: Check[] = [];
    for (const check of checks) {
      try {
        found.push(...(await check()));
      } catch (error) {
        // One thing that cannot be looked at must not hide the others.
        found.push({ code: 'doctor.failed', state: 'careful', text: `A check failed: ${messageOf(error)}` });
      }
    }
    return found;
  };
}

function warningCheck({ code, severity, text }: ReturnType<Health['list']>[number]): Check {
  return { code, state: severity === 'info' ? 'good' : severity, text };
}
