import { readFileSync } from 'node:fs';

/**
 * Whether the processor has AES instructions. The chips of the Raspberry Pi 3, 4 and Zero 2 W have none: there
 * ChaCha20 is several times faster than AES-GCM. Assumes that they exist where `/proc/cpuinfo` does not tell.
 */
export function hasAesInstructions(path = '/proc/cpuinfo'): boolean {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync(path, 'utf8'));
    return line === null || /\baes\b/.test(line[1] ?? '');
  } catch {
    return true;
  }
}
