import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { CONSOLE, type RevocationNotice } from '../../src/auth/ports.ts';
import { createHealth } from '../../src/core/health.ts';
import { createUserFile } from '../../src/store/user-directories/json-file.ts';
import type { UserDirectory } from '../../src/store/user-directories/port.ts';
import { createSqliteClient } from '../../src/store/user-directories/sqlite-client.ts';
import { createUserDatabase } from '../../src/store/user-directories/user-database.ts';
import { type AuthWorld, causeOf, GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';
import { SQLITE_TABLES } from '../support/rport-tables.ts';

/** People who are kept in a file or a database: what becomes of them here when they change there. */

async function directoryFor(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'bivouac-stores-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

interface Entry {
  readonly username: string;
  readonly password: string;
  readonly groups?: readonly string[];
  readonly totp_secret?: string;
}

const HASH = hashSync(OTHER_PASSWORD, 4);
const ADMIN: Entry = { username: 'admin', password: HASH, groups: ['Administrators'] };

async function openWith(t: TestContext, userDirectory: UserDirectory) {
  const health = createHealth();
  const world = await openAuth(t, { userDirectory, health, opensUsers: true });
  t.after(() => world.auth.userStore.close());
  t.after(() => world.auth.stop());
  const notices: RevocationNotice[] = [];
  world.auth.revocation.onRevoked((notice) => notices.push(notice));
  return { ...world, health, notices };
}

async function openFile(t: TestContext, entries: readonly Entry[]) {
  const path = join(await directoryFor(t), 'users.json');
  const write = (now: readonly Entry[]) => writeFileSync(path, JSON.stringify(now));
  write(entries);
  return { ...(await openWith(t, createUserFile(path))), write };
}

const signIn = async ({ auth }: Pick<AuthWorld, 'auth'>, username: string, password = OTHER_PASSWORD) =>
  causeOf(await auth.streamLogin.byPassword({ username, password, remote: '10.0.0.1' }));

test('bcrypt under all its names lets in, and everything else lets nobody in', async (t) => {
  const other = (mark: string) => HASH.replace(/^\$2[aby]\$/, mark);
  const world = await openFile(t, [
    { ...ADMIN, password: other('$2y$') },
    { username: 'a', password: other('$2a$') },
    { username: 'b', password: other('$2b$') },
    { username: 'plain', password: OTHER_PASSWORD },
    { username: 'other', password: other('$2x$') },
    { username: 'sha', password: `{SHA}${Buffer.from(OTHER_PASSWORD).toString('base64')}` },
    { username: 'dear', password: HASH.replace(/^(\$2.\$)04/, '$131') },
    { username: 'none', password: '' },
    { username: 'odd', password: HASH, totp_secret: 'otpauth://hotp/x?secret=AAAAAAAAAAAAAAAAAAAA' },
  ]);
  for (const name of ['admin', 'a', 'b']) assert.equal(await signIn(world, name), undefined, name);
  for (const name of ['plain', 'other', 'sha', 'dear', 'none', 'odd']) {
    assert.equal(await signIn(world, name), 'no_password', name);
  }
  const { problems } = await world.auth.userStore.state();
  assert.deepEqual(problems.map(({ name }) => name).sort(), ['dear', 'odd', 'other', 'plain', 'sha']);
  const warnings = world.health.list().map(({ code, text }) => `${code} ${text}`);
  assert.match(warnings.join('\n'), /users_kept_elsewhere .*bcrypt/);
  assert.match(warnings.join('\n'), /user_store_entries .*plain: /);
  assert.ok(!warnings.join('\n').includes(OTHER_PASSWORD));
  // What cannot be a hash is not copied: it may be a password.
  const kept = world.withDatabase((database) =>
    JSON.stringify(database.prepare('SELECT * FROM passwords').all()),
  );
  assert.ok(!kept.includes(OTHER_PASSWORD));
});

test('an unknown name, a cheap hash and a dear one cost the same work when the password is wrong', async (t) => {
  const hashes = { cheap: hashSync(OTHER_PASSWORD, 5), dear: hashSync(OTHER_PASSWORD, 10) };
  const world = await openFile(t, [
    ADMIN,
    { username: 'cheap', password: hashes.cheap },
    { username: 'dear', password: hashes.dear },
    { username: 'plain', password: 'no hash' },
  ]);
  const times = new Map<string, number[]>();
  for (let round = 0; round < 4; round += 1) {
    for (const name of ['cheap', 'dear', 'plain', 'nobody']) {
      const began = process.cpuUsage();
      const cause = await signIn(world, name, GOOD_PASSWORD);
      const { user, system } = process.cpuUsage(began);
      assert.notEqual(cause, undefined);
      times.set(name, [...(times.get(name) ?? []), user + system]);
      // The next one must not be delayed by this failure.
      world.clock.advance(3_600_000);
    }
  }
  const least = [...times].map(([name, all]) => [name, Math.min(...all)] as const);
  const [low, high] = [Math.min(...least.map(([, us]) => us)), Math.max(...least.map(([, us]) => us))];
  // A hash of cost 5 alone would take a 32nd of one of cost 10.
  assert.ok(high < 1.8 * low, JSON.stringify(least));
});

test('who is gone at a reload is gone with everything, and never comes back as himself', async (t) => {
  const bunny: Entry = { username: 'Bunny', password: HASH, groups: ['Bunnies'] };
  const world = await openFile(t, [ADMIN, bunny]);
  const before = await world.auth.users.byName('bunny');
  assert.ok(before !== undefined);
  world.write([ADMIN]);
  await world.auth.userStore.reload(CONSOLE);
  assert.deepEqual(
    world.notices.map(({ principalId, cause, scope }) => [principalId, cause, scope]),
    [[before.id, 'deleted', 'all']],
  );
  assert.equal(await signIn(world, 'Bunny'), 'unknown_user');
  world.write([ADMIN, bunny]);
  await world.auth.userStore.reload(CONSOLE);
  assert.notEqual((await world.auth.users.byName('bunny'))?.id, before.id);
  assert.equal(await world.auth.users.byId(before.id), undefined);
});

test('another password, other groups and another role there end here what they make invalid', async (t) => {
  const eve: Entry = { username: 'eve', password: HASH, groups: ['One'] };
  const world = await openFile(t, [ADMIN, eve]);
  const causes = async (now: Entry) => {
    world.notices.length = 0;
    world.write([ADMIN, now]);
    await world.auth.userStore.reload(CONSOLE);
    return world.notices.map(({ cause, scope }) => `${cause} ${scope}`);
  };
  assert.deepEqual(await causes(eve), []);
  assert.deepEqual(await causes({ ...eve, groups: ['Two'] }), ['groups_changed all']);
  assert.deepEqual(await causes({ ...eve, groups: ['Two', 'Administrators'] }), ['role_changed all']);
  const other = { ...eve, groups: ['Two', 'Administrators'], password: hashSync(GOOD_PASSWORD, 4) };
  assert.deepEqual(await causes(other), ['password_changed password']);
  assert.equal(await signIn(world, 'eve', GOOD_PASSWORD), undefined);
});

test('a store without an administrator is claimed on the display, one with him is not', async (t) => {
  const world = await openFile(t, [{ username: 'eve', password: HASH }]);
  const shown = () => world.auth.claimCode.current();
  assert.ok(shown() !== undefined);
  world.write([ADMIN]);
  await world.auth.userStore.reload(CONSOLE);
  assert.equal(shown(), undefined);
  assert.equal(await world.auth.claim.isClaimed(), true);
  await assert.rejects(world.auth.users.delete('admin', CONSOLE), { code: 'user.last_admin' });
  world.write([]);
  await world.auth.userStore.reload(CONSOLE);
  assert.ok(shown() !== undefined, 'whoever took the last one away gets the code');
  await world.auth.claim.claim({ username: 'boss', password: GOOD_PASSWORD }, CONSOLE);
  assert.equal(shown(), undefined);
  await world.auth.userStore.reload(CONSOLE);
  const boss = await world.auth.users.byName('boss');
  assert.equal(boss?.role, 'administrator', 'he stands in the file');
  assert.equal(await signIn(world, 'boss', GOOD_PASSWORD), undefined);
});

test('a database is looked through each minute, and one that is down retires nobody', async (t) => {
  const file = join(await directoryFor(t), 'auth.db');
  const sql = (text: string) => {
    const database = new DatabaseSync(file, { enableDoubleQuotedStringLiterals: true });
    database.exec(text);
    database.close();
  };
  sql(`${SQLITE_TABLES}
    INSERT INTO users (username, password) VALUES ('admin', '${HASH}'), ('eve', '${HASH}'), ('Twin', '${HASH}');
    INSERT INTO groups (username, "group") VALUES ('admin', 'Administrators');`);
  const tables = { users: 'users', groups: 'groups', groupDetails: 'group_details' };
  const world = await openWith(t, createUserDatabase(createSqliteClient(file), tables));
  const twin = (await world.auth.users.byName('twin'))?.id;

  const gone = Promise.withResolvers<RevocationNotice>();
  world.auth.revocation.onRevoked(gone.resolve);
  sql(
    "DELETE FROM users WHERE username = 'eve'; INSERT INTO users (username, password) VALUES ('TWIN', 'x')",
  );
  world.clock.advance(60_000);
  assert.equal((await gone.promise).cause, 'deleted');
  assert.equal((await world.auth.users.byName('twin'))?.id, twin, 'the one whom we knew');

  sql('ALTER TABLE users RENAME TO people');
  await assert.rejects(world.auth.userStore.reload(CONSOLE), { code: 'user_store.unusable' });
  assert.ok(world.health.list().some(({ code }) => code === 'user_store_unusable'));
  await assert.rejects(signIn(world, 'admin'), { code: 'user_store.unusable' });
  const rows = world.withDatabase((database) =>
    database.prepare("SELECT name FROM principals WHERE state = 'enabled' AND source = 'database'").all(),
  );
  assert.equal(rows.length, 2);
  sql('ALTER TABLE people RENAME TO users');
  world.clock.advance(10_000);
  assert.equal(await signIn(world, 'admin'), undefined);
});

test('what cannot be written there has not happened here', async (t) => {
  const path = join(await directoryFor(t), 'users.json');
  writeFileSync(path, JSON.stringify([ADMIN, { username: 'eve', password: HASH, groups: ['One'] }]));
  const file = createUserFile(path);
  const failing: UserDirectory = {
    ...file,
    change: () => Promise.reject(new Error('the card is full')),
    add: () => Promise.reject(new Error('the card is full')),
    remove: () => Promise.reject(new Error('the card is full')),
  };
  const world = await openWith(t, failing);
  await assert.rejects(world.auth.users.change('eve', { password: GOOD_PASSWORD }, CONSOLE), /card is full/);
  assert.equal(await signIn(world, 'eve', GOOD_PASSWORD), 'wrong_password');
  world.clock.advance(3_600_000);
  assert.equal(await signIn(world, 'eve'), undefined);
  await assert.rejects(
    world.auth.users.add({ name: 'new', password: GOOD_PASSWORD }, CONSOLE),
    /card is full/,
  );
  assert.equal(await world.auth.users.byName('new'), undefined);
  await assert.rejects(world.auth.users.delete('eve', CONSOLE), /card is full/);
  assert.equal(await signIn(world, 'eve'), undefined, 'he is still in the store');
});
