import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';

/** What the machine runs on, where the kernel knows of a battery: a HAT with a fuel gauge, a laptop. */
export interface Supply {
  readonly batteryPercent: number;
  readonly isCharging: boolean;
}

const ROOT = '/sys/class/power_supply';
/** A per cent takes minutes; asking some batteries takes their controller tens of milliseconds. */
const READ_PERIOD_MS = 30_000;

/** Asked as often as one likes. Undefined where there is no battery. */
export function createSupplyReader(clock: Pick<Clock, 'monotonicMs'>, root = ROOT): () => Supply | undefined {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let known: Supply | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - readAtMs >= READ_PERIOD_MS) {
      readAtMs = nowMs;
      known = readSupply(root);
    }
    return known;
  };
}

/** The first battery that feeds the machine itself (Documentation/ABI/testing/sysfs-class-power of Linux). */
export function readSupply(root: string): Supply | undefined {
  for (const name of list(root)) {
    const directory = join(root, name);
    // A mouse's battery has the scope "Device".
    if (read(directory, 'type') !== 'Battery' || read(directory, 'scope') === 'Device') continue;
    const percent = Number(read(directory, 'capacity') || Number.NaN);
    if (!Number.isFinite(percent)) continue;
    const status = read(directory, 'status');
    return { batteryPercent: Math.min(100, Math.max(0, percent)), isCharging: status === 'Charging' };
  }
  return undefined;
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function read(directory: string, name: string): string {
  try {
    return readFileSync(join(directory, name), 'utf8').trim();
  } catch {
    return '';
  }
}
