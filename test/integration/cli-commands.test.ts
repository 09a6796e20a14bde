import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type CliOptions,
  type CliResult,
  runCli,
  type ServerProcess,
  startServer,
} from '../support/server-process.ts';

const PASSWORD = 'seven-wet-horses-in-a-tent';

interface PersonRow {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly hasPassword: boolean;
  readonly groups: readonly { name: string; direction: string }[];
}

/** The same commands must do the same with the server running and stopped. */
for (const isRunning of [true, false]) {
  // Without a server each command starts the whole kit, from the sources in two to three seconds.
  describe(`commands with the server ${isRunning ? 'running' : 'stopped'}`, { timeout: 110_000 }, () => {
    let server: ServerProcess | undefined;
    let dataDir: string;
    let out: string;
    const cli = (args: readonly string[], options?: CliOptions): Promise<CliResult> =>
      runCli([...args, '--data', dataDir], options);
    const json = async <T>(args: readonly string[]): Promise<T> =>
      JSON.parse((await cli([...args, '--json'])).stdout) as T;

    before(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'bivouac-cli-'));
      out = await mkdtemp(join(tmpdir(), 'bivouac-out-'));
      if (isRunning) server = await startServer({ dataDir });
    });
    after(async () => {
      await server?.stop();
      await Promise.all([dataDir, out].map((dir) => rm(dir, { recursive: true, force: true })));
    });

    test('a person is added, with channels in both directions', async () => {
      await cli(['user', 'add', '-u', 'alice', '-g', 'blue', '-g', 'red', '--password-stdin'], {
        stdin: `${PASSWORD}\n`,
      });
      const people = await json<PersonRow[]>(['user', 'list']);
      const alice = people.find(({ name }) => name === 'alice');
      assert.ok(alice);
      assert.equal(alice.role, 'user');
      assert.equal(alice.hasPassword, true);
      assert.deepEqual(
        alice.groups.map(({ name, direction }) => `${name} ${direction}`),
        ['blue IN', 'blue OUT', 'red IN', 'red OUT'],
      );
      const { stdout } = await cli(['user', 'list']);
      assert.match(stdout, /^alice +user +enabled +yes +blue, red$/m);
    });

    test('a refusal is exit code 1 and one line on stderr', async () => {
      const twice = await cli(['user', 'add', '-u', 'Alice'], { mayFail: true });
      assert.equal(twice.code, 1);
      assert.equal(twice.stdout, '');
      assert.equal(twice.stderr, 'bivouac: A user of this name exists\n');
      const weak = await cli(['user', 'add', '-u', 'bob', '--password-stdin'], {
        stdin: 'password\n',
        mayFail: true,
      });
      assert.equal(weak.code, 1);
      assert.match(weak.stderr, /^bivouac: [^\n]+\n$/);
      assert.doesNotMatch(weak.stderr, /password\b.*password/);
    });

    test('a person is changed, and deleted', async () => {
      await cli(['user', 'add', '-u', 'carol']);
      await cli(['user', 'change', '-u', 'carol', '--role', 'operator', '-g', 'red', '--disable']);
      const carol = (await json<PersonRow[]>(['user', 'list'])).find(({ name }) => name === 'carol');
      assert.equal(carol?.state, 'disabled');
      assert.equal(carol?.role, 'operator');
      await cli(['user', 'delete', '-u', 'carol']);
      const people = await json<PersonRow[]>(['user', 'list']);
      assert.equal(
        people.some(({ name }) => name === 'carol'),
        false,
      );
    });

    test('a certificate is issued into files of its owner, listed and revoked', async () => {
      const { files, serial } = await json<{ files: string[]; serial: string }>([
        ...['cert', 'issue', '--user', 'alice', '--out', join(out, 'new', 'certs')],
      ]);
      assert.deepEqual(
        files.map((file) => file.slice(out.length)),
        ['/new/certs/alice.pem', '/new/certs/alice.key', '/new/certs/ca.pem'],
      );
      assert.equal((await stat(files[1]!)).mode & 0o777, 0o600);
      assert.match(await readFile(files[1]!, 'utf8'), /^-----BEGIN PRIVATE KEY-----/);
      const { stdout: ca } = await cli(['cert', 'ca']);
      assert.equal(await readFile(files[2]!, 'utf8'), ca);

      const listed = await json<{ serial: string; revokedAtMs: number | null; pem?: string }[]>([
        'cert',
        'list',
      ]);
      assert.equal(listed.find((row) => row.serial === serial)?.revokedAtMs, null);
      const revoked = await json<{ revoked: string[] }>(['cert', 'revoke', '--serial', serial.toUpperCase()]);
      assert.deepEqual(revoked.revoked, [serial]);
      assert.match(
        (await cli(['cert', 'list', '--user', 'alice'])).stdout,
        new RegExp(`^${serial} +alice`, 'm'),
      );
      const unknown = await cli(['cert', 'revoke', '--serial', '00ff'], { mayFail: true });
      assert.equal(unknown.code, 1);
    });

    test('a PKCS#12 file comes with a password of its own', async () => {
      const first = await json<{ p12Password: string; files: string[] }>([
        ...['cert', 'issue', '--user', 'alice', '--out', out, '--format', 'p12'],
      ]);
      assert.match(first.p12Password, /^[A-Z]{20}$/);
      assert.equal((await readFile(first.files[0]!)).readUInt8(0), 0x30);
    });

    test('a package is made, readable by its owner alone', async () => {
      const file = join(out, 'alice.zip');
      await cli([
        'package',
        'create',
        '--user',
        'alice',
        '--client',
        'atak',
        '--host',
        '10.42.0.1',
        '--out',
        file,
      ]);
      const zip = await readFile(file);
      assert.equal(zip.subarray(0, 2).toString(), 'PK');
      assert.ok(zip.includes('MANIFEST/manifest.xml'));
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    });

    test('the doctor looks at everything', async () => {
      const { stdout, code } = await cli(['doctor', '--json', '--set', 'listen.cotTls=off'], {
        mayFail: true,
      });
      const checks = JSON.parse(stdout) as { code: string; state: string }[];
      const codes = checks.map((check) => check.code);
      for (const expected of ['config.readable', 'server.running', 'data.directory', 'data.space']) {
        assert.ok(codes.includes(expected), `${expected} is not in ${codes.join(', ')}`);
      }
      assert.equal(code, checks.some(({ state }) => state === 'bad') ? 1 : 0);
      assert.match((await cli(['doctor'], { mayFail: true })).stdout, /^✓ The configuration is valid\.$/m);
    });

    test('an empty history is an empty export', async () => {
      const { stdout } = await cli(['history', 'export', '--since', '1h']);
      assert.equal(stdout, '');
    });
  });
}

test('what was typed wrong is exit code 2', async () => {
  const wrong: readonly (readonly string[])[] = [
    ['user', 'add'],
    ['user', 'add', '-u', 'x', '-p', 'secret-as-argument'],
    ['user', 'add', '-u', 'x', '--role', 'king'],
    ['nonsense'],
    ['cert', 'revoke'],
    ['user', 'change', '-u', 'alice'],
    ['history', 'export', '--since', 'yesterday'],
    ['package', 'create', '--user', 'alice', '--client', 'webtak', '--host', 'h', '--out', 'f'],
  ];
  const results = await Promise.all(wrong.map((args) => runCli(args, { mayFail: true })));
  assert.deepEqual(
    results.map(({ code }) => code),
    wrong.map(() => 2),
    results.map(({ stderr }) => stderr).join(''),
  );
  for (const { stderr, stdout } of results) {
    assert.notEqual(stderr, '');
    assert.equal(stdout, '');
  }
});

test('an unknown configuration key is told, with what was meant', async () => {
  const { code, stderr } = await runCli(['user', 'list', '--set', 'listen.cotTsl=off'], { mayFail: true });
  assert.equal(code, 1);
  assert.match(stderr, /did you mean "listen\.cotTls"/);
});
