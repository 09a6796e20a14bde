import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openKit } from '../../src/app/kit.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import { readPlatform } from '../../src/system/platform.ts';
import { type DocumentServer, startDocumentServer } from '../support/document-client.ts';
import { runCli } from '../support/server-process.ts';

/** RPort's page: a single user in the configuration, and configurations that RPort refuses. */

const READ_ONLY =
  'server runs on a static user-password pair, please use JSON file or database for user data';

describe('RPort: auth = "admin:foobaz"', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  const settings = { 'compat.rport.auth': 'admin:foobaz' };
  const admin = { user: 'admin:foobaz' };
  before(async () => {
    kit = await startDocumentServer(undefined, settings);
  });
  after(() => kit.stop());

  const tokenOf = async () => {
    const reply = await kit.send('http://localhost:3000/api/v1/login', admin);
    assert.equal(reply.status, 200, reply.text);
    return reply.json<{ data: { token: string } }>().data.token;
  };

  test('the user signs in, and is the administrator', async () => {
    assert.equal((await kit.send('http://localhost:3000/api/v1/clients', admin)).status, 200);
    const token = await tokenOf();
    const me = await kit.send('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } });
    const { data } = me.json<{ data: { username: string; groups: string[] } }>();
    assert.deepEqual([data.username, data.groups], ['admin', ['Administrators']]);
    assert.equal((await kit.send('/api/v1/login', { user: 'admin:foobar' })).status, 401);
  });

  test('people cannot be managed: 400, with words', async () => {
    const willy = { username: 'Willy', password: 'pass1234-Long!x-and-more', groups: [] };
    for (const reply of [
      await kit.send('/api/v1/users', admin),
      await kit.sendJson('/api/v1/users', willy, admin),
      await kit.sendJson('/api/v1/users/admin', { password: willy.password }, { method: 'PUT', ...admin }),
    ]) {
      assert.equal(reply.status, 400, reply.text);
      assert.equal(reply.text, `{"errors":[{"code":"","title":"${READ_ONLY}","detail":""}]}`);
    }
    const cli = await kit.server.cli(['user', 'change', '-u', 'admin', '--password-stdin'], {
      stdin: 'a willow by the lake\n',
      mayFail: true,
    });
    assert.equal(cli.code, 1);
    assert.match(cli.stderr, /static user-password pair/);
    const totp = await kit.console('POST', '/api/people/admin/factors/totp');
    assert.equal(totp.status, 400, totp.text);
  });

  test('a restart ends nothing, another password in the configuration ends everything', async () => {
    const token = await tokenOf();
    const me = async () =>
      (await kit.send('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } })).status;
    const { dataDir } = kit.server;
    await kit.server.stop({ keepsData: true });
    kit = await startDocumentServer(undefined, settings, { dataDir });
    assert.equal(await me(), 200);
    await kit.server.stop({ keepsData: true });
    kit = await startDocumentServer(undefined, { 'compat.rport.auth': 'admin:other:foo' }, { dataDir });
    assert.equal(await me(), 401);
    assert.equal((await kit.send('/api/v1/me', { user: 'admin:other:foo' })).status, 200);
    const health = await kit.console('GET', '/api/doctor');
    assert.match(health.text, /stands in the configuration/);
    assert.doesNotMatch(health.text, /other:foo/);
    await kit.server.stop({ keepsData: true });
    // Without the line, the kit's own people are back, and it is nobody's as it was.
    kit = await startDocumentServer('a willow by the lake', {}, { dataDir });
    assert.equal((await kit.send('/api/v1/me', { user: 'administrator:a willow by the lake' })).status, 200);
    assert.equal(await me(), 401);
    assert.equal((await kit.send('/api/v1/me', { user: 'admin:other:foo' })).status, 401);
  });
});

describe('RPort: configurations that are refused at the start', { timeout: 60_000 }, () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bivouac-refused-'));
    await writeFile(join(directory, 'users.json'), '[{"username": 7}]');
    await writeFile(join(directory, 'empty.db'), '');
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const rport = (settings: Readonly<Record<string, string>>) =>
    Object.entries(settings).map(([key, value]) => `compat.rport.${key}=${value.replace('DIR', directory)}`);
  const tables = { auth_user_table: 'users', auth_group_table: 'groups' };
  for (const [what, settings, problem] of [
    [
      'two sources',
      { auth: 'a:b', auth_file: '/x.json' },
      /'auth' and 'auth_file' are set: expected only one/,
    ],
    ['a file and tables', { auth_file: '/x.json', ...tables }, /expected only one/],
    ['a static user with codes', { auth: 'a:b', two_fa_token_delivery: '/bin/true' }, /2FA is not available/],
    ['a static user with apps', { auth: 'a:b', totp_enabled: 'true' }, /2FA is not available/],
    [
      'a static user with a proxy',
      { auth: 'a:b', auth_header: 'X', trusted_proxies: '["10.0.0.1"]' },
      /static user/,
    ],
    ['tables without a database', tables, /needs database\.db_type/],
    ['tables of users alone', { auth_user_table: 'users' }, /needs auth_group_table/],
    [
      'a file that is not there',
      { auth_file: '/nowhere/users.json' },
      /User file \/nowhere\/users\.json: ENOENT/,
    ],
    ['a file of another kind', { auth_file: 'DIR/users.json' }, /entry 0\.username/],
    [
      'a database that is not there',
      { ...tables, 'database.db_type': 'sqlite', 'database.db_name': '/nowhere/a.db' },
      /User database \/nowhere\/a\.db: there is no such file/,
    ],
    [
      'a database without the table',
      { ...tables, 'database.db_type': 'sqlite', 'database.db_name': 'DIR/empty.db' },
      /there is no table users/,
    ],
    [
      'a database that does not answer',
      {
        ...tables,
        'database.db_type': 'mysql',
        'database.db_host': '127.0.0.1:1',
        'database.db_name': 'rport',
      },
      /User database rport at 127\.0\.0\.1:1: .*ECONNREFUSED/,
    ],
  ] as const) {
    test(what, async () => {
      const dataDir = join(directory, 'data');
      const config = loadConfig({ file: '/dev/null', dataDir, set: rport(settings), environment: {} });
      await assert.rejects(openKit(config, readPlatform(), silentLog), ({ message }: Error) => {
        assert.match(message, problem);
        return true;
      });
    });
  }

  test('in one sentence, and the end', async () => {
    const set = rport({ auth: 'a:very-secret-b', auth_file: '/x.json' }).flatMap((one) => ['--set', one]);
    const { code, stdout, stderr } = await runCli(['serve', '--data', join(directory, 'data'), ...set], {
      mayFail: true,
    });
    assert.equal(code, 1);
    assert.match(stderr, /^bivouac: compat\.rport: 'auth' and 'auth_file' are set[^\n]*\n$/);
    assert.doesNotMatch(stdout + stderr, /very-secret/);
  });
});
