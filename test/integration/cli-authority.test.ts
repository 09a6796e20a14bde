import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openssl } from '../support/openssl.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';

const PASSPHRASE = 'a long enough passphrase';

interface CaRow {
  readonly id: string;
  readonly name: string;
  readonly isRetired: boolean;
  readonly origin: string;
}

describe('the authority from the command line', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let out: string;

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'bivouac-ca-'));
    server = await startServer();
  });
  after(async () => {
    await server.stop();
    await rm(out, { recursive: true, force: true });
  });

  const list = async () => JSON.parse((await server.cli(['cert', 'ca', 'list', '--json'])).stdout) as CaRow[];

  test('a roll-over trusts both, until the old one is retired', async () => {
    const [old] = await list();
    await server.cli(['cert', 'ca', 'roll-over']);
    const both = await list();
    assert.equal(both.length, 2);
    const pem = (await server.cli(['cert', 'ca'])).stdout;
    assert.equal(pem.match(/BEGIN CERTIFICATE/g)?.length, 2);

    await server.cli(['cert', 'ca', 'retire', old!.id]);
    assert.deepEqual(
      (await list()).map(({ isRetired }) => isRetired),
      [true, false],
    );
    const last = await server.cli(['cert', 'ca', 'retire', both[1]!.id], { mayFail: true });
    assert.equal(last.code, 1);
    assert.match(last.stderr, /last certificate authority/i);
  });

  test('the key leaves under a passphrase only, and another kit takes it', async () => {
    const refused = await server.cli(['cert', 'ca', 'export', '--out', out], { mayFail: true });
    assert.equal(refused.code, 2);
    const weak = await server.cli(['cert', 'ca', 'export', '--out', out, '--password-stdin'], {
      stdin: 'short\n',
      mayFail: true,
    });
    assert.equal(weak.code, 1);

    await server.cli(['cert', 'ca', 'export', '--out', out, '--password-stdin'], {
      stdin: `${PASSPHRASE}\n`,
    });
    const key = join(out, 'ca.key');
    assert.equal((await stat(key)).mode & 0o777, 0o600);
    assert.match(await readFile(key, 'utf8'), /BEGIN ENCRYPTED PRIVATE KEY/);
    openssl(['pkey', '-in', key, '-passin', `pass:${PASSPHRASE}`, '-noout']);

    const other = await mkdtemp(join(tmpdir(), 'bivouac-ca-other-'));
    try {
      const importing = [
        '--certificate',
        join(out, 'ca.pem'),
        '--key',
        key,
        '--password-stdin',
        '--data',
        other,
      ];
      await runCli(['cert', 'ca', 'import', ...importing], { stdin: `${PASSPHRASE}\n` });
      const { stdout } = await runCli(['cert', 'ca', '--data', other]);
      assert.equal(stdout, await readFile(join(out, 'ca.pem'), 'utf8'), 'it is the only one of a new kit');
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });
});
