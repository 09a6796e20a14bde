import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { openStore, type Store, type StoreOptions } from '../../src/store/open.ts';
import type { RecordedEvent } from '../../src/store/recorded-event.ts';
import { createRecorder, type Recorder, type RecorderDeps } from '../../src/store/recorder.ts';

/** A directory for one test, gone with it. */
export async function temporaryDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bivouac-store-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A real store in a directory of its own, and a recorder to it; closed and removed with the test. */
export async function openTestStore(
  t: TestContext,
  options: Partial<StoreOptions> = {},
): Promise<{ store: Store; recorder: Recorder; dataDir: string }> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'bivouac-store-')));
  const store = await openStore({ log: silentLog, clock: systemClock, ...options, dataDir });
  t.after(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return { store, recorder: recorderOf(store), dataDir };
}

/** A recorder with the limits of the configuration's defaults, and a short interval. */
export function recorderOf(store: Store, options: Partial<RecorderDeps> = {}): Recorder {
  return createRecorder({
    append: store.history.append,
    commitIntervalMs: 5,
    queueMaxEvents: 20_000,
    queueMaxBytes: 32 * 1024 * 1024,
    log: silentLog,
    clock: systemClock,
    ...options,
  });
}

/** A broadcast position of 600 bytes, as ATAK sends them; `changes` make it something else. */
export function recordedEvent(changes: Partial<RecordedEvent> = {}): RecordedEvent {
  const uid = changes.uid ?? 'ANDROID-0001';
  return {
    uid,
    type: 'a-f-G-U-C',
    how: 'm-g',
    timeMs: Date.UTC(2026, 5, 1, 12, 0, 0),
    staleMs: Date.UTC(2026, 5, 1, 12, 5, 0),
    receivedMs: Date.UTC(2026, 5, 1, 12, 0, 0),
    lat: 47.5,
    lon: 8.25,
    principalId: '6f9a2c9e-8a56-4e7b-9a52-0d6c6f1f2b10',
    username: 'alice',
    callsign: 'ALPHA',
    groups: ['blue'],
    isPosition: true,
    isReplayable: true,
    isArchived: false,
    deletesUid: '',
    format: 'xml',
    bytes: Buffer.from(`<event uid="${uid}"/>`.padEnd(600)),
    ...changes,
  };
}

/** Text, say a chat line: not a position, not for late joiners. */
export function recordedMessage(changes: Partial<RecordedEvent> = {}): RecordedEvent {
  return recordedEvent({ type: 'b-t-f', isPosition: false, isReplayable: false, ...changes });
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').trimEnd();
}
