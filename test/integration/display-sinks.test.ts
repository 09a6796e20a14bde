import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadImage } from '@napi-rs/canvas';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { createDisplay, type Display } from '../../src/display/display.ts';
import {
  createSinkFinder,
  type FoundFramebuffer,
  type SinkSettings,
} from '../../src/display/sinks/find-sink.ts';
import type { DisplayState } from '../../src/display/state.ts';
import { BUTTONS, CALM, SITUATIONS } from '../support/display-states.ts';

/** The display as the server runs it: its own thread, real files, real time. */

const directory = mkdtempSync(join(tmpdir(), 'bivouac-display-'));
after(() => rmSync(directory, { recursive: true }));

let state: DisplayState | undefined = CALM;

function start(
  settings: Partial<SinkSettings>,
  more: { framebuffer?: () => FoundFramebuffer | undefined; terminalPath?: string } = {},
): Display {
  const display = createDisplay({
    read: () => state,
    sinks: createSinkFinder({
      settings: { sink: 'auto', size: '480x320', rotation: 0, channelOrder: 'auto', ...settings },
      readFramebuffer: more.framebuffer ?? (() => undefined),
      cacheDir: join(directory, 'cache'),
      clock: systemClock,
      terminalPath: more.terminalPath ?? join(directory, 'no-terminal', 'tty'),
    }),
    controls: () => BUTTONS,
    act: () => {},
    theme: 'dark',
    clock: systemClock,
    log: silentLog,
  });
  display.start();
  return display;
}

async function until<T>(look: () => T | undefined | false, what: string): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      const found = look();
      if (found) return found;
    } catch {
      // Not there yet.
    }
    assert.ok(Date.now() < deadline, `waited for ${what}`);
    await delay(20);
  }
}

test('a picture file follows the kit and is never half of one', async () => {
  const file = join(directory, 'display.png');
  state = CALM;
  const display = start({ sink: `png:${file}`, size: '800x480' });
  await until(() => statSync(file).size > 0, 'the first picture');
  const image = await loadImage(readFileSync(file));
  assert.deepEqual([image.width, image.height], [800, 480]);
  assert.equal(statSync(file).mode & 0o777, 0o600, 'it may show a passphrase');
  const first = statSync(file).ino;
  state = SITUATIONS.pairing;
  display.refresh();
  await until(() => statSync(file).ino !== first, 'another picture');
  await loadImage(readFileSync(file));
  const second = statSync(file).ino;
  await delay(1_500);
  assert.equal(statSync(file).ino, second, 'nothing changed');
  await display.stop();
  assert.notEqual(statSync(file).ino, second, 'the last one says that it has stopped');
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('a screen that is plugged in is found, and one that is pulled out is no error', async () => {
  const device = join(directory, 'fb0');
  let info: FoundFramebuffer | undefined;
  state = CALM;
  const display = start({ sink: `framebuffer:${device}` }, { framebuffer: () => info });
  await delay(100);
  writeFileSync(device, '');
  truncateSync(device, 480 * 320 * 4);
  info = {
    device,
    width: 480,
    height: 320,
    bitsPerPixel: 32,
    strideBytes: 1920,
    name: 'x',
    channelOrder: undefined,
    backlight: undefined,
  };
  await until(() => readFileSync(device).some((value) => value !== 0), 'a picture on the screen');
  info = undefined;
  rmSync(device);
  await delay(1_200);
  await display.stop();
});

test('where there is no screen, a terminal is told what a person must see, and no more', async () => {
  const terminal = join(directory, 'tty');
  writeFileSync(terminal, '');
  state = SITUATIONS['first-boot'];
  // A file is written from its start each time; what is printed is looked at before the next.
  const display = start({}, { terminalPath: terminal });
  const text = await until(() => readFileSync(terminal, 'utf8'), 'words');
  assert.match(text, /H Q R T - X D L M/);
  assert.match(text, /CA 3FA2/);
  // Seconds run, but nothing that was printed is out of date.
  writeFileSync(terminal, '');
  state = { ...SITUATIONS['first-boot'], claim: { ...SITUATIONS['first-boot'].claim, leftMs: 100_000 } };
  await delay(1_500);
  assert.equal(readFileSync(terminal, 'utf8'), '');
  state = CALM;
  display.refresh();
  await delay(1_200);
  assert.equal(readFileSync(terminal, 'utf8'), '', 'an idle kit is not news');
  state = SITUATIONS.pairing;
  display.refresh();
  assert.match(await until(() => readFileSync(terminal, 'utf8'), 'the code'), /K 7 M/);
  await display.stop();
});

test('a terminal that was asked for shows every screen', async () => {
  const terminal = join(directory, 'tty2');
  writeFileSync(terminal, '');
  state = CALM;
  const display = start({ sink: 'terminal' }, { terminalPath: terminal });
  assert.match(await until(() => readFileSync(terminal, 'utf8'), 'words'), /12 on the map/);
  await display.stop();
  assert.match(readFileSync(terminal, 'utf8'), /Stopped/);
});

test('off is off, and the pictures are there for the pages all the same', async () => {
  state = SITUATIONS.emergency;
  const display = start({ sink: 'off' });
  assert.equal(display.viewFromAfar().screen, 'emergency');
  await display.stop();
});
