import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import type { RecordedEvent } from '../../src/store/recorded-event.ts';
import type { HistoryEvent } from '../../src/store/repositories/history-row.ts';
import {
  openTestStore,
  recordedEvent,
  recordedMessage,
  recorderOf,
  temporaryDir,
  textOf,
} from '../support/store-fixture.ts';

const T0 = Date.UTC(2026, 5, 1, 12, 0, 0);
const MINUTE_MS = 60_000;

async function recordAll(store: Store, events: readonly Partial<RecordedEvent>[]): Promise<void> {
  const recorder = recorderOf(store);
  for (const event of events) recorder.record(recordedEvent(event));
  assert.equal(await recorder.flush(), 0);
}

async function everyPage(
  store: Store,
  request: { sinceMs?: number; limit: number },
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let afterId: number | undefined;
  do {
    const page = await store.history.page({ ...request, afterId });
    events.push(...page.events);
    afterId = page.cursor;
  } while (afterId !== undefined);
  return events;
}

const uidsOf = (events: readonly HistoryEvent[]) => events.map(({ uid }) => uid);

test('an event comes back as it was recorded, after a restart', async (t) => {
  const dataDir = await temporaryDir(t);
  const event = recordedMessage({
    uid: 'GeoChat.ANDROID-1.All Chat Rooms.1',
    groups: ['blue', 'røde "kors"'],
    callsign: 'Zoë',
    format: 'proto',
    bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
    dests: '[{"kind":"callsign","value":"BRAVO"}]',
    lat: Number.NaN,
    lon: Number.NaN,
    timeMs: T0 - 5,
    staleMs: T0 + 5,
    receivedMs: T0,
  });
  const first = await openStore({ dataDir, log: silentLog, clock: systemClock });
  await recordAll(first, [event]);
  await first.close();

  const { store } = await openTestStore(t, { dataDir });
  const [stored] = (await store.history.page({ limit: 10 })).events;
  const { bytes, deletesUid: _, ...expected } = event;
  assert.deepEqual({ ...stored, bytes: undefined }, { id: 1, ...expected, bytes: undefined });
  assert.deepEqual(Buffer.from(stored!.bytes), Buffer.from(bytes));
});

test('pages give every event once, in the order received', async (t) => {
  const { store } = await openTestStore(t);
  await recordAll(
    store,
    Array.from({ length: 2_500 }, (_, i) => ({ uid: `u${i}`, receivedMs: T0 + i })),
  );
  const all = await everyPage(store, { limit: 700 });
  assert.deepEqual(
    uidsOf(all),
    Array.from({ length: 2_500 }, (_, i) => `u${i}`),
  );
  const since = await everyPage(store, { sinceMs: T0 + 2_400, limit: 33 });
  assert.deepEqual(uidsOf(since), uidsOf(all.slice(2_400)));
  assert.deepEqual(await everyPage(store, { sinceMs: T0 + 10_000, limit: 33 }), []);
});

test('a page of large events stays small', async (t) => {
  const { store } = await openTestStore(t);
  await recordAll(
    store,
    Array.from({ length: 80 }, (_, i) => ({ uid: `u${i}`, bytes: Buffer.alloc(100_000) })),
  );
  const { events, cursor } = await store.history.page({ limit: 1_000 });
  assert.ok(events.length < 50, `${events.length} events of 100 kB`);
  assert.equal(cursor, events.at(-1)?.id);
  assert.equal((await everyPage(store, { limit: 1_000 })).length, 80);
});

test('the track of a uid is told newest first, within its time, through a clock that was wrong', async (t) => {
  const { store } = await openTestStore(t);
  const times = [T0, T0 + MINUTE_MS, 5_000, T0 + 3 * MINUTE_MS, Date.UTC(2038, 0, 1), T0 + 5 * MINUTE_MS];
  await recordAll(
    store,
    times.flatMap((receivedMs, i) => [
      { uid: 'mine', receivedMs, callsign: `c${i}` },
      { uid: 'other', receivedMs },
    ]),
  );
  const request = { uid: 'mine', fromMs: T0 + 1, toMs: T0 + 5 * MINUTE_MS };
  const { events, cursor } = await store.history.track({ ...request, limit: 10 });
  assert.deepEqual(
    events.map(({ callsign }) => callsign),
    ['c5', 'c3', 'c1'],
  );
  assert.equal(cursor, undefined);
  const first = await store.history.track({ ...request, limit: 2 });
  const second = await store.history.track({ ...request, limit: 2, backFromId: first.cursor });
  assert.deepEqual([...first.events, ...second.events], events);
  assert.deepEqual((await store.history.track({ ...request, uid: 'nobody', limit: 2 })).events, []);
});

test('the latest event of a uid is the last that was said into the channels asked for', async (t) => {
  const { store } = await openTestStore(t);
  await recordAll(store, [
    { uid: 'a', bytes: Buffer.from('<blue/>') },
    { uid: 'b' },
    { uid: 'a', groups: ['red'], type: 'b-t-f', isReplayable: false, bytes: Buffer.from('<red/>') },
    { uid: 'a', groups: ['blue', 'red'], dests: '[]', bytes: Buffer.from('<direct/>') },
  ]);
  const seen = async (...groups: string[]) => {
    const latest = await store.history.latest({ uid: 'a', groups });
    return latest === undefined ? undefined : textOf(latest.bytes);
  };
  assert.equal(await seen('blue'), '<blue/>');
  assert.equal(await seen('red'), '<red/>');
  assert.equal(await seen('blue', 'red'), '<red/>');
  assert.equal(await seen('green'), undefined);
  assert.equal(await store.history.latest({ uid: 'nobody', groups: ['blue'] }), undefined);
});

