import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloseReason } from '../../src/hub/close-reason.ts';
import type { Hub } from '../../src/hub/hub.ts';
import type { Identity, Wire } from '../../src/hub/ports.ts';
import type { Session } from '../../src/hub/session.ts';
import { createWorld } from '../support/hub-world.ts';
import { messagesIn, type ScreenMessage } from '../support/screen-frames.ts';
import { chatXml, eventXml, saXml } from '../support/tak-events.ts';

/** A screen without a socket: takes bytes while `isOpen`. */
class FakeScreen implements Wire {
  readonly remote = '10.42.0.9:50000';
  readonly localAddress = '10.42.0.1';
  readonly listener = 'https';
  readonly writes: Buffer[] = [];
  closeReason: CloseReason | undefined;
  isOpen = true;
  session!: Session;
  readonly #hub: Hub;
  #waiting: Buffer[] = [];

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  write(bytes: Buffer): boolean {
    (this.isOpen ? this.writes : this.#waiting).push(bytes);
    return this.isOpen;
  }

  pendingBytes(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  close(reason: CloseReason): void {
    if (this.closeReason !== undefined) return;
    this.closeReason = reason;
    this.#hub.closed(this.session, reason);
  }

  open(): void {
    this.isOpen = true;
    this.writes.push(...this.#waiting.splice(0));
    this.#hub.drained(this.session);
  }

  get messages(): ScreenMessage[] {
    return this.writes.flatMap(messagesIn);
  }

  /** `type uid`, a snapshot with what it holds. */
  get news(): string[] {
    return this.messages.map(({ type, uid, events }) =>
      type === 'snapshot'
        ? `snapshot ${events!.map((event) => event.uid).join(' ')}`.trimEnd()
        : `${type} ${uid}`,
    );
  }
}

function watch(hub: Hub, groupsOut: readonly string[] = ['blue']): FakeScreen {
  const screen = new FakeScreen(hub);
  const identity: Identity = {
    principalId: 'tv',
    username: 'TV',
    certSerial: undefined,
    sessionId: 's1',
    groupsIn: [],
    groupsOut,
  };
  screen.session = hub.connectScreen(identity, screen);
  return screen;
}

const sa = (name: string, lat = 1) => saXml({ uid: name, callsign: name, lat, lon: 2 });

test('a screen gets what is known first, alerts before people, and then what happens', () => {
  const { hub, clock, join } = createWorld();
  const a = join('a');
  a.send(eventXml({ uid: 'route', type: 'b-m-r' }));
  a.send(sa('a'));
  a.send(chatXml({ fromUid: 'a', fromCallsign: 'a', text: 'before', messageId: '0' }));
  a.send(eventXml({ uid: 'sos', type: 'b-a-o-tbl', detail: '<emergency type="911 Alert">a</emergency>' }));
  clock.advance(1_000);
  const tv = watch(hub);
  assert.deepEqual(tv.news, ['snapshot sos a'], 'in the very turn of joining');
  assert.equal(tv.messages[0]?.events?.[1]?.agoMs, 1_000);
  assert.deepEqual([tv.messages[0]?.isFirst, tv.messages[0]?.isLast], [true, true]);
  a.send(sa('a', 3));
  a.send(chatXml({ fromUid: 'a', fromCallsign: 'a', text: 'now', messageId: '1' }));
  a.send(eventXml({ uid: 'sos', type: 'b-a-o-can', detail: '<emergency cancel="true">a</emergency>' }));
  a.send(
    eventXml({ uid: 'del', type: 't-x-d-d', detail: '<link uid="route" relation="p-p" type="b-m-r"/>' }),
  );
  clock.advance(100);
  assert.deepEqual(tv.news.slice(1), [
    'position a',
    'chat GeoChat.a.All Chat Rooms.1',
    'alert sos',
    'gone route',
  ]);
  a.close('connection_lost');
  clock.advance(20_000);
  assert.equal(tv.news.at(-1), 'gone a');
});

test('a screen that knows nothing yet is told so', () => {
  const { hub } = createWorld();
  const tv = watch(hub);
  assert.deepEqual(tv.messages, [{ type: 'snapshot', isFirst: true, isLast: true, events: [] }]);
});

test('a screen hears its channels and no others, live and in the snapshot', () => {
  const { hub, clock, join } = createWorld();
  const red = join('r', { groupsIn: ['red'], groupsOut: ['red'] });
  const blue = join('b');
  red.send(sa('r'));
  blue.send(sa('b'));
  const tv = watch(hub, ['blue']);
  const none = watch(hub, []);
  red.send(sa('r', 5));
  red.send(chatXml({ fromUid: 'r', fromCallsign: 'r', text: 'secret', messageId: '1' }));
  blue.send(sa('b', 5));
  clock.advance(100);
  assert.deepEqual(tv.news, ['snapshot b', 'position b']);
  assert.deepEqual(none.news, ['snapshot']);
});

test('a message between two people is not for a screen', () => {
  const { hub, clock, join } = createWorld();
  const a = join('a');
  const b = join('b');
  a.send(sa('a'));
  b.send(sa('b'));
  clock.advance(1_000);
  const tv = watch(hub);
  const marti = '<dest callsign="b"/>';
  a.send(
    chatXml({ fromUid: 'a', fromCallsign: 'a', text: 'x', messageId: '1', room: 'b', members: ['b'], marti }),
  );
  clock.advance(100);
  assert.equal(b.news.length, 2);
  assert.deepEqual(tv.news, ['snapshot a b']);
});

test('all screens of the same channels share one buffer', () => {
  const { hub, clock, join } = createWorld();
  const a = join('a');
  const [first, second] = [watch(hub), watch(hub)];
  clock.advance(1_000);
  a.send(sa('a'));
  clock.advance(100);
  assert.equal(first.writes.at(-1), second.writes.at(-1));
});

test('while no screen listens, no event is made into JSON', () => {
  const { hub, clock, join, recorded } = createWorld();
  const a = join('a');
  join('b');
  watch(hub).close('peer_closed');
  let calls = 0;
  a.send(sa('a'));
  const event = recorded.at(-1)!;
  const bytes = event.bytes.bind(event);
  event.bytes = (form) => {
    if (form === 'json') calls += 1;
    return bytes(form);
  };
  hub.receive(a.session, event);
  clock.advance(100);
  assert.equal(calls, 0);
  watch(hub);
  assert.equal(calls, 1);
});

test('a screen that reads slowly gets the newest position and every alert, and is cut in the end', () => {
  const { hub, clock, join } = createWorld();
  const a = join('a');
  const tv = watch(hub);
  tv.isOpen = false;
  for (let i = 1; i <= 50; i++) {
    a.send(sa('a', i));
    clock.advance(100);
  }
  a.send(eventXml({ uid: 'sos', type: 'b-a-o-tbl', detail: '<emergency type="911 Alert">a</emergency>' }));
  for (let i = 51; i <= 60; i++) {
    a.send(sa('a', i));
    clock.advance(100);
  }
  assert.ok(tv.session.queuedBytes < 3_000, `${tv.session.queuedBytes} bytes wait`);
  tv.open();
  const seen = tv.messages.filter(({ type }) => type !== 'snapshot');
  assert.deepEqual(
    seen.map(({ type, lat }) => lat ?? type),
    [1, 'alert', 60],
    'the one that was under way, the alert, the newest',
  );
  tv.isOpen = false;
  a.send(sa('a', 61));
  clock.advance(35_000);
  assert.equal(tv.closeReason, 'slow_reader');
});

test('much that is known comes in parts, of which one is the last, and nothing twice', () => {
  const replay = { burstEvents: 300, eventsPerSecond: 100 };
  const { hub, clock, join } = createWorld({ replay });
  const a = join('a');
  for (let i = 0; i < 500; i++) a.send(eventXml({ uid: `m${i}`, type: 'b-m-p-s-m', lat: 1, lon: 1 }));
  clock.advance(1_000);
  const tv = watch(hub);
  const known = () => tv.messages.flatMap(({ events = [] }) => events.map(({ uid }) => uid));
  assert.equal(known().length, 300);
  clock.advance(1_000);
  a.send(eventXml({ uid: 'm499', type: 'b-m-p-s-m', lat: 5, lon: 1 }));
  clock.advance(2_000);
  assert.equal(known().length, 499);
  assert.equal(new Set(known()).size, 499);
  const parts = tv.messages.filter(({ type }) => type === 'snapshot');
  assert.deepEqual([parts[0]?.isFirst, parts[0]?.isLast], [true, false]);
  assert.equal(parts.filter(({ isFirst }) => isFirst).length, 1);
  assert.deepEqual(parts.map(({ isLast }) => isLast).filter(Boolean), [true]);
  assert.equal(parts.at(-1)?.isLast, true);
});

test('a screen says nothing: signs of life keep it, silence does not', () => {
  const { hub, clock } = createWorld({ idleTimeoutMs: 60_000 });
  const tv = watch(hub);
  const silent = watch(hub);
  clock.advance(50_000);
  hub.heard(tv.session);
  clock.advance(50_000);
  assert.equal(tv.closeReason, undefined);
  assert.equal(silent.closeReason, 'idle');
});
