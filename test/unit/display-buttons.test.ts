import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { silentLog } from '../../src/core/log.ts';
import { type Buttons, createButtons } from '../../src/system/buttons.ts';
import { parseTouchRange, type TouchRange } from '../../src/system/buttons-touch.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Events as the kernel writes them, through pipes that stand for /dev/input/event*. */

const EV_SYN = 0;
const EV_KEY = 1;
const EV_ABS = 3;
const KEY_ENTER = 28;
const KEY_ESC = 1;
const KEY_A = 30;
const KEY_VOLUMEUP = 115;
const BTN_TOUCH = 0x14a;
const ABS_X = 0;
const ABS_Y = 1;

/** `capabilities/key` of two GPIO keys (Enter, Esc), of a touch screen, and of an HDMI socket's remote control. */
const GPIO_KEYS = { name: 'gpio-keys', key: '10000002', abs: '0' };
const TOUCH = { name: 'generic ft5x06 (79)', key: '400 0 0 0 0 0', abs: '3' };
const HDMI = { name: 'vc4-hdmi-0', key: '10000002', abs: '0' };
const LID = { name: 'Lid Switch', key: '0', abs: '0' };

let directory: string;
let clock: FakeClock;
let pressed: string[];
let touched: { x: number; y: number }[];
let buttons: Buttons;
const pipes = new Map<string, number>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bivouac-input-'));
  mkdirSync(join(directory, 'dev'));
  clock = new FakeClock();
  pressed = [];
  touched = [];
  open('auto');
});

afterEach(() => {
  buttons.stop();
  for (const file of pipes.values()) closeSync(file);
  pipes.clear();
  rmSync(directory, { recursive: true });
});

function open(touchRange: TouchRange): void {
  buttons = createButtons({
    onPress: (action) => pressed.push(action),
    onTouch: (point) => touched.push(point),
    screenSize: () => ({ width: 800, height: 480 }),
    touchRange,
    clock,
    log: silentLog,
    roots: { devices: join(directory, 'dev'), sys: join(directory, 'sys') },
  });
  buttons.start();
}

