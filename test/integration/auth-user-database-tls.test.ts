import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { userDirectory } from '../../src/app/user-directory.ts';
import { loadConfig } from '../../src/config/load.ts';
import { messageOf } from '../../src/core/errors.ts';
import { type DocumentServer, startDocumentServer, WEAK_PASSWORDS } from '../support/document-client.ts';
import { type MariaDb, NO_MARIADB, startMariaDb } from '../support/mariadb.ts';
import { createPkiFixture, type PkiFixture } from '../support/pki-fixture.ts';
import { MYSQL_TABLES } from '../support/rport-tables.ts';
import { runCli } from '../support/server-process.ts';

/** People in MariaDB, over TLS of a real server: what is trusted, what is refused, and what is told. */

/** Of RPort's page: the password is `password`. */
const HASH = '$2y$05$zfvuP4PvjsNWTqRFLdswEeRzETE2KiZONJQyVn7T3ZV5qcYAlmNWO';

const SETUP = `CREATE DATABASE rport; USE rport;
${MYSQL_TABLES}
INSERT INTO users (username, password) VALUES ('admin', '${HASH}');
INSERT INTO \`groups\` VALUES ('admin', 'Administrators');
CREATE USER rport IDENTIFIED BY 'rport'; GRANT ALL ON rport.* TO rport;
`;

