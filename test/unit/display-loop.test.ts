import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { silentLog } from '../../src/core/log.ts';
import { createDisplay, type Display, type DisplayRequest } from '../../src/display/display.ts';
import type { PixelSink, Sink } from '../../src/display/sinks/find-sink.ts';
import type { PixelRequest } from '../../src/display/sinks/pixel-messages.ts';
import type { DisplayState } from '../../src/display/state.ts';
import type { TextScene } from '../../src/display/text/text-scene.ts';
import { BUTTONS, CALM, SITUATIONS, TOUCH } from '../support/display-states.ts';
import { FakeClock } from '../support/fake-clock.ts';

const SECOND_MS = 1_000;

let clock: FakeClock;
let state: DisplayState | undefined;
let sink: Sink | undefined;
let pictures: PixelRequest[];
let asked: DisplayRequest[];
let failure: Error | undefined;
let controls = BUTTONS;
let closed = 0;

beforeEach(() => {
  clock = new FakeClock();
  state = CALM;
  pictures = [];
  asked = [];
  failure = undefined;
  controls = BUTTONS;
  closed = 0;
  sink = pixelSink(480, 320);
});

function pixelSink(width: number, height: number, more: Partial<PixelSink> = {}): PixelSink {
  return {
    kind: 'pixels',
    canBurnIn: false,
    isSlow: false,
    target: { kind: 'png', file: 'x', width, height, rotation: 0, isOneBit: false },
    thread: {
      show: async (request) => {
        if (failure !== undefined) throw failure;
        pictures.push(request);
        return 1;
      },
      close: async () => {},
    },
    ...more,
  };
}

function display(): Display {
  return createDisplay({
    read: () => state,
    sinks: {
      find: () => sink,
      close: async () => {
        closed += 1;
      },
    },
    controls: () => controls,
    act: (request) => asked.push(request),
    theme: 'dark',
    clock,
    log: silentLog,
  });
}

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SECOND_MS) {
    clock.advance(Math.min(left, SECOND_MS));
    await turn();
  }
}

function screens(): string[] {
  return pictures.map(({ scene }) => scene.screen);
}

test('a frame is drawn only when something changed', async () => {
  const shown = display();
  shown.start();
  await turn();
  assert.equal(pictures.length, 1);
  await pass(60 * SECOND_MS);
  assert.equal(pictures.length, 1, 'nothing changed');
  state = { ...CALM, kitName: 'Basecamp 4' };
  await pass(SECOND_MS);
  assert.equal(pictures.length, 2);
});

test('what only ages is drawn each five seconds, a countdown each second', async () => {
  const shown = display();
  shown.start();
  await turn();
  for (let second = 1; second <= 20; second += 1) {
    state = { ...CALM, time: { ...CALM.time, nowMs: CALM.time.nowMs + second * 60_000 } };
    await pass(SECOND_MS);
  }
  assert.equal(pictures.length, 1 + 20 / 5);
  pictures = [];
  for (let second = 0; second < 10; second += 1) {
    state = { ...CALM, pairing: { code: 'K7M42P', lifeMs: 120_000, leftMs: 120_000 - second * SECOND_MS } };
    await pass(SECOND_MS);
  }
  assert.equal(pictures.length, 10);
});

test('electronic paper is rewritten each minute, but at once for another screen or a press', async () => {
  sink = pixelSink(250, 122, { isSlow: true });
  const shown = display();
  shown.start();
  await turn();
  for (let second = 1; second <= 120; second += 1) {
    state = { ...CALM, team: { ...CALM.team, connectedCount: second } };
    shown.refresh();
    await pass(SECOND_MS);
  }
  assert.equal(pictures.length, 3);
  state = SITUATIONS.emergency;
  await pass(SECOND_MS);
  assert.equal(pictures.length, 4);
  state = CALM;
  await pass(SECOND_MS);
  shown.press('next-page');
  await turn();
  assert.deepEqual(screens().slice(3), ['emergency', 'idle', 'people']);
});

test('a change that matters is drawn at once, but not more than once a second', async () => {
  const shown = display();
  shown.start();
  await turn();
  for (let change = 0; change < 100; change += 1) {
    state = { ...CALM, team: { ...CALM.team, connectedCount: change } };
    shown.refresh();
    clock.advance(10);
    await turn();
  }
  assert.ok(pictures.length <= 3, `${pictures.length} pictures in a second`);
  state = SITUATIONS.pairing;
  shown.refresh();
  await turn();
  assert.equal(screens().at(-1), 'pairing');
});

