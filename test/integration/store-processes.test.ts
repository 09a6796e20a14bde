import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { openChannel } from '../../src/store/channel.ts';
import { DATABASE_FILE, Db } from '../../src/store/db.ts';
import { openStore } from '../../src/store/open.ts';
import { openTestStore, recordedEvent, recorderOf, temporaryDir } from '../support/store-fixture.ts';

const OPENER = fileURLToPath(new URL('../support/store-opener.ts', import.meta.url));
const PROCESSES = 4;
const WRITES = 25;

test('several processes open a new store at once, and all their writes are kept', {
  timeout: 30_000,
}, async (t) => {
  const dataDir = await temporaryDir(t);
  const exits = Array.from({ length: PROCESSES }, async (_, i) => {
    const child = spawn(process.execPath, [OPENER, dataDir, `p${i}`, String(WRITES)], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    return code;
  });
  assert.deepEqual(await Promise.all(exits), Array(PROCESSES).fill(0));
  const { store } = await openTestStore(t, { dataDir });
  assert.equal(Object.keys(await store.settings.list('p')).length, PROCESSES * WRITES);
});

test('a command writes while the server records', async (t) => {
  const dataDir = await temporaryDir(t);
  const options = { dataDir, log: silentLog, clock: systemClock };
  const server = await openStore(options);
  const recorder = recorderOf(server);
  const command = await openStore(options);
  for (let i = 0; i < 50; i += 1) {
    recorder.record(recordedEvent({ uid: `e${i}` }));
    await command.settings.set({ key: `k${i}`, value: i, nowMs: 1 });
  }
  await command.close();
  assert.equal(await recorder.flush(), 0);
  assert.equal(Object.keys(await server.settings.list('k')).length, 50);
  assert.equal((await server.history.usage()).lastId, 50);
  await server.close();
});

test('a database that another process keeps locked is named as busy', { timeout: 20_000 }, async (t) => {
  const { store, dataDir } = await openTestStore(t);
  const other = Db.open(dataDir);
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(store.settings.set({ key: 'a', value: 1, nowMs: 1 }), { code: 'store.busy' });
  other.exec('ROLLBACK');
  other.close();
  await store.settings.set({ key: 'a', value: 2, nowMs: 1 });
  assert.equal(await store.settings.get('a'), 2);
});

test('close finishes what was asked for, leaves no log behind and refuses what comes after', async (t) => {
  const dataDir = await temporaryDir(t);
  const store = await openStore({ dataDir, log: silentLog, clock: systemClock });
  const writes = Array.from({ length: 20 }, (_, i) =>
    store.settings.set({ key: `k${i}`, value: i, nowMs: 1 }),
  );
  await Promise.all([store.close(), store.close(), ...writes]);
  await assert.rejects(store.settings.get('k1'), { code: 'store.closed' });
  assert.equal(existsSync(join(dataDir, `${DATABASE_FILE}-wal`)), false);
  const { store: again } = await openTestStore(t, { dataDir });
  assert.equal(Object.keys(await again.settings.list('k')).length, 20);
});

test('what cannot cross the thread fails its own call only', async (t) => {
  const { store } = await openTestStore(t);
  const strange = { key: 'a', value: (() => 1) as unknown as number, nowMs: 1 };
  await assert.rejects(store.settings.set(strange), { code: 'store.failed' });
  await store.settings.set({ key: 'a', value: 1, nowMs: 1 });
});

test('when the thread dies, waiting and later calls fail and somebody is told', async () => {
  const failures: string[] = [];
  const dying = () =>
    new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.postMessage({ kind: 'ready', report: { version: 1, migrated: [] } });
       parentPort.once('message', () => process.exit(3));`,
      { eval: true },
    );
  const channel = await openChannel('', silentLog, (error) => failures.push(error.message), dying);
  await assert.rejects(channel.call('settings', 'get', 'a'), { code: 'store.failed' });
  await assert.rejects(channel.call('settings', 'get', 'a'), { code: 'store.failed' });
  assert.deepEqual(failures, ['The store stopped: its thread ended with code 3']);
  await channel.close();
});

test('a thread that dies before it is ready fails the opening', async () => {
  const dead = () => new Worker('throw new Error("no library")', { eval: true });
  await assert.rejects(
    openChannel('', silentLog, () => undefined, dead),
    { code: 'store.failed', message: 'The store stopped: no library' },
  );
});
