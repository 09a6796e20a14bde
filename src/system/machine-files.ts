import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';

/**
 * Files by which the server, which has no rights over the machine, and the root units talk: orders go one way,
 * states come back. `systemd/bivouac-*.path` start the units that read the orders.
 */
export interface MachineFiles {
  /** How the hotspot is wanted; lasts over restarts. */
  readonly hotspotOrder: string;
  readonly powerOrder: string;
  readonly timeOrder: string;
  /** The first administrator of a preset file, until the server has taken it over. */
  readonly firstAdministrator: string;
  /** Written by root, read by everybody. Absent where the units are not installed. */
  readonly statusDir: string;
}

/** @param runDir the server's directory below /run @param statusDir where the root units write */
export function machineFiles(dataDir: string, runDir: string, statusDir: string): MachineFiles {
  const lasting = join(dataDir, 'system');
  return {
    hotspotOrder: join(lasting, 'hotspot.json'),
    firstAdministrator: join(lasting, 'first-administrator.json'),
    powerOrder: join(runDir, 'wanted-power.json'),
    timeOrder: join(runDir, 'wanted-time.json'),
    statusDir,
  };
}

/** Whether root units read orders here: the first of them says so at each start of the machine. */
export function takesOrders({ statusDir }: MachineFiles): boolean {
  return existsSync(join(statusDir, 'first-boot.json'));
}

/** More than any of these files holds. */
const STATUS_MAX_BYTES = 64 * 1024;

/** Undefined where there is none, or it is not JSON (read while it was being replaced, or somebody's doing). */
export function readStatus(path: string): unknown {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = fstatSync(file);
    if (size > STATUS_MAX_BYTES) return undefined;
    const bytes = Buffer.alloc(size);
    const length = readSync(file, bytes, 0, size, 0);
    return JSON.parse(bytes.toString('utf8', 0, length));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Milliseconds since the epoch by the system's clock; undefined where the file does not exist. */
export function changedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** Whole or not at all, for its owner and root alone. */
export function writeOrder(path: string, order: object): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileAtomic(path, `${JSON.stringify(order)}\n`);
}

/** The server's own file, which first boot wrote for it. */
export function readOrder(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