function plugIn(event: string, { name, key, abs }: typeof TOUCH): void {
  const device = join(directory, 'sys', event, 'device');
  mkdirSync(join(device, 'capabilities'), { recursive: true });
  writeFileSync(join(device, 'name'), `${name}\n`);
  writeFileSync(join(device, 'capabilities/key'), `${key}\n`);
  writeFileSync(join(device, 'capabilities/abs'), `${abs}\n`);
  const path = join(directory, 'dev', event);
  execFileSync('mkfifo', [path]);
  // Opened for both ends, so that it never ends.
  pipes.set(event, openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
  clock.advance(4_000);
}

function bytesOf(...events: readonly (readonly [type: number, code: number, value: number])[]): Buffer {
  return Buffer.concat(
    events.map(([type, code, value]) => {
      const event = Buffer.alloc(24);
      event.writeBigInt64LE(1_700_000_000n, 0);
      event.writeUInt16LE(type, 16);
      event.writeUInt16LE(code, 18);
      event.writeInt32LE(value, 20);
      return event;
    }),
  );
}

function send(event: string, bytes: Buffer): void {
  writeSync(pipes.get(event) ?? assert.fail(event), bytes);
  clock.advance(60);
}

function key(code: number, value: number): Buffer {
  return bytesOf([EV_KEY, code, value], [EV_SYN, 0, 0]);
}

test('no input device is no error, and one that is plugged in later is found', () => {
  clock.advance(60_000);
  assert.deepEqual(buttons.controls(), { hasButtons: false, hasTouch: false });
  plugIn('event0', GPIO_KEYS);
  assert.deepEqual(buttons.controls(), { hasButtons: true, hasTouch: false });
  plugIn('event1', TOUCH);
  assert.deepEqual(buttons.controls(), { hasButtons: true, hasTouch: true });
});

test('buttons act when they are let go', () => {
  plugIn('event0', GPIO_KEYS);
  send('event0', key(KEY_ENTER, 1));
  assert.deepEqual(pressed, []);
  send('event0', key(KEY_ENTER, 0));
  send('event0', Buffer.concat([key(KEY_ESC, 1), key(KEY_ESC, 0), key(KEY_A, 1), key(KEY_A, 0)]));
  assert.deepEqual(pressed, ['first', 'second', 'approve']);
});

test('● held for five seconds asks for recovery, once, and is no press any more', () => {
  plugIn('event0', GPIO_KEYS);
  send('event0', key(KEY_ENTER, 1));
  for (let second = 0; second < 4; second += 1) {
    // The kernel repeats what is held.
    send('event0', key(KEY_ENTER, 2));
    clock.advance(900);
  }
  assert.deepEqual(pressed, []);
  clock.advance(2_000);
  assert.deepEqual(pressed, ['recover']);
  clock.advance(10_000);
  send('event0', key(KEY_ENTER, 0));
  assert.deepEqual(pressed, ['recover']);
  send('event0', Buffer.concat([key(KEY_ENTER, 1), key(KEY_ENTER, 0)]));
  assert.deepEqual(pressed, ['recover', 'first']);
});

test('an event that comes in two halves is put together', () => {
  plugIn('event0', GPIO_KEYS);
  const bytes = Buffer.concat([key(KEY_ESC, 1), key(KEY_ESC, 0)]);
  for (const byte of bytes) send('event0', Buffer.from([byte]));
  assert.deepEqual(pressed, ['second']);
});

test('keys that mean nothing here are left alone, and so are devices that have none', () => {
  plugIn('event0', HDMI);
  plugIn('event1', LID);
  assert.deepEqual(buttons.controls(), { hasButtons: false, hasTouch: false });
  plugIn('event2', GPIO_KEYS);
  send('event2', Buffer.concat([key(KEY_VOLUMEUP, 1), key(KEY_VOLUMEUP, 0)]));
  assert.deepEqual(pressed, []);
});

function finger(x: number, y: number): Buffer {
  return bytesOf([EV_KEY, BTN_TOUCH, 1], [EV_ABS, ABS_X, x], [EV_ABS, ABS_Y, y], [EV_SYN, 0, 0]);
}

const LIFT = bytesOf([EV_KEY, BTN_TOUCH, 0], [EV_SYN, 0, 0]);

test('a finger acts where it comes down, once', () => {
  plugIn('event0', TOUCH);
  send('event0', finger(799, 0));
  send('event0', bytesOf([EV_ABS, ABS_X, 10], [EV_SYN, 0, 0]));
  send('event0', LIFT);
  assert.deepEqual(touched, [{ x: 1, y: 0 }]);
  assert.deepEqual(pressed, []);
});

test('a finger that stays asks for recovery', () => {
  plugIn('event0', TOUCH);
  send('event0', finger(400, 240));
  clock.advance(5_000);
  assert.deepEqual(pressed, ['recover']);
  send('event0', LIFT);
  clock.advance(10_000);
  assert.deepEqual(pressed, ['recover']);
});

test('a digitiser with a range of its own is known by its name, by its figures, or by the setting', () => {
  plugIn('event0', { ...TOUCH, name: 'ADS7846 Touchscreen' });
  send('event0', finger(4_095, 0));
  assert.deepEqual(touched.at(-1), { x: 1, y: 0 });
  plugIn('event1', { ...TOUCH, name: 'something new' });
  send('event1', finger(16_000, 8_000));
  assert.deepEqual(touched.at(-1), { x: 16_000 / 16_383, y: 8_000 / 16_383 });
  buttons.stop();
  open(parseTouchRange('3900..100,200..3800'));
  clock.advance(4_000);
  send('event1', finger(3_900, 3_800));
  assert.deepEqual(touched.at(-1), { x: 0, y: 1 });
});

test('touch can be switched off', () => {
  buttons.stop();
  open('off');
  plugIn('event0', TOUCH);
  send('event0', finger(10, 10));
  assert.deepEqual(touched, []);
  assert.equal(buttons.controls().hasTouch, false);
});

test('a device that is unplugged is let go', () => {
  plugIn('event0', GPIO_KEYS);
  // Reading a directory fails, as reading an unplugged device does.
  mkdirSync(join(directory, 'dev/event1'));
  mkdirSync(join(directory, 'sys/event1/device/capabilities'), { recursive: true });
  writeFileSync(join(directory, 'sys/event1/device/capabilities/key'), GPIO_KEYS.key);
  writeFileSync(join(directory, 'sys/event1/device/capabilities/abs'), '0');
  clock.advance(4_000);
  rmSync(join(directory, 'dev/event1'), { recursive: true });
  clock.advance(4_000);
  assert.equal(buttons.controls().hasButtons, true);
  send('event0', Buffer.concat([key(KEY_ESC, 1), key(KEY_ESC, 0)]));
  assert.deepEqual(pressed, ['second']);
});

test('ranges are read as the configuration writes them', () => {
  assert.equal(parseTouchRange('auto'), 'auto');
  assert.equal(parseTouchRange('off'), 'off');
  assert.deepEqual(parseTouchRange('-5..10,20..0'), { x: [-5, 10], y: [20, 0] });
});
