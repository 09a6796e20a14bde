import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli, startServer } from '../support/server-process.ts';

test('a data directory serves one server at a time', { timeout: 60_000 }, async () => {
  const server = await startServer();
  try {
    const second = await runCli(['serve', '--data', server.dataDir, '--set', 'listen.cotTls=127.0.0.1:0'], {
      mayFail: true,
    });
    assert.equal(second.code, 1);
    assert.match(second.stderr, /^bivouac: .*is using/);
    assert.deepEqual(server.strayLines, []);
  } finally {
    await server.stop();
  }
});

test('the socket of a server that was killed is no server', { timeout: 60_000 }, async () => {
  const server = await startServer();
  await server.kill9();
  try {
    assert.ok(await stat(join(server.dataDir, 'run', 'control.sock')));
    assert.match((await server.cli(['user', 'list'])).stdout, /administrator/);
    const again = await startServer({ dataDir: server.dataDir });
    assert.match((await again.cli(['doctor'])).stdout, /The server runs/);
    await again.stop();
  } finally {
    await server.cleanUp();
  }
});

test('as root, a command acts as the owner of the data and leaves nothing of root in it', {
  timeout: 60_000,
}, async () => {
  const isRoot = process.geteuid?.() === 0;
  const owner = isRoot ? { uid: 12_345, gid: 23_456 } : { uid: process.geteuid!(), gid: process.getegid!() };
  const base = await mkdtemp(join(tmpdir(), 'bivouac-owner-'));
  const dataDir = join(base, 'data');
  const mine = join(base, 'mine');
  try {
    await mkdir(mine, { mode: 0o700 });
    await mkdir(dataDir, { mode: 0o700 });
    if (isRoot) {
      // The owner must reach its directory; it must not need to reach the caller's.
      await chown(dataDir, owner.uid, owner.gid);
      await chmod(base, 0o755);
    }
    await runCli(['user', 'add', '-u', 'alice', '--data', dataDir]);
    await runCli(['cert', 'issue', '--user', 'alice', '--out', mine, '--data', dataDir]);
    const entries = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
    assert.ok(entries.length > 3);
    for (const entry of entries) {
      const { uid, gid } = statSync(join(dataDir, entry));
      assert.deepEqual({ uid, gid }, owner, entry);
    }
    assert.equal((await stat(join(mine, 'alice.key'))).uid, process.geteuid!());
  } finally {
    await rm(base, { recursive: true, force: true });
  }
});
