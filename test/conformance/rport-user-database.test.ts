import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, startDocumentServer, WEAK_PASSWORDS } from '../support/document-client.ts';
import { type MariaDb, NO_MARIADB, startMariaDb } from '../support/mariadb.ts';
import {
  EXTENDED_PERMISSIONS,
  FIRST_USER,
  MYSQL_TABLES,
  NO_TOTP,
  SQLITE_TABLES,
} from '../support/rport-tables.ts';
import { totpCode } from '../support/totp-code.ts';

/** RPort's page, "database": its tables, its rows, its requests, on both kinds of database. */

interface Engine {
  /** Runs SQL as the page prints it. */
  sql(text: string): Promise<void>;
  rows(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const TABLES = {
  'compat.rport.auth_user_table': 'users',
  'compat.rport.auth_group_table': 'groups',
  'compat.rport.group_details_table': 'group_details',
};

async function sqlite(): Promise<Engine> {
  const directory = await mkdtemp(join(tmpdir(), 'bivouac-users-'));
  const file = join(directory, 'auth.db');
  await writeFile(file, '');
  function open<T>(work: (database: DatabaseSync) => T): T {
    // The sqlite3 program takes strings in double quotes, as the page has them.
    const database = new DatabaseSync(file, { timeout: 5_000, enableDoubleQuotedStringLiterals: true });
    try {
      return work(database);
    } finally {
      database.close();
    }
  }
  await open((database) => database.exec(SQLITE_TABLES));
  return {
    sql: async (text) => open((database) => database.exec(text)),
    rows: async (text) =>
      open((database) =>
        database
          .prepare(text)
          .all()
          .map((row) => ({ ...row })),
      ),
    settings: { 'compat.rport.database.db_type': 'sqlite', 'compat.rport.database.db_name': file },
    stop: () => rm(directory, { recursive: true, force: true }),
  };
}

async function mariadb(): Promise<Engine> {
  const server: MariaDb = await startMariaDb();
  await server.sql(`CREATE DATABASE rport; CREATE USER rport@127.0.0.1 IDENTIFIED BY 'rport';
    GRANT ALL ON rport.* TO rport@127.0.0.1;`);
  const inRport = (text: string) => server.sql(`USE rport;\n${text}`);
  await inRport(MYSQL_TABLES + EXTENDED_PERMISSIONS);
  return {
    // Its statements with rows are for SQLite, which takes names of columns in quotes.
    sql: async (text) =>
      void (await inRport(
        text
          .replace(/\('(\w+)', '(\w+)'(?:, '(\w+)')?\)\nVALUES/g, (_, ...names) => {
            const columns = names.slice(0, 3).filter((name) => name !== undefined);
            return `(${columns.map((name) => `\`${name}\``).join(', ')})\nVALUES`;
          })
          .replace('INTO groups', 'INTO `groups`'),
      )),
    async rows(text) {
      const [head = '', ...lines] = (await inRport(text)).trim().split('\n');
      const names = head.split('\t');
      return lines.map((line) => Object.fromEntries(line.split('\t').map((value, at) => [names[at], value])));
    },
    settings: {
      'compat.rport.database.db_type': 'mysql',
      'compat.rport.database.db_host': `127.0.0.1:${server.port}`,
      'compat.rport.database.db_user': 'rport',
      'compat.rport.database.db_password': 'rport',
      'compat.rport.database.db_name': 'rport',
    },
    stop: () => server.stop(),
  };
}

const USERS = 'http://localhost:3000/api/v1/users';
const admin = { user: 'admin:password' };
const HASH = '$2y$05$zfvuP4PvjsNWTqRFLdswEeRzETE2KiZONJQyVn7T3ZV5qcYAlmNWO';

const engines = [
  { name: 'SQLite', open: sqlite, skip: undefined },
  { name: 'MariaDB', open: mariadb, skip: NO_MARIADB },
];

for (const { name, open, skip } of engines) {
  describe(`RPort: users in ${name}`, { timeout: 90_000, skip: skip ?? false }, () => {
    let engine: Engine;
    let kit: DocumentServer;
    let settings: Readonly<Record<string, string>>;

    before(async () => {
      engine = await open();
      await engine.sql(FIRST_USER);
      settings = { ...WEAK_PASSWORDS, ...TABLES, ...engine.settings };
      kit = await startDocumentServer(undefined, settings);
    });
    after(async () => {
      await kit.stop();
      await engine.stop();
    });

    const insert = (user: string, hash = HASH) =>
      engine.sql(`INSERT INTO users ('username', 'password')\nVALUES('${user}','${hash}');\n`);
    const names = async () =>
      (await kit.send(USERS, admin)).json<{ data: { username: string }[] }>().data.map((one) => one.username);

    test('curl -Ss http://localhost:3000/api/v1/users -u admin:password', async () => {
      const reply = await kit.send(USERS, admin);
      assert.equal(reply.status, 200, reply.text);
      const [row, ...rest] = reply.json<{ data: { username: string; groups: string[] }[] }>().data;
      assert.deepEqual(rest, []);
      assert.deepEqual(
        { username: row?.username, groups: row?.groups },
        { username: 'admin', groups: ['Administrators'] },
      );
    });

    test('the kit counts as claimed, and its own administrator rests', async () => {
      const setup = await kit.console('POST', '/api/setup/claim-by-console', { password: 'password' });
      assert.equal(setup.status, 410, setup.text);
      assert.equal((await kit.console('GET', '/api/people/administrator')).status, 404);
    });

    test('create a new user, change the password of an existing user, delete it: all in the tables', async () => {
      const willy = '{\n"username": "Willy",\n"password": "pass1234",\n"groups": [\n"Administrators"\n]\n}';
      const headers = { 'content-type': 'application/json' };
      const created = await kit.send(USERS, { method: 'POST', body: willy, headers, ...admin });
      assert.equal(created.status, 201, created.text);
      const hash = async () =>
        String((await engine.rows("SELECT password FROM users WHERE username = 'Willy'"))[0]?.['password']);
      const first = await hash();
      assert.match(first, /^\$2y\$10\$/);
      assert.deepEqual(await engine.rows("SELECT `group` FROM `groups` WHERE username = 'Willy'"), [
        { group: 'Administrators' },
      ]);
      assert.equal((await kit.send('/api/v1/me', { user: 'Willy:pass1234' })).status, 200);

      const path = 'https://localhost/api/v1/users/Willy';
      const put = { method: 'PUT', body: '{"password": "4321ssap"}', headers, ...admin };
      assert.equal((await kit.send(path, put)).status, 204);
      assert.notEqual(await hash(), first);
      assert.equal((await kit.send('/api/v1/me', { user: 'Willy:pass1234' })).status, 401);
      assert.equal((await kit.send('/api/v1/me', { user: 'Willy:4321ssap' })).status, 200);

      const groups = { method: 'PUT', body: '{"groups": ["Bunnies"]}', headers, ...admin };
      assert.equal((await kit.send(path, groups)).status, 204);
      assert.deepEqual(await engine.rows("SELECT `group` FROM `groups` WHERE username = 'Willy'"), [
        { group: 'Bunnies' },
      ]);
      const expire = { method: 'PUT', body: '{"password_expired": true}', headers, ...admin };
      assert.equal((await kit.send(path, expire)).status, 204);
      const [row] = await engine.rows("SELECT password_expired FROM users WHERE username = 'Willy'");
      assert.equal(Number(row?.['password_expired']), 1);
      assert.equal((await kit.send(USERS, { method: 'POST', body: willy, headers, ...admin })).status, 400);

      assert.equal((await kit.send(path, { method: 'DELETE', ...admin })).status, 204);
      assert.deepEqual(await engine.rows("SELECT username FROM users WHERE username = 'Willy'"), []);
      assert.deepEqual(await engine.rows("SELECT username FROM `groups` WHERE username = 'Willy'"), []);
    });

    test('a row that somebody inserts may sign in at once, and one that he deletes may not any more', async () => {
      await insert('visitor');
      const token = async () => {
        const reply = await kit.send('/api/v1/login', { user: 'visitor:password' });
        assert.equal(reply.status, 200, reply.text);
        return reply.json<{ data: { token: string } }>().data.token;
      };
      const me = async (one: string) =>
        (await kit.send('/api/v1/me', { headers: { Authorization: `Bearer ${one}` } })).status;
      const first = await token();
      const { id } = (await kit.console('GET', '/api/people/visitor')).json<{ id: string }>();
      assert.equal(await me(first), 200);

      await engine.sql("DELETE FROM users WHERE username = 'visitor';");
      assert.equal((await kit.send('/api/v1/login', { user: 'visitor:password' })).status, 401);
      assert.equal(await me(first), 401, 'what he had is over as well');

      await kit.server.waitForLog(({ ev }) => ev === 'auth.user_store_followed', 'the retirement');
      await insert('visitor');
      // A failure counts against the name for a while; the administrator need not wait.
      const { id: later } = (await kit.console('GET', '/api/people/visitor')).json<{ id: string }>();
      assert.notEqual(later, id, 'a later row of this name is somebody else');
      assert.equal(await me(first), 401);
      await engine.sql("DELETE FROM users WHERE username = 'visitor';");
    });

    test('an authenticator app stands in totp_secret, and emptying that takes it away', async () => {
      const user = 'your@mail.com';
      await insert(user);
      const people = `/api/people/${encodeURIComponent(user)}/factors`;
      const made = await kit.console('POST', `${people}/totp`);
      assert.ok(made.status < 300, made.text);
      const { secret } = made.json<{ secret: string }>();
      const kept = async () =>
        String(
          (await engine.rows(`SELECT totp_secret FROM users WHERE username = '${user}'`))[0]?.[
            'totp_secret'
          ] ?? '',
        );
      assert.doesNotMatch(await kept(), /otpauth/, 'not before its first code');
      const done = await kit.console('POST', `${people}/totp/activate`, { code: totpCode(secret) });
      assert.ok(done.status < 300, done.text);
      assert.match(await kept(), new RegExp(`^otpauth://totp/.*secret=${secret}`));
      const asked = await kit.send('/api/v1/login', { user: `${user}:password` });
      assert.equal(asked.json<{ data: { two_fa: unknown } }>().data.two_fa === null, false, asked.text);

      await engine.sql(NO_TOTP);
      const free = await kit.send('/api/v1/login', { user: `${user}:password` });
      assert.equal(free.json<{ data: { two_fa: unknown } }>().data.two_fa, null, free.text);
      const gone = await kit.send(`/api/v1/users/${user}`, { method: 'DELETE', ...admin });
      assert.equal(gone.status, 204, gone.text);
      assert.deepEqual(await names(), ['admin']);
    });

    test('what members of a group may stands in its table, both ways; what is restricted is withheld', async () => {
      const put = await kit.sendJson(
        '/api/v1/user-groups/Bunnies',
        { permissions: { tunnels: true, auditlog: true } },
        { method: 'PUT', ...admin },
      );
      assert.equal(put.status, 200, put.text);
      const [row] = await engine.rows("SELECT permissions FROM group_details WHERE name = 'Bunnies'");
      assert.deepEqual(
        Object.entries(JSON.parse(String(row?.['permissions'])) as object).filter(([, may]) => may),
        [
          ['tunnels', true],
          ['auditlog', true],
        ],
      );
      await engine.sql(
        `UPDATE group_details SET permissions = '{"tunnels":true,"uploads":true}', tunnels_restricted = '{"local":["3000"]}' WHERE name = 'Bunnies';`,
      );
      assert.equal((await kit.console('POST', '/api/user-store/reload')).status, 200);
      const read = await kit.send('/api/v1/user-groups/Bunnies', admin);
      const { permissions } = read.json<{ data: { permissions: Record<string, boolean> } }>().data;
      assert.deepEqual(
        Object.keys(permissions).filter((flag) => permissions[flag]),
        ['uploads'],
      );
      const gone = await kit.send('/api/v1/user-groups/Bunnies', { method: 'DELETE', ...admin });
      assert.equal(gone.status, 204, gone.text);
      assert.deepEqual(await engine.rows("SELECT name FROM group_details WHERE name = 'Bunnies'"), []);
    });

    test('the command line changes the tables, whether a server runs or not', async () => {
      const options = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      const cli = (...words: string[]) =>
        kit.server.cli(['user', ...words, ...options], { stdin: 'another long willow\n' });
      await cli('add', '-u', 'carol', '-g', 'Administrators,Bunnies', '--password-stdin');
      assert.equal((await kit.send('/api/v1/me', { user: 'carol:another long willow' })).status, 200);
      await kit.server.stop({ keepsData: true });
      await cli('change', '-u', 'carol', '--role', 'user', '-g', 'Bunnies,Scouts');
      const groups = await engine.rows(
        "SELECT `group` FROM `groups` WHERE username = 'carol' ORDER BY `group`",
      );
      assert.deepEqual(groups, [{ group: 'Bunnies' }, { group: 'Scouts' }]);
      await cli('delete', '-u', 'carol');
      assert.deepEqual(await engine.rows("SELECT username FROM users WHERE username = 'carol'"), []);

      // After a restart everybody is who he was.
      kit = await startDocumentServer(undefined, settings, { dataDir: kit.server.dataDir });
      assert.deepEqual(await names(), ['admin']);
    });
  });
}