test('late joiners after a restart get of each uid the newest broadcast that is current', async (t) => {
  const dataDir = await temporaryDir(t);
  const staleMs = T0 + 5 * MINUTE_MS;
  const first = await openStore({ dataDir, log: silentLog, clock: systemClock });
  await recordAll(first, [
    { uid: 'current', staleMs, callsign: 'old' },
    { uid: 'stale', staleMs: T0 - 1 },
    { uid: 'stale-now', staleMs },
    { uid: 'stale-now', staleMs: T0 - 1 },
    { uid: 'archived', staleMs: T0 - 1, isArchived: true },
    { uid: 'deleted', staleMs },
    { uid: 'deleted-and-back', staleMs },
    { uid: 'chat', staleMs, isReplayable: false },
    { uid: 'direct-after', staleMs },
  ]);
  await recordAll(first, [
    { uid: 'current', staleMs, callsign: 'new' },
    { uid: 'bye-1', type: 't-x-d-d', isReplayable: false, deletesUid: 'deleted' },
    { uid: 'bye-2', type: 't-x-d-d', isReplayable: false, deletesUid: 'deleted-and-back' },
    { uid: 'bye-3', type: 't-x-d-d', isReplayable: false, deletesUid: 'never heard of' },
    { uid: 'deleted-and-back', staleMs },
    { uid: 'direct-after', staleMs, isReplayable: false, dests: '[]' },
  ]);
  await first.close();

  const { store } = await openTestStore(t, { dataDir });
  const events = await store.history.latestReplayable({ nowMs: T0, limit: 100, maxBytes: 1e6 });
  assert.deepEqual(uidsOf(events), ['deleted-and-back', 'current', 'direct-after', 'archived']);
  assert.equal(events[1]!.callsign, 'new');

  const two = await store.history.latestReplayable({ nowMs: T0, limit: 2, maxBytes: 1e6 });
  assert.deepEqual(uidsOf(two), ['deleted-and-back', 'current']);
  const small = await store.history.latestReplayable({ nowMs: T0, limit: 100, maxBytes: 1_000 });
  assert.deepEqual(uidsOf(small), ['deleted-and-back']);
});

test('what other channels say of a uid takes nothing from those who get it after a restart', async (t) => {
  const { store, recorder } = await openTestStore(t);
  const events: Partial<RecordedEvent>[] = [
    { uid: 'hidden', groups: ['blue'], staleMs: T0 + 10_000, callsign: 'TRUE' },
    { uid: 'deleted', groups: ['blue'], staleMs: T0 + 10_000 },
    { uid: 'over', groups: ['blue'], staleMs: T0 - 1 },
    { uid: 'shared', groups: ['blue', 'green'], staleMs: T0 + 10_000 },
  ];
  const red = { groups: ['red'], staleMs: T0 + 20_000, callsign: 'FALSE' };
  // In one batch with what they are about, and in one of its own.
  const hostile: Partial<RecordedEvent>[] = [
    { uid: 'hidden', ...red },
    { uid: 'bye', type: 't-x-d-d', isReplayable: false, deletesUid: 'deleted', ...red },
    { uid: 'over', ...red },
    { uid: 'bye', type: 't-x-d-d', isReplayable: false, deletesUid: 'shared', groups: ['green'] },
  ];
  for (const batch of [events, [...events, ...hostile], hostile]) {
    for (const event of batch) recorder.record(recordedEvent({ receivedMs: T0, ...event }));
    await recorder.flush();
  }
  const kept = await store.history.latestReplayable({ nowMs: T0, limit: 100, maxBytes: 1e6 });
  assert.deepEqual(kept.map(({ uid, groups }) => [uid, ...groups]).toSorted(), [
    ['deleted', 'blue'],
    ['hidden', 'blue'],
    ['over', 'red'],
  ]);
});

test('settings keep what JSON can say, and list by prefix', async (t) => {
  const { store } = await openTestStore(t);
  const value = { name: 'kit', numbers: [1, 2.5], isOn: true, nothing: null };
  await store.settings.set({ key: 'kit.facts', value, nowMs: T0 });
  await store.settings.set({ key: 'kit.name', value: 'old', nowMs: T0 });
  await store.settings.set({ key: 'kit.name', value: 'new', nowMs: T0 });
  await store.settings.set({ key: 'kit_x', value: 1, nowMs: T0 });
  assert.deepEqual(await store.settings.get('kit.facts'), value);
  assert.deepEqual(await store.settings.list('kit.'), { 'kit.facts': value, 'kit.name': 'new' });
  assert.equal(await store.settings.remove('kit.name'), true);
  assert.equal(await store.settings.remove('kit.name'), false);
  assert.equal(await store.settings.get('kit.name'), undefined);
});
