import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { DATABASE_FILE, Db } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { type Migration, migrations } from '../../src/store/migrations/index.ts';
import { openStore } from '../../src/store/open.ts';
import { temporaryDir } from '../support/store-fixture.ts';

const one: Migration = { id: 1, name: 'one', sql: 'CREATE TABLE one (a TEXT) STRICT' };
const two: Migration = { id: 2, name: 'two', sql: 'CREATE TABLE two (a TEXT) STRICT' };
const broken: Migration = {
  id: 2,
  name: 'broken',
  sql: 'CREATE TABLE two (a TEXT) STRICT; CREATE TABLE one (a)',
};

function withDb<R>(dataDir: string, use: (db: Db) => R): R {
  const db = Db.open(dataDir);
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const tables = (db: Db) =>
  db
    .all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .map((r) => r.name);

test('the migrations of this program are numbered from 1 without holes', () => {
  assert.deepEqual(
    migrations.map(({ id }) => id),
    migrations.map((_, i) => i + 1),
  );
});

test('a new database gets all migrations and no backup', async (t) => {
  const dataDir = await temporaryDir(t);
  const report = withDb(dataDir, (db) => migrate(db, dataDir, [one, two]));
  assert.deepEqual(report, { version: 2, migrated: ['one', 'two'], backupPath: undefined });
});

test('an older database is copied beside itself before it is changed', async (t) => {
  const dataDir = await temporaryDir(t);
  withDb(dataDir, (db) => {
    migrate(db, dataDir, [one]);
    db.run("INSERT INTO one VALUES ('kept')");
  });
  writeFileSync(join(dataDir, `${DATABASE_FILE}.v1.bak`), 'half a backup of an attempt that was cut short');
  const report = withDb(dataDir, (db) => migrate(db, dataDir, [one, two]));
  const backupPath = join(dataDir, `${DATABASE_FILE}.v1.bak`);
  assert.deepEqual(report, { version: 2, migrated: ['two'], backupPath });
  assert.equal(statSync(backupPath).mode & 0o777, 0o600);
  const backup = new DatabaseSync(backupPath, { readOnly: true });
  t.after(() => backup.close());
  assert.equal(backup.prepare('SELECT a FROM one').get()?.['a'], 'kept');
  assert.equal(backup.prepare('PRAGMA user_version').get()?.['user_version'], 1);
  assert.equal(backup.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'two'").get()?.['n'], 0);
});

test('an up-to-date database is left alone', async (t) => {
  const dataDir = await temporaryDir(t);
  withDb(dataDir, (db) => migrate(db, dataDir, [one, two]));
  const report = withDb(dataDir, (db) => migrate(db, dataDir, [one, two]));
  assert.deepEqual(report, { version: 2, migrated: [], backupPath: undefined });
  assert.equal(existsSync(join(dataDir, `${DATABASE_FILE}.v2.bak`)), false);
});

test('a migration that fails in its middle leaves nothing of itself', async (t) => {
  const dataDir = await temporaryDir(t);
  withDb(dataDir, (db) => {
    migrate(db, dataDir, [one]);
    assert.throws(() => migrate(db, dataDir, [one, broken]), /already exists/);
    assert.deepEqual(tables(db), ['one']);
    assert.deepEqual(migrate(db, dataDir, [one, two]).migrated, ['two']);
  });
});

test('the database of a newer version is refused and not touched', async (t) => {
  const dataDir = await temporaryDir(t);
  const newer = migrations.length + 1;
  withDb(dataDir, (db) => db.exec(`CREATE TABLE later (a TEXT); PRAGMA user_version = ${newer}`));
  await assert.rejects(openStore({ dataDir, log: silentLog, clock: systemClock }), {
    code: 'store.newer',
    details: { version: newer, newest: migrations.length },
  });
  assert.deepEqual(withDb(dataDir, tables), ['later']);
});

test('the file and a directory made for it are for their owner only', async (t) => {
  const parent = await temporaryDir(t);
  const dataDir = join(parent, 'new', 'data');
  withDb(dataDir, (db) => {
    db.exec('CREATE TABLE one (a TEXT)');
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    for (const suffix of ['', '-wal', '-shm']) {
      assert.equal(statSync(join(dataDir, DATABASE_FILE + suffix)).mode & 0o777, 0o600, suffix);
    }
  });
  mkdirSync(join(parent, 'shared'), { mode: 0o755 });
  withDb(join(parent, 'shared'), () => {
    assert.equal(
      statSync(join(parent, 'shared')).mode & 0o777,
      0o755,
      'an existing directory keeps its mode',
    );
  });
});

test('a file that is no database is named as damaged', async (t) => {
  const dataDir = await temporaryDir(t);
  writeFileSync(join(dataDir, DATABASE_FILE), 'this is not a database, '.repeat(100));
  await assert.rejects(openStore({ dataDir, log: silentLog, clock: systemClock }), { code: 'store.corrupt' });
});

test('a directory that cannot be made is named as unusable', async (t) => {
  const dataDir = await temporaryDir(t);
  writeFileSync(join(dataDir, 'file'), '');
  await assert.rejects(
    openStore({ dataDir: join(dataDir, 'file', 'data'), log: silentLog, clock: systemClock }),
    {
      code: 'data.unusable',
    },
  );
});
