import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryDir } from '../support/store-fixture.ts';

const PROGRAM = fileURLToPath(new URL('../support/store-on-full-disk.ts', import.meta.url));
const DISK = 'size=40m';
const NAMESPACE = ['--map-root-user', '--mount'];

test('a full disk is told, costs old positions and no chat, and recording goes on with space', {
  timeout: 30_000,
}, async (t) => {
  const run = promisify(execFile);
  const isPermitted = await run('unshare', [...NAMESPACE, 'true']).then(
    () => true,
    () => false,
  );
  // The rule for a write that finds no space is held without a disk by store-group-commit.test.ts.
  if (!isPermitted) return t.skip('this machine lets nobody mount a small disk');
  const dir = await temporaryDir(t);
  // A real file system that is really full, in a mount namespace that goes with the process.
  const script = 'mount -t tmpfs -o "$0" tmpfs "$1" && exec "$2" "$3" "$1"';
  const { stdout } = await run(
    'unshare',
    [...NAMESPACE, 'sh', '-c', script, DISK, dir, process.execPath, PROGRAM],
    { timeout: 25_000 },
  );
  const report = JSON.parse(stdout);
  assert.ok(report.committedWhenFull > 1_000, `${report.committedWhenFull} events before it was full`);
  assert.equal(report.writeWhenFull, 'store.full');
  assert.equal(report.readWhenFull, 'chat-0', 'what is stored can be read');
  assert.deepEqual(report.warningsWhenFull.toSorted(), ['recorder.dropping_positions', 'store.unwritable']);
  assert.equal(report.left, 0);
  assert.deepEqual(
    report.stored.chats,
    Array.from({ length: report.recorded.chats }, (_, i) => `chat-${i}`),
    'every chat, in order',
  );
  assert.ok(report.stored.positions < report.recorded.positions);
  assert.ok(report.stored.positions > report.committedWhenFull * 0.9);
});
