import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { DATABASE_FILE } from '../../src/store/db.ts';
import { openStore } from '../../src/store/open.ts';
import { temporaryDir } from '../support/store-fixture.ts';

const WRITER = fileURLToPath(new URL('../support/store-writer.ts', import.meta.url));
const ROUNDS = 5;
const EVENTS_BEFORE_KILL = 300;

/** Starts a writer, kills it in the middle of its work and returns how many events it said are committed. */
async function writeUntilKilled(dataDir: string, first: number, delayMs: number): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, dataDir, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(writer, 'exit');
  let text = '';
  const acknowledged = () => Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1));
  let isKilling = false;
  for await (const chunk of writer.stdout) {
    text += chunk;
    if (isKilling || acknowledged() < EVENTS_BEFORE_KILL) continue;
    isKilling = true;
    setTimeout(() => writer.kill('SIGKILL'), delayMs);
  }
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL');
  return acknowledged();
}

/** As a second machine would see the card after a power cut: the files alone, before any process opens them. */
async function integrityOf(dataDir: string, copyDir: string): Promise<unknown> {
  await mkdir(copyDir);
  for (const suffix of ['', '-wal']) {
    await copyFile(join(dataDir, DATABASE_FILE + suffix), join(copyDir, DATABASE_FILE + suffix));
  }
  const copy = new DatabaseSync(join(copyDir, DATABASE_FILE));
  const [answer] = copy.prepare('PRAGMA integrity_check').all();
  copy.close();
  return answer?.['integrity_check'];
}

async function storedUids(dataDir: string): Promise<string[]> {
  const store = await openStore({ dataDir, log: silentLog, clock: systemClock });
  const uids: string[] = [];
  let afterId: number | undefined;
  do {
    const page = await store.history.page({ afterId, limit: 1_000 });
    uids.push(...page.events.map(({ uid }) => uid));
    afterId = page.cursor;
  } while (afterId !== undefined);
  await store.close();
  return uids;
}

test('kill -9 under load loses nothing that was acknowledged and needs no repair', {
  timeout: 60_000,
}, async (t) => {
  const parent = await temporaryDir(t);
  const dataDir = join(parent, 'data');
  let stored = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const acknowledged = await writeUntilKilled(dataDir, stored, round * 13);
    assert.equal(await integrityOf(dataDir, join(parent, `copy-${round}`)), 'ok');
    const uids = await storedUids(dataDir);
    assert.ok(uids.length >= stored + acknowledged, `${uids.length} of ${stored} + ${acknowledged}`);
    assert.deepEqual(
      uids,
      uids.map((_, i) => `e-${i}`),
      'no hole and nothing twice',
    );
    stored = uids.length;
  }
});
