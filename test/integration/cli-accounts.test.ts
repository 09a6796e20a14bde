import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
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
import { totpCode } from '../support/totp-code.ts';

/** First use, second factors and tokens by the command line, with the server running and stopped. */

const PASSWORD = 'seven-wet-horses-in-a-tent';
const TOKEN_FORM = /^[a-z0-9]{8}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

for (const isRunning of [true, false]) {
  describe(`accounts with the server ${isRunning ? 'running' : 'stopped'}`, { timeout: 90_000 }, () => {
    let server: ServerProcess | undefined;
    let dataDir: string;
    const cli = (args: readonly string[], options?: CliOptions): Promise<CliResult> =>
      runCli([...args, '--data', dataDir], options);
    const json = async <T>(args: readonly string[], options?: CliOptions): Promise<T> =>
      JSON.parse((await cli([...args, '--json'], options)).stdout) as T;

    before(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'bivouac-accounts-'));
      if (isRunning) server = await startServer({ dataDir, set: { 'listen.http': '127.0.0.1:0' } });
      await cli(['user', 'add', '-u', 'alice', '-g', 'blue', '--password-stdin'], { stdin: `${PASSWORD}\n` });
    });
    after(async () => {
      await server?.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    /** A request with Basic credentials; only a server can answer one. */
    async function statusFor(user: string, secret: string, path = '/api/me/certs'): Promise<number> {
      const { host, port } = server!.address('http');
      const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
      return (await fetch(`http://${host}:${port}${path}`, { headers: { authorization } })).status;
    }

    test('the claim code is shown to who has the box, as long as a server shows one', async () => {
      const shown = await cli(['setup', 'code'], { mayFail: true });
      if (!isRunning) {
        assert.deepEqual([shown.code, shown.stdout, shown.stderr], [1, '', 'bivouac: No server runs here\n']);
        return;
      }
      assert.equal(shown.code, 0, shown.stderr);
      assert.match(shown.stdout, /^[A-Z]{4}-[A-Z]{4}\nGood until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
      const { code } = await json<{ code: string }>(['setup', 'code']);
      assert.equal(shown.stdout.slice(0, 9).replace('-', ''), code);
    });

    test('claim: no code is asked for, a password is; and it happens once', async () => {
      const claim = ['claim', '--username', 'administrator', '--password-stdin'];
      if (isRunning) {
        assert.equal((await cli(['claim'], { mayFail: true })).code, 2);
        const weak = await cli(claim, { stdin: 'short\n', mayFail: true });
        assert.equal(weak.code, 1);
        assert.match(weak.stderr, /^bivouac: [^\n]+\n$/);
      }
      const done = await cli(claim, { stdin: `${PASSWORD}\n` });
      assert.match(done.stdout, /^This kit belongs to administrator now/);
      const again = await cli(claim, { stdin: `${PASSWORD}\n`, mayFail: true });
      assert.deepEqual([again.code, again.stderr], [1, 'bivouac: This kit has an administrator already\n']);
      if (isRunning) {
        assert.equal(await statusFor('administrator', PASSWORD, '/api/people'), 200);
        const code = await cli(['setup', 'code'], { mayFail: true });
        assert.deepEqual([code.code, code.stdout], [1, '']);
      }
    });

    test('an app is given with a picture, and counts from its first code on', async () => {
      const shown = await cli(['user', 'totp', '-u', 'alice', '--pending']);
      assert.match(shown.stdout, /[▀▄█]{20}/);
      const [, secret = ''] = /otpauth:\/\/totp\/\S*secret=([A-Z2-7]+)/.exec(shown.stdout) ?? [];
      assert.ok(secret.length >= 32);
      if (isRunning) assert.equal(await statusFor('alice', PASSWORD), 200);
      const activate = ['user', 'totp', '-u', 'alice', '--code-stdin'];
      if (isRunning) {
        const wrong = await cli(activate, { stdin: '000000\n', mayFail: true });
        assert.deepEqual([wrong.code, wrong.stderr], [1, 'bivouac: Wrong code\n']);
      }
      const done = await json<{ recoveryCodes: string[] }>(activate, { stdin: `${totpCode(secret)}\n` });
      assert.equal(done.recoveryCodes.length, 10);
      if (isRunning) assert.equal(await statusFor('alice', PASSWORD), 401);
      if (!isRunning) return;
      const twice = await cli(['user', 'totp', '-u', 'alice', '--pending'], { mayFail: true });
      assert.equal(twice.code, 1);
      await cli(['user', 'totp', '-u', 'alice', '--remove']);
      assert.equal(await statusFor('alice', PASSWORD), 200);
    });

    // Each command without a server opens the whole kit: two of them have shown that it works.
    if (!isRunning) return;

    test('a token is made, shown once, listed without its secret, and ended', async () => {
      const made = await cli(['user', 'token', '-u', 'alice', '--name', 'map', '--scope', 'read']);
      const [token = ''] = made.stdout.split('\n');
      assert.match(token, TOKEN_FORM);
      const listed = await cli(['user', 'token', '-u', 'alice', '--list']);
      assert.match(listed.stdout, new RegExp(`^${token.slice(0, 8)} +map +read +\\d{4}-.* never$`, 'm'));
      assert.ok(!listed.stdout.includes(token.slice(9)));
      assert.equal(await statusFor('alice', token), 200);
      await cli(['user', 'token', '-u', 'alice', '--remove', token.slice(0, 8)]);
      assert.equal(await statusFor('alice', token), 401);
      assert.deepEqual(await json(['user', 'token', '-u', 'alice', '--list']), []);
    });

    test('a token of one’s own choice comes from stdin, and a weak one is refused', async () => {
      const order = ['user', 'token', '-u', 'alice', '--name', 'fts', '--token-stdin'];
      const own = '7f0fd0ac-92f1-4a68-8ab5-0e2e6c7a3b51';
      const made = await json<object>([...order, '--days', '30'], { stdin: `${own}\n` });
      assert.ok(!('token' in made));
      const weak = await cli(order, { stdin: 'token\n', mayFail: true });
      assert.equal(weak.code, 1);
      assert.equal((await cli(['user', 'token', '-u', 'alice'], { mayFail: true })).code, 2);
    });

    test('without a terminal nobody is asked, and the secret waits', async () => {
      await cli(['user', 'add', '-u', 'bob']);
      const asked = await cli(['user', 'totp', '-u', 'bob'], { mayFail: true });
      assert.equal(asked.code, 2);
      assert.match(asked.stderr, /no terminal to ask on: use --pending and --code-stdin/);
    });

    test('media buckets are set as a list, and a person is signed out everywhere', async () => {
      await cli(['user', 'change', '-u', 'alice', '--media', 'songs,films']);
      const { host, port } = server!.address('http');
      const url = `http://${host}:${port}/api/login?include_auth_token`;
      const body = JSON.stringify({ username: 'alice', password: PASSWORD });
      const login = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      const { response } = (await login.json()) as { response: { user: { authentication_token: string } } };
      const me = () =>
        fetch(`http://${host}:${port}/api/me`, {
          headers: { 'authentication-token': response.user.authentication_token },
        });
      assert.equal((await me()).status, 200);
      const gone = await json<{ ended: number }>(['user', 'expire', '-u', 'alice', '--sessions']);
      assert.equal(gone.ended, 1);
      assert.equal((await me()).status, 401);
      // The password is as good as before.
      assert.equal(await statusFor('alice', PASSWORD), 200);
    });
  });
}
