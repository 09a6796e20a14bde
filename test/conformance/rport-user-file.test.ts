import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { type DocumentServer, startDocumentServer, WEAK_PASSWORDS } from '../support/document-client.ts';
import { USER_FILES } from '../support/rport-tables.ts';

/** RPort's page, "user file": its examples, read at the start and when a reload is asked for. */

interface Entry {
  username: string;
  password: string;
  groups?: string[];
  two_fa_send_to?: string;
  [member: string]: unknown;
}

const USERS = 'http://localhost:3000/api/v1/users';
const admin = { user: 'Admin:password' };

describe('RPort: users in a file', { timeout: 60_000 }, () => {
  let directory: string;
  let file: string;
  let kit: DocumentServer;
  let settings: Readonly<Record<string, string>>;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bivouac-user-file-'));
    file = join(directory, 'api-auth.json');
    await writeFile(file, USER_FILES.bare);
    await chmod(file, 0o640);
    settings = { ...WEAK_PASSWORDS, 'compat.rport.auth_file': file };
    kit = await startDocumentServer(undefined, settings);
  });
  after(async () => {
    await kit.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const entries = async () => JSON.parse(await readFile(file, 'utf8')) as Entry[];
  const edit = async (work: (before: Entry[]) => Entry[]) =>
    writeFile(file, JSON.stringify(work(await entries()), null, 1));
  const rabbit: Entry = { username: 'Rabbit', password: hashSync('foobaz', 4), groups: ['Bunnies'] };
  const login = (user: string) => kit.send('http://localhost:3000/api/v1/login', { user });
  const reloads = () => kit.server.logs.filter(({ ev }) => ev === 'auth.user_store_reloaded').length;
  async function signal(): Promise<void> {
    const seen = reloads();
    process.kill(kit.server.pid, 'SIGUSR1');
    await kit.server.waitForLog(() => reloads() > seen, 'the reload');
  }

  test('both users of the example sign in, with their groups', async () => {
    const reply = await kit.send(USERS, admin);
    assert.equal(reply.status, 200, reply.text);
    const rows = reply.json<{ data: Entry[] }>().data;
    assert.deepEqual(
      rows.map(({ username, groups }) => [username, groups]),
      [
        ['Admin', ['Administrators', 'Bunnies']],
        ['Bunny', ['Bunnies']],
      ],
    );
    assert.equal((await kit.send(USERS, { user: 'Bunny:password' })).status, 403);
  });

  test('a change of the file counts after kill -SIGUSR1, and who is gone from it is gone', async () => {
    const token = (await login('Bunny:password')).json<{ data: { token: string } }>().data.token;
    const me = () => kit.send('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } });
    await edit((before) => [...before.filter(({ username }) => username !== 'Bunny'), rabbit]);
    assert.equal((await me()).status, 200);
    assert.equal((await login('Rabbit:foobaz')).status, 401);
    await signal();
    assert.equal((await me()).status, 401);
    assert.equal((await kit.console('GET', '/api/people/Bunny')).status, 404);
    assert.equal((await kit.send('/api/v1/me', { user: 'Rabbit:foobaz' })).status, 200);
  });

  test('administrators reload it by a request, others do not', async () => {
    await edit((before) =>
      before.map((one) => (one.username === 'Rabbit' ? { ...one, groups: ['Hares'] } : one)),
    );
    const path = '/api/user-store/reload';
    assert.equal((await kit.send(path, { method: 'POST', user: 'Rabbit:foobaz' })).status, 403);
    const reply = await kit.console('POST', path);
    assert.equal(reply.status, 200, reply.text);
    const state = reply.json<{ source: string; place: string; people: number }>();
    assert.deepEqual([state.source, state.people], ['file', 2]);
    assert.doesNotMatch(reply.text, /\$2y\$/);
    const rows = (await kit.send(USERS, admin)).json<{ data: Entry[] }>().data;
    assert.deepEqual(rows.find(({ username }) => username === 'Rabbit')?.groups, ['Hares']);
  });

  test('a file that is broken changes nothing, and is told', async () => {
    const good = await readFile(file, 'utf8');
    for (const [text, problem] of [
      ['[{"username": "Admin"', /it is not JSON/],
      ['[{"username": "Admin"}]', /entry 0\.password/],
      ['{}', /the file/],
    ] as const) {
      await writeFile(file, text);
      const reply = await kit.console('POST', '/api/user-store/reload');
      assert.equal(reply.status, 503);
      assert.match(reply.text, problem);
      assert.equal((await kit.send('/api/v1/me', admin)).status, 200);
    }
    const seen = kit.server.logs.length;
    process.kill(kit.server.pid, 'SIGUSR1');
    await kit.server.waitForLog(
      (line) => line.ev === 'app.not_reloaded' && kit.server.logs.indexOf(line) >= seen,
      'it',
    );
    await writeFile(file, good);
    await signal();
  });

  test('changes of ours go into the file, which keeps its mode and what else is in it', async () => {
    await edit((before) => before.map((one) => ({ ...one, note: `of ${one.username}` })));
    const willy = { username: 'Willy', password: 'pass1234', groups: ['Administrators'] };
    assert.equal((await kit.sendJson(USERS, willy, admin)).status, 201);
    const change = { method: 'PUT', ...admin };
    assert.equal((await kit.sendJson(`${USERS}/Willy`, { password: '4321ssap' }, change)).status, 204);
    const groups = { groups: ['Administrators', 'Bunnies'] };
    assert.equal((await kit.sendJson(`${USERS}/Rabbit`, groups, change)).status, 204);
    assert.equal((await stat(file)).mode & 0o777, 0o640);
    const now = await entries();
    assert.deepEqual(
      now.map(({ username, groups, note }) => [username, groups, note]),
      [
        ['Admin', ['Administrators', 'Bunnies'], 'of Admin'],
        ['Rabbit', ['Administrators', 'Bunnies'], 'of Rabbit'],
        ['Willy', ['Administrators'], undefined],
      ],
    );
    assert.match(now[2]?.password ?? '', /^\$2y\$10\$/);
    assert.equal(now[1]?.password, rabbit.password, 'what was not changed stays as it was');
    assert.equal((await kit.send('/api/v1/me', { user: 'Willy:4321ssap' })).status, 200);
    assert.equal((await kit.send(`${USERS}/Willy`, { method: 'DELETE', ...admin })).status, 204);
    assert.equal((await entries()).length, 2);
  });

  test('the command line changes it, whether a server runs or not', async () => {
    const options = ['--set', `compat.rport.auth_file=${file}`];
    const cli = (...words: string[]) =>
      kit.server.cli(['user', ...words, ...options], { stdin: 'a willow by the lake\n' });
    await cli('add', '-u', 'carol', '-g', 'Administrators,Scouts', '--password-stdin');
    await cli('expire', '-u', 'carol');
    assert.equal((await entries()).find(({ username }) => username === 'carol')?.['password_expired'], true);
    await cli('change', '-u', 'carol', '--password-stdin');
    await kit.server.stop({ keepsData: true });
    // rportd user change -u <USERNAME> -p, with the password from a pipe.
    await cli('change', '-u', 'Rabbit', '--password-stdin');
    const now = await entries();
    assert.deepEqual(now.find(({ username }) => username === 'carol')?.groups, ['Administrators', 'Scouts']);
    assert.notEqual(now.find(({ username }) => username === 'Rabbit')?.password, rabbit.password);
    assert.equal((await stat(file)).mode & 0o777, 0o640);
    assert.match((await cli('reload')).stdout, /^3 people in the file /);

    kit = await startDocumentServer(undefined, settings, { dataDir: kit.server.dataDir });
    assert.equal((await kit.send('/api/v1/me', { user: 'carol:a willow by the lake' })).status, 200);
    const health = await kit.console('GET', '/api/doctor');
    assert.match(health.text, /users_kept_elsewhere|bcrypt hashes/);
  });
});
