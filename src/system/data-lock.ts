import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BivouacError, messageOf } from '../core/errors.ts';

/** Holds the data directory for this process, until it is released or the process ends in any way. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the data directory for this process alone. Node cannot lock files, SQLite can: an exclusive
 * transaction on an empty database is a lock that the kernel gives up when the process dies, also by kill -9.
 *
 * @param waitMs how long to wait for another holder; blocks the thread, so only for start-up
 * @throws BivouacError `data.locked`, `data.unusable`
 */
export function lockDataDirectory(dataDir: string, waitMs: number): DataLock {
  let file: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    file = new DatabaseSync(join(dataDir, 'lock.db'), { timeout: waitMs });
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file?.close();
    if (isBusy(error)) {
      throw new BivouacError('data.locked', `Another server or command is using ${dataDir}`);
    }
    throw new BivouacError(
      'data.unusable',
      `The data directory ${dataDir} cannot be used: ${messageOf(error)}`,
    );
  }
  const held = file;
  HELD.add(held);
  return {
    release() {
      HELD.delete(held);
      held.close();
    },
  };
}

/** A lock lasts as long as the process: without a reference the collector would close it. */
const HELD = new Set<DatabaseSync>();

/**
 * Makes the place for a control socket. A socket that lies there is a dead one: whoever calls this holds the
 * lock of the data directory.
 */
export function clearControlSocket(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return (error as { errcode?: number }).errcode === SQLITE_BUSY;
}