test('no screen is no error; one that comes is drawn on, one that fails is tried again later', async () => {
  const there = sink;
  sink = undefined;
  const shown = display();
  shown.start();
  await pass(10 * SECOND_MS);
  assert.equal(pictures.length, 0);
  sink = there;
  await pass(SECOND_MS);
  assert.equal(pictures.length, 1);
  failure = new Error('unplugged');
  state = { ...CALM, kitName: 'Other' };
  await pass(6 * SECOND_MS);
  failure = undefined;
  await pass(3 * SECOND_MS);
  assert.equal(pictures.length, 1, 'it waits before it tries again');
  await pass(10 * SECOND_MS);
  assert.equal(pictures.length, 2);
});

test('the buttons mean what stands beside them', async () => {
  const shown = display();
  shown.start();
  await turn();
  shown.press('first');
  assert.deepEqual(asked, [{ kind: 'open-pairing' }]);
  shown.press('second');
  await turn();
  assert.equal(screens().at(-1), 'wifi');
  state = SITUATIONS.pairing;
  await pass(2 * SECOND_MS);
  shown.press('second');
  assert.deepEqual(asked.at(-1), { kind: 'stop-pairing' });
  state = SITUATIONS.recovery;
  await pass(2 * SECOND_MS);
  shown.press('first');
  assert.equal(asked.length, 2, '● does nothing here');
  shown.press('second');
  assert.deepEqual(asked.at(-1), { kind: 'end-recovery' });
});

test('an answer is about the request that was on the screen, and not for a finger that was on its way', async () => {
  state = SITUATIONS.approval;
  const shown = display();
  shown.start();
  await turn();
  clock.advance(500);
  shown.press('first');
  assert.deepEqual(asked, [], 'too soon after it came up');
  clock.advance(500);
  // Another request is behind it already, but not on the screen yet.
  state = { ...SITUATIONS.approval, request: { ...SITUATIONS.approval.request, id: 'r2' } };
  shown.press('first');
  assert.deepEqual(asked, [{ kind: 'approve', requestId: 'r1' }]);
});

test('a request that takes the place of another starts its own guard', async () => {
  state = SITUATIONS.approval;
  const shown = display();
  shown.start();
  await pass(5 * SECOND_MS);
  state = {
    ...SITUATIONS.approval,
    request: { ...SITUATIONS.approval.request, id: 'r2', name: 'Somebody else' },
  };
  shown.refresh();
  await turn();
  assert.equal(pictures.at(-1)?.scene.requestId, 'r2');
  shown.press('first');
  assert.deepEqual(asked, []);
  clock.advance(800);
  shown.press('first');
  assert.deepEqual(asked, [{ kind: 'approve', requestId: 'r2' }]);
});

test('held for five seconds, ● asks for a recovery code, but not on a kit without owner', async () => {
  const shown = display();
  shown.start();
  await turn();
  shown.press('recover');
  assert.deepEqual(asked, [{ kind: 'recover' }]);
  state = SITUATIONS['first-boot'];
  shown.press('recover');
  shown.press('open-pairing');
  assert.equal(asked.length, 1);
});

test('an emergency that is put aside comes back after a minute', async () => {
  state = SITUATIONS.emergency;
  const shown = display();
  shown.start();
  await turn();
  assert.deepEqual(screens(), ['emergency']);
  shown.press('second');
  await turn();
  assert.equal(screens().at(-1), 'idle');
  await pass(59 * SECOND_MS);
  assert.equal(screens().at(-1), 'idle');
  await pass(2 * SECOND_MS);
  assert.equal(screens().at(-1), 'emergency');
});

test('the first press on a dark screen only lights it', async () => {
  state = { ...CALM, look: { ...CALM.look, blankAfterMs: 60 * SECOND_MS } };
  const shown = display();
  shown.start();
  await pass(70 * SECOND_MS);
  assert.equal(pictures.at(-1)?.placement.brightnessPercent, 0);
  shown.press('first');
  await turn();
  assert.deepEqual(asked, []);
  assert.equal(pictures.at(-1)?.placement.brightnessPercent, 100);
  shown.press('first');
  assert.deepEqual(asked, [{ kind: 'open-pairing' }]);
});

test('who turned the page and left is followed by somebody who finds the number', async () => {
  const shown = display();
  shown.start();
  await turn();
  shown.press('next-page');
  await turn();
  assert.equal(screens().at(-1), 'wifi');
  await pass(70 * SECOND_MS);
  assert.equal(screens().at(-1), 'idle');
});

