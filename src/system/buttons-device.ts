import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_ACTIONS } from './buttons-keys.ts';

/** What an input device can do, from the bit maps that the kernel shows in sysfs. */
export interface InputDevice {
  readonly name: string;
  /** At least one key that means something here. */
  readonly hasKeys: boolean;
  readonly hasTouch: boolean;
}

const WORD_BITS = 64n;
const BTN_TOUCH = 0x14a;
const ABS_X = 0;
const ABS_MT_POSITION_X = 0x35;

/** A television's remote control, which every HDMI socket announces, used or not. */
const REMOTE = /hdmi|cec/i;

/** @param directory `/sys/class/input/event0/device` */
export function readInputDevice(directory: string): InputDevice {
  const keys = bitsOf(join(directory, 'capabilities/key'));
  const name = textOf(join(directory, 'name'));
  const absolute = bitsOf(join(directory, 'capabilities/abs'));
  const hasPosition = hasBit(absolute, ABS_X) || hasBit(absolute, ABS_MT_POSITION_X);
  return {
    name,
    hasKeys: !REMOTE.test(name) && [...KEY_ACTIONS.keys()].some((code) => hasBit(keys, code)),
    hasTouch: hasBit(keys, BTN_TOUCH) && hasPosition,
  };
}

/** Hexadecimal words of 64 bits, the highest first: `10000000 0 c000 3f0000000000`. */
function bitsOf(path: string): bigint {
  const words = textOf(path).split(/\s+/).filter(Boolean);
  return words.reduce((bits, word) => (bits << WORD_BITS) | BigInt(`0x${word}`), 0n);
}

function hasBit(bits: bigint, bit: number): boolean {
  return ((bits >> BigInt(bit)) & 1n) === 1n;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
