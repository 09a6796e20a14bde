import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { createHealth } from '../../src/core/health.ts';
import { silentLog } from '../../src/core/log.ts';
import { openStore } from '../../src/store/open.ts';
import { recordedEvent, recordedMessage, recorderOf } from './store-fixture.ts';

/**
 * A process on a small disk of its own: `node store-on-full-disk.ts DIR`. It records until the disk is full,
 * goes on for a while, makes room, and prints as JSON what it saw.
 */

const [dir = ''] = process.argv.slice(2);
const FILLER = join(dir, 'filler');
const LEFT_BYTES = 5_000_000;
const QUEUE_MAX_EVENTS = 3_000;

const health = createHealth();
const store = await openStore({
  dataDir: join(dir, 'data'),
  log: silentLog,
  clock: systemClock,
  health,
});
const recorder = recorderOf(store, { health, queueMaxEvents: QUEUE_MAX_EVENTS });
const warnings = () => health.list().map(({ code }) => code);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// Nearly all of the disk is somebody else's.
const { bsize, bfree } = statfsSync(dir);
writeFileSync(FILLER, Buffer.alloc(bsize * bfree - LEFT_BYTES));

let chats = 0;
let positions = 0;
function recordSome(): void {
  for (let i = 0; i < 10; i += 1) {
    recorder.record(recordedEvent({ uid: `p-${positions}` }));
    positions += 1;
  }
  recorder.record(recordedMessage({ uid: `chat-${chats}` }));
  chats += 1;
}

while (!warnings().includes('store.unwritable')) {
  recordSome();
  await pause(1);
}
const committedWhenFull = recorder.committed;
const writeWhenFull = await store.settings
  .set({ key: 'large', value: 'x'.repeat(100_000), nowMs: 1 })
  .then(() => 'ok')
  .catch((error: { code: string }) => error.code);
const readWhenFull = await store.history
  .latest({ uid: 'chat-0', groups: ['blue'] })
  .then((event) => event?.uid);
// Twice what the queue holds: positions must make place for chat.
for (let i = 0; i < (QUEUE_MAX_EVENTS * 2) / 11; i += 1) recordSome();
const warningsWhenFull = warnings();

rmSync(FILLER);
while (warnings().length > 0) {
  recordSome();
  await pause(10);
}
const left = await recorder.flush();

const stored = { chats: [] as string[], positions: 0 };
let afterId: number | undefined;
do {
  const page = await store.history.page({ afterId, limit: 1_000 });
  for (const { uid } of page.events) {
    if (uid.startsWith('chat-')) stored.chats.push(uid);
    else stored.positions += 1;
  }
  afterId = page.cursor;
} while (afterId !== undefined);
await store.close();

const report = {
  recorded: { chats, positions },
  stored,
  committedWhenFull,
  writeWhenFull,
  readWhenFull,
  warningsWhenFull,
  left,
};
process.stdout.write(JSON.stringify(report));
