import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { BivouacError } from '../core/errors.ts';
import type { Owner } from './kit-paths.ts';

/**
 * Root writes a file that is to be the server's own, in a directory of the server. By then somebody may have that
 * server in hand: everything happens below the one directory that was opened, and through no symbolic link.
 *
 * @throws BivouacError `system.order_refused` where the directory is not the server's
 */
export function handOver(path: string, text: string, owner: Owner): void {
  const directory = openDirectory(dirname(path), owner);
  try {
    const inside = (name: string) => `/proc/self/fd/${directory}/${name}`;
    const temporary = inside(`.${basename(path)}.new`);
    rmSync(temporary, { force: true });
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = openSync(temporary, flags, 0o600);
    try {
      writeSync(file, text);
      fchownSync(file, owner.uid, owner.gid);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, inside(basename(path)));
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function openDirectory(path: string, owner: Owner): number {
  let isNew = false;
  try {
    mkdirSync(path, { mode: 0o700 });
    isNew = true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  let directory: number;
  try {
    directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    throw new BivouacError('system.order_refused', `${path} is no directory`);
  }
  if (isNew) {
    fchownSync(directory, owner.uid, owner.gid);
    fchmodSync(directory, 0o700);
  } else if (fstatSync(directory).uid !== owner.uid) {
    closeSync(directory);
    throw new BivouacError('system.order_refused', `${path} belongs to somebody else`);
  }
  return directory;
}
