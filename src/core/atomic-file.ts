import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that after a power cut there is either the old content or the new, never half of one:
 * temporary file beside it, fsync, rename, fsync of the directory. Synchronous on purpose: it is for small
 * files (keys, certificates, the clock floor) and never on the hot path.
 *
 * `like`: a mode, or the file that is replaced, whose mode, owner and group the new one gets.
 */
export function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  like: number | { readonly mode: number; readonly uid: number; readonly gid: number } = 0o600,
): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const file = openSync(temporary, 'w', typeof like === 'number' ? like : 0o600);
  try {
    if (typeof like !== 'number') {
      fchownSync(file, like.uid, like.gid);
      fchmodSync(file, like.mode & 0o7777);
    }
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    unlinkSync(temporary);
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