describe('people in MariaDB', { timeout: 120_000, skip: NO_MARIADB ?? false }, () => {
  let pki: PkiFixture;
  let directory: string;
  let encrypted: MariaDb;
  let plain: MariaDb;
  const caFile = () => join(directory, 'ca.pem');
  const otherCaFile = () => join(directory, 'other-ca.pem');

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bivouac-database-tls-'));
    const [good, other] = await Promise.all([
      // Not for `localhost`: that an address is compared as an address is seen by that.
      createPkiFixture(2048, [
        { type: 'dns', value: 'database.example' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      createPkiFixture(),
    ]);
    pki = good;
    await writeFile(caFile(), pki.ca);
    await writeFile(otherCaFile(), other.ca);
    [encrypted, plain] = await Promise.all([startMariaDb({ ca: pki.ca, ...pki.server }), startMariaDb()]);
    await Promise.all([
      encrypted.sql(`${SETUP} ALTER USER rport REQUIRE SSL;
        CREATE USER local@localhost IDENTIFIED BY 'rport'; GRANT ALL ON rport.* TO local@localhost;`),
      plain.sql(SETUP),
    ]);
  });
  after(async () => {
    await Promise.all([encrypted?.stop(), plain?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  const settings = (db_host: string, more: Readonly<Record<string, string>> = {}) => ({
    ...WEAK_PASSWORDS,
    'compat.rport.auth_user_table': 'users',
    'compat.rport.auth_group_table': 'groups',
    'compat.rport.database.db_type': 'mysql',
    'compat.rport.database.db_host': db_host,
    'compat.rport.database.db_user': 'rport',
    'compat.rport.database.db_password': 'rport',
    'compat.rport.database.db_name': 'rport',
    ...Object.fromEntries(
      Object.entries(more).map(([key, value]) => [`compat.rport.database.${key}`, value]),
    ),
  });

  async function withKit(
    set: Readonly<Record<string, string>>,
    work: (kit: DocumentServer) => Promise<void>,
  ): Promise<void> {
    const kit = await startDocumentServer(undefined, set);
    try {
      await work(kit);
    } finally {
      await kit.stop();
    }
  }

  async function warningsOf(kit: DocumentServer): Promise<string> {
    return (await kit.console('GET', '/api/status')).text;
  }

  const sourcesOf = (set: Readonly<Record<string, string>>) => ({
    file: '/dev/null',
    environment: {},
    set: Object.entries(set).map(([key, value]) => `${key}=${value}`),
  });

  /** Why the database of these settings cannot be read. */
  async function refusal(set: Readonly<Record<string, string>>): Promise<string> {
    let people: unknown;
    try {
      const directory = userDirectory(loadConfig(sourcesOf(set)));
      people = await directory?.readAll().finally(() => directory.close());
    } catch (error) {
      return messageOf(error);
    }
    return assert.fail(`it was read: ${JSON.stringify(people)}`);
  }

  test('with the right authority, and a user that may not come without TLS', async () => {
    const host = `127.0.0.1:${encrypted.port}`;
    assert.match(await refusal(settings(host)), /Access denied/, 'in plain this server takes nobody');
    await withKit(settings(host, { db_tls: 'required', db_tls_ca: caFile() }), async (kit) => {
      assert.equal((await kit.send('/api/v1/me', { user: 'admin:password' })).status, 200);
      assert.doesNotMatch(await warningsOf(kit), /user_store_in_plain/);
    });
  });

  test('the program does not start without its people, and says why', async () => {
    const host = `127.0.0.1:${encrypted.port}`;
    const set = settings(host, { db_tls: 'required', db_tls_ca: otherCaFile() });
    const options = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const data = await mkdtemp(join(directory, 'data-'));
    const listed = await runCli(['user', 'list', '--data', data, ...options], { mayFail: true });
    assert.equal(listed.code, 1, listed.stdout);
    assert.match(listed.stderr, /^bivouac: User database rport at 127\.0\.0\.1:\d+: TLS failed: /);
  });

  test('a certificate of another authority, or for another host, is refused', async () => {
    const host = `127.0.0.1:${encrypted.port}`;
    for (const [set, problem] of [
      [settings(host, { db_tls: 'required', db_tls_ca: otherCaFile() }), /TLS failed: .*certificate/],
      [settings(host, { db_tls: 'required' }), /TLS failed: .*certificate/],
      [
        settings(`localhost:${encrypted.port}`, { db_tls: 'required', db_tls_ca: caFile() }),
        /TLS failed: .*localhost/,
      ],
      [
        settings(`0.0.0.0:${encrypted.port}`, { db_tls: 'required', db_tls_ca: caFile() }),
        /TLS failed: .*0\.0\.0\.0/,
      ],
      [settings(host, { db_tls: 'required', db_tls_ca: join(directory, 'none.pem') }), /db_tls_ca: ENOENT/],
      [settings(host, { db_tls: 'off', db_tls_ca: caFile() }), /db_tls_ca needs database\.db_tls/],
    ] as const) {
      assert.match(await refusal(set), problem);
    }
  });

  test('a server without TLS is refused where TLS is required: another machine always, unless switched off', async () => {
    const here = `127.0.0.1:${plain.port}`;
    // Linux takes this for the loopback; to the kit it is an address like any other.
    const elsewhere = `0.0.0.0:${plain.port}`;
    const noTls = /offers no TLS, which is required/;
    assert.match(await refusal(settings(here, { db_tls: 'required' })), noTls);
    assert.match(await refusal(settings(elsewhere)), noTls);
    assert.match(await refusal(settings(elsewhere, { db_tls_ca: caFile() })), noTls);
    await withKit(settings(elsewhere, { db_tls: 'off' }), async (kit) => {
      assert.equal((await kit.send('/api/v1/me', { user: 'admin:password' })).status, 200);
      assert.match(await warningsOf(kit), /user_store_in_plain/);
      assert.match(
        (await kit.server.cli(['doctor'], { mayFail: true })).stdout,
        /without encryption on the way/,
      );
    });
    assert.equal(userDirectory(loadConfig(sourcesOf(settings(here))))?.isInPlain, false);
  });

  test('by socket, in plain, and nobody is warned: nobody is on the way', async () => {
    await withKit(settings(`socket:${encrypted.socket}`, { db_user: 'local' }), async (kit) => {
      assert.equal((await kit.send('/api/v1/me', { user: 'admin:password' })).status, 200);
      const added = await kit.sendJson(
        '/api/v1/users',
        { username: 'willy', password: 'pass1234', groups: ['Bunnies'] },
        { user: 'admin:password' },
      );
      assert.equal(added.status, 201, added.text);
      assert.match(await encrypted.sql('SELECT username FROM rport.users'), /willy/);
      assert.doesNotMatch(await warningsOf(kit), /user_store_in_plain/);
    });
    assert.match(await refusal(settings('socket:/nonexistent/mysqld.sock')), /ENOENT/);
  });
});