test('a finger meets what is drawn there', async () => {
  controls = TOUCH;
  state = SITUATIONS.approval;
  const shown = display();
  shown.start();
  await pass(2 * SECOND_MS);
  shown.touch({ x: 0.5, y: 0.05 });
  assert.deepEqual(asked, []);
  shown.touch({ x: 0.75, y: 0.9 });
  shown.touch({ x: 0.25, y: 0.9 });
  assert.deepEqual(asked, [
    { kind: 'refuse', requestId: 'r1' },
    { kind: 'approve', requestId: 'r1' },
  ]);
});

test('a finger on a screen that is turned and enlarged, too', async () => {
  controls = TOUCH;
  state = SITUATIONS.approval;
  // 600 × 1024, built in upright and turned: 800 × 480 enlarged, with a margin.
  sink = pixelSink(600, 1024, {
    target: { ...pixelSink(600, 1024).target, rotation: 90 } as PixelSink['target'],
  });
  const shown = display();
  shown.start();
  await pass(2 * SECOND_MS);
  assert.equal(pictures.at(-1)?.scene.design.id, '800x480');
  // Turned clockwise, the picture's lower left is the device's upper left.
  shown.touch({ x: 0.12, y: 0.25 });
  assert.deepEqual(asked.at(-1), { kind: 'approve', requestId: 'r1' });
  shown.touch({ x: 0.12, y: 0.75 });
  assert.deepEqual(asked.at(-1), { kind: 'refuse', requestId: 'r1' });
});

test('an OLED turns its leaves by itself where there is no button', async () => {
  sink = pixelSink(128, 64);
  controls = { hasButtons: false, hasTouch: false };
  const shown = display();
  shown.start();
  await pass(60 * SECOND_MS);
  const labels = new Set(pictures.map(({ scene }) => JSON.stringify(scene.items[0])));
  assert.ok(labels.size >= 5, `${labels.size} leaves`);
});

test('a kit that goes down says so', async () => {
  const shown = display();
  shown.start();
  await turn();
  await shown.stop();
  assert.equal(screens().at(-1), 'stopped');
  assert.equal(closed, 1);
  const count = pictures.length;
  state = SITUATIONS.emergency;
  await pass(10 * SECOND_MS);
  assert.equal(pictures.length, count);
});

test('a screen that hangs does not keep the kit from stopping', async () => {
  sink = pixelSink(480, 320, { thread: { show: () => new Promise(() => {}), close: async () => {} } });
  const shown = display();
  shown.start();
  const stopped = shown.stop();
  clock.advance(2 * SECOND_MS);
  await stopped;
  assert.equal(closed, 1);
});

test('a state that cannot be read or drawn stops nothing', async () => {
  const shown = display();
  shown.start();
  await turn();
  // A field that a caller has left out in spite of its type.
  state = { ...CALM, team: undefined } as unknown as DisplayState;
  await pass(5 * SECOND_MS);
  shown.refresh();
  assert.equal(pictures.length, 1);
  state = { ...CALM, kitName: 'Well again' };
  await pass(12 * SECOND_MS);
  assert.equal(pictures.length, 2);
});

test('before the kit is up the screen says that it is starting', async () => {
  state = undefined;
  const shown = display();
  shown.start();
  await turn();
  state = CALM;
  await pass(SECOND_MS);
  assert.deepEqual(screens(), ['starting', 'idle']);
});

test('a terminal gets the same screens as words', async () => {
  const written: TextScene[] = [];
  sink = { kind: 'text', show: (scene) => written.push(scene) };
  const shown = display();
  shown.start();
  state = SITUATIONS.approval;
  await pass(2 * SECOND_MS);
  assert.deepEqual(
    written.map(({ screen }) => screen),
    ['idle', 'approval'],
  );
  clock.advance(700);
  shown.press('approve');
  assert.deepEqual(asked, [{ kind: 'approve', requestId: 'r1' }]);
  await shown.stop();
  assert.equal(written.at(-1)?.screen, 'stopped');
});

test('the last picture waits for the one that is being painted: the thread paints one at a time', async () => {
  let finish = () => {};
  const painted: string[] = [];
  let underWay = 0;
  sink = pixelSink(480, 320, {
    thread: {
      async show({ scene }) {
        underWay += 1;
        assert.equal(underWay, 1, 'two pictures at one time');
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        underWay -= 1;
        painted.push(scene.screen);
        return 1;
      },
      close: async () => {},
    },
  });
  const shown = display();
  shown.start();
  const stopped = shown.stop();
  await turn();
  finish();
  await turn();
  finish();
  await stopped;
  assert.deepEqual(painted, ['idle', 'stopped']);
});
