import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { type InputDevice, readInputDevice } from './buttons-device.ts';
import { type Action, KEY_ACTIONS } from './buttons-keys.ts';
import { createTouchTracker, type TouchRange, type TouchTracker } from './buttons-touch.ts';

/** Buttons, keyboards and touch screens of the machine, by Linux input events (evdev). */
export interface Buttons {
  start(): void;
  stop(): void;
  /** What is connected at this moment. */
  controls(): { readonly hasButtons: boolean; readonly hasTouch: boolean };
}

export interface ButtonsDeps {
  /** A button or key: on its release, or `recover` when ● was held. */
  readonly onPress: (action: Action) => void;
  /** A finger came down, as shares (0 to 1) of the screen's width and height. */
  readonly onTouch: (point: { readonly x: number; readonly y: number }) => void;
  /** Pixels of the screen that the touch surface lies on. */
  readonly screenSize: () => { readonly width: number; readonly height: number } | undefined;
  readonly touchRange: TouchRange;
  readonly clock: Clock;
  readonly log: Log;
  /** Tests give directories of their own. */
  readonly roots?: { readonly devices: string; readonly sys: string };
}

const ROOTS = { devices: '/dev/input', sys: '/sys/class/input' };
/**
 * Events are collected this often. Node has no way to wait for a device file but a thread of its small pool for
 * each; a read that finds nothing takes microseconds, and 50 ms is what a finger takes for instant.
 */
const READ_PERIOD_MS = 50;
/** A keyboard that is plugged in is noticed within this time. */
const LOOK_PERIOD_MS = 3_000;
/** Held this long, ● asks for the recovery code: nobody leans on a button for five seconds unawares. */
const HOLD_MS = 5_000;

/** `struct input_event` on 64-bit Linux: two 8-byte times, type, code, value. */
const EVENT_BYTES = 24;
const TYPE_AT = 16;
const CODE_AT = 18;
const VALUE_AT = 20;
/** A burst of a touch screen is some ten events. */
const READ_BYTES = 64 * EVENT_BYTES;
const EV_KEY = 1;
const BTN_TOUCH = 0x14a;
const RELEASED = 0;

interface OpenDevice {
  readonly info: InputDevice;
  readonly file: number;
  readonly touch: TouchTracker | undefined;
  /** Begin of an event whose rest has not come yet. */
  rest: Buffer;
}

export function createButtons(deps: ButtonsDeps): Buttons {
  const { clock, log, onPress, onTouch, roots = ROOTS } = deps;
  const open = new Map<string, OpenDevice>();
  /** Looked at and found to be of no use (a lid switch, an HDMI plug). */
  const useless = new Set<string>();
  const buffer = Buffer.alloc(READ_BYTES);
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let stopReading: Cancel | undefined;
  let cancelHold: Cancel | undefined;
  let wasHeld = false;

  function look(): void {
    const nowMs = clock.monotonicMs();
    if (nowMs - lookedAtMs < LOOK_PERIOD_MS) return;
    lookedAtMs = nowMs;
    const names = listEvents(roots.devices);
    for (const name of useless) if (!names.includes(name)) useless.delete(name);
    for (const name of names) if (!open.has(name) && !useless.has(name)) take(name);
  }

  function take(name: string): void {
    const found = readInputDevice(join(roots.sys, name, 'device'));
    const info = { ...found, hasTouch: found.hasTouch && deps.touchRange !== 'off' };
    if (!info.hasKeys && !info.hasTouch) {
      useless.add(name);
      return;
    }
    try {
      const file = openSync(join(roots.devices, name), constants.O_RDONLY | constants.O_NONBLOCK);
      const touch = info.hasTouch
        ? createTouchTracker({ name: info.name, range: deps.touchRange, screenSize: deps.screenSize })
        : undefined;
      open.set(name, { info, file, touch, rest: Buffer.alloc(0) });
      log.info('buttons.found', { device: info.name, keys: info.hasKeys, touch: info.hasTouch });
    } catch {
      // Not ours to read, or gone again: looked at anew next time.
    }
  }

  function readAll(): void {
    look();
    for (const [name, device] of open) {
      if (read(device)) continue;
      open.delete(name);
      closeSync(device.file);
      log.info('buttons.gone', { device: device.info.name });
    }
  }

  /** False when the device is gone. */
  function read(device: OpenDevice): boolean {
    for (;;) {
      let length: number;
      try {
        length = readSync(device.file, buffer, 0, READ_BYTES, null);
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EAGAIN';
      }
      // A pipe that nobody writes to, in tests; devices never end.
      if (length === 0) return true;
      const bytes = Buffer.concat([device.rest, buffer.subarray(0, length)]);
      const whole = bytes.length - (bytes.length % EVENT_BYTES);
      for (let at = 0; at < whole; at += EVENT_BYTES) {
        const type = bytes.readUInt16LE(at + TYPE_AT);
        handle(device, type, bytes.readUInt16LE(at + CODE_AT), bytes.readInt32LE(at + VALUE_AT));
      }
      device.rest = bytes.subarray(whole);
    }
  }

  function handle({ touch }: OpenDevice, type: number, code: number, value: number): void {
    if (touch !== undefined) {
      const point = touch.take(type, code, value);
      if (point !== undefined) onTouch(point);
      if (touch.isDown !== undefined) hold(touch.isDown);
    }
    if (type !== EV_KEY || code === BTN_TOUCH) return;
    const action = KEY_ACTIONS.get(code);
    if (action === undefined) return;
    if (action === 'first') hold(value !== RELEASED);
    if (value !== RELEASED) return;
    if (action === 'first' && wasHeld) wasHeld = false;
    else onPress(action);
  }

  /** The kernel repeats a key that is held; the first press counts. */
  function hold(isDown: boolean): void {
    if (!isDown) {
      cancelHold?.();
      cancelHold = undefined;
      return;
    }
    if (cancelHold !== undefined) return;
    wasHeld = false;
    cancelHold = clock.after(HOLD_MS, () => {
      wasHeld = true;
      onPress('recover');
    });
  }

  return {
    start() {
      stopReading = clock.every(READ_PERIOD_MS, readAll);
    },
    stop() {
      stopReading?.();
      cancelHold?.();
      for (const { file } of open.values()) closeSync(file);
      open.clear();
    },
    controls() {
      const devices = [...open.values()].map(({ info }) => info);
      return {
        hasButtons: devices.some(({ hasKeys }) => hasKeys),
        hasTouch: devices.some(({ hasTouch }) => hasTouch),
      };
    },
  };
}

function listEvents(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => /^event\d+$/.test(name));
  } catch {
    return [];
  }
}
