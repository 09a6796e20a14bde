import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A machine with a framebuffer and a keypad, as the server sees it: in a mount namespace of its own, with files in
 * the places of /sys/class/graphics, /sys/class/input and /dev/input.
 */
export interface DeviceMachine {
  /** A command to run the server under. */
  readonly under: readonly string[];
  /** The file that stands for /dev/fb0. */
  readonly framebuffer: string;
  plugScreen(): void;
  unplugScreen(): void;
  /** A button goes down or comes up, by its code of linux/input-event-codes.h. */
  button(code: number, isDown: boolean): void;
  /** Down and up. */
  press(code: number): void;
  close(): void;
}

export const KEY_ENTER = 28;
export const KEY_ESC = 1;

/** `struct input_event` on 64-bit Linux. */
const EVENT_BYTES = 24;
const EV_KEY = 1;

/** Undefined where this process may make mount namespaces; else why the test cannot run. */
export function whyNoDeviceMachine(): string | false {
  const { status } = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/sys/class']);
  return status === 0 ? false : 'mount namespaces need root and util-linux';
}

export function createDeviceMachine(
  directory: string,
  screen: { readonly width: number; readonly height: number; readonly bitsPerPixel: 16 | 32 },
): DeviceMachine {
  const { width, height, bitsPerPixel } = screen;
  const sys = join(directory, 'class');
  const dev = join(directory, 'dev');
  const framebuffer = join(dev, 'fb0');
  const pipe = join(dev, 'input/event0');
  const facts: Record<string, string> = {
    'graphics/fb0/virtual_size': `${width},${height}`,
    'graphics/fb0/bits_per_pixel': String(bitsPerPixel),
    'graphics/fb0/stride': String((width * bitsPerPixel) / 8),
    'graphics/fb0/name': 'fb_ili9486',
    'input/event0/device/name': 'gpio-keys',
    // KEY_ESC and KEY_ENTER.
    'input/event0/device/capabilities/key': '10000002',
    'input/event0/device/capabilities/abs': '0',
  };
  for (const [file, text] of Object.entries(facts)) {
    mkdirSync(join(sys, file, '..'), { recursive: true });
    writeFileSync(join(sys, file), `${text}\n`);
  }
  mkdirSync(join(dev, 'input'), { recursive: true });
  spawnSync('mkfifo', [pipe]);
  // Both ends, so that neither waits for the other.
  const keypad = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);

  // What a server needs of the real /dev stays; only the namespace sees any of this.
  const kept = ['null', 'zero', 'random', 'urandom', 'tty'];
  for (const name of kept) writeFileSync(join(dev, name), '');
  const script = [
    ...kept.map((name) => `mount --bind /dev/${name} ${dev}/${name}`),
    `mount --bind ${sys} /sys/class`,
    `mount --rbind ${dev} /dev`,
    'exec "$@"',
  ].join(' && ');

  function button(code: number, isDown: boolean): void {
    const event = Buffer.alloc(EVENT_BYTES);
    event.writeUInt16LE(EV_KEY, 16);
    event.writeUInt16LE(code, 18);
    event.writeInt32LE(isDown ? 1 : 0, 20);
    writeSync(keypad, event);
  }

  return {
    under: ['unshare', '-m', 'sh', '-c', script, 'sh'],
    framebuffer,
    plugScreen() {
      writeFileSync(framebuffer, '');
      truncateSync(framebuffer, (width * height * bitsPerPixel) / 8);
    },
    unplugScreen() {
      spawnSync('rm', ['-f', framebuffer]);
    },
    button,
    press(code) {
      button(code, true);
      button(code, false);
    },
    close: () => closeSync(keypad),
  };
}
