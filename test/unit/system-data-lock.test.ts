import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { clearControlSocket, lockDataDirectory } from '../../src/system/data-lock.ts';

const MODULE = join(import.meta.dirname, '../../src/system/data-lock.ts');

async function directory(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bivouac-lock-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Another process that holds the lock until it is killed. */
async function holder(dir: string) {
  const script = `
    const { lockDataDirectory } = await import(${JSON.stringify(MODULE)});
    lockDataDirectory(${JSON.stringify(dir)}, 0);
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  await once(child.stdout, 'data');
  return child;
}

test('a second process is refused, and waits no longer than told', async (t) => {
  const dir = await directory(t);
  const child = await holder(dir);
  try {
    assert.throws(() => lockDataDirectory(dir, 0), { code: 'data.locked' });
    const started = performance.now();
    assert.throws(() => lockDataDirectory(dir, 300), { code: 'data.locked' });
    assert.ok(performance.now() - started >= 250);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});

test('the lock of a process that was killed is free at once', async (t) => {
  const dir = await directory(t);
  const child = await holder(dir);
  child.kill('SIGKILL');
  await once(child, 'close');
  lockDataDirectory(dir, 0).release();
});

test('a released lock can be taken again', async (t) => {
  const dir = await directory(t);
  lockDataDirectory(dir, 0).release();
  lockDataDirectory(dir, 0).release();
});

test('a data directory that is a file is told so', async (t) => {
  const file = join(await directory(t), 'file');
  await writeFile(file, '');
  assert.throws(() => lockDataDirectory(file, 0), { code: 'data.unusable' });
});

test('a stale control socket goes away, and its directory is closed to others', async (t) => {
  const path = join(await directory(t), 'run', 'control.sock');
  clearControlSocket(path);
  assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700);
  await writeFile(path, 'left by a crash');
  clearControlSocket(path);
  await assert.rejects(stat(path), { code: 'ENOENT' });
});
