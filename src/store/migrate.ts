import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BivouacError } from '../core/errors.ts';
import { DATABASE_FILE, type Db } from './db.ts';
import type { OpenReport } from './messages.ts';
import type { Migration } from './migrations/index.ts';

/**
 * Brings the database to the newest version, each step in a transaction of its own. An existing database is
 * first copied beside itself, to `bivouac.db.vN.bak`.
 * @throws BivouacError `store.newer` when a newer program wrote it: nothing is touched then.
 */
export function migrate(db: Db, dataDir: string, migrations: readonly Migration[]): OpenReport {
  const newest = migrations.at(-1)?.id ?? 0;
  const found = versionOf(db);
  if (found > newest) {
    throw new BivouacError(
      'store.newer',
      `The database has version ${found}, this program knows ${newest}: install the newer program, or restore a backup`,
      { version: found, newest },
    );
  }
  // A new database has nothing to lose.
  const backupPath = found > 0 && found < newest ? backUp(db, dataDir, found) : undefined;
  const migrated = migrations.filter((migration) => migration.id > found && apply(db, migration));
  return { version: newest, migrated: migrated.map(({ name }) => name), backupPath };
}

function versionOf(db: Db): number {
  return db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/** False when another process, opening at the same time, did it while this one waited for the lock. */
function apply(db: Db, migration: Migration): boolean {
  db.exec('BEGIN IMMEDIATE');
  try {
    const isNeeded = versionOf(db) < migration.id;
    if (isNeeded) db.exec(`${migration.sql}; PRAGMA user_version = ${migration.id}`);
    db.exec('COMMIT');
    return isNeeded;
  } catch (error) {
    if (db.isInTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function backUp(db: Db, dataDir: string, version: number): string {
  const path = join(dataDir, `${DATABASE_FILE}.v${version}.bak`);
  // VACUUM INTO refuses a file that exists: one left by an attempt that was cut short is worth nothing.
  rmSync(path, { force: true });
  try {
    db.run('VACUUM INTO ?', [path]);
    chmodSync(path, 0o600);
  } catch (error) {
    // On a full disk: half a copy would only take the space that is missing.
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}
