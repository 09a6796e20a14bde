import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';

/** What the units that act for the kit tell it, one file each; only root writes there, everybody reads. */
export type StatusName = 'firewall' | 'hotspot' | 'leases' | 'time' | 'first-boot';

export function writeStatus(directory: string, name: StatusName, value: unknown): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const path = join(directory, `${name}.json`);
  writeFileAtomic(path, `${JSON.stringify(value)}\n`, 0o644);
  // Whatever the umask of the unit is.
  chmodSync(path, 0o644);
}
