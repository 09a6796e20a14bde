import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { designFor } from '../../src/display/designs.ts';
import type { Painter, Rotation } from '../../src/display/paint.ts';
import type { PixelFormat } from '../../src/display/pixel-format.ts';
import { sceneOf } from '../../src/display/screens/scene-of.ts';
import { createFramebufferWriter } from '../../src/display/sinks/framebuffer.ts';
import type { FramebufferTarget } from '../../src/display/sinks/pixel-target.ts';
import { createPixelThread, type PixelThread } from '../../src/display/sinks/pixel-thread.ts';
import { openPainter, pixelsOf } from '../support/display-pictures.ts';
import { CALM, SITUATIONS, view } from '../support/display-states.ts';

/** A file that stands for /dev/fb0: same size, same pixels, same padding. */

const directory = mkdtempSync(join(tmpdir(), 'bivouac-fb-'));
const device = join(directory, 'fb0');
const FULL = { brightnessPercent: 100, shiftX: 0, shiftY: 0 };
let thread: PixelThread;
let painter: Painter;

before(async () => {
  thread = createPixelThread({ cacheDir: join(directory, 'cache') });
  painter = await openPainter();
});
after(async () => {
  await thread.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => writeFileSync(device, ''));

function target(
  width: number,
  height: number,
  format: Partial<PixelFormat> = {},
  more: Partial<FramebufferTarget> = {},
): FramebufferTarget {
  const bitsPerPixel = format.bitsPerPixel ?? 32;
  const packed = Math.ceil((width * bitsPerPixel) / 8);
  return {
    kind: 'framebuffer',
    device,
    width,
    height,
    rotation: 0,
    isOneBit: bitsPerPixel === 1,
    backlight: undefined,
    format: { bitsPerPixel, channelOrder: 'rgb', strideBytes: packed, ...format },
    ...more,
  };
}

/** Makes the file as large as the memory of the screen. */
function prepared(given: FramebufferTarget): FramebufferTarget {
  truncateSync(device, given.height * given.format.strideBytes);
  return given;
}

/** Red, green and blue of one pixel, from the bytes in the framebuffer. */
function pixelAt(bytes: Buffer, { format }: FramebufferTarget, x: number, y: number): readonly number[] {
  const { bitsPerPixel, channelOrder, strideBytes } = format;
  const row = y * strideBytes;
  if (bitsPerPixel === 1) {
    const isLit = ((bytes[row + (x >> 3)] ?? 0) >> (x & 7)) & 1;
    return isLit ? [255, 255, 255] : [0, 0, 0];
  }
  if (bitsPerPixel === 16) {
    const word = bytes.readUInt16LE(row + x * 2);
    const parts = [(word >> 11) << 3, ((word >> 5) & 0x3f) << 2, (word & 0x1f) << 3];
    return channelOrder === 'rgb' ? parts : parts.toReversed();
  }
  const at = row + x * (bitsPerPixel / 8);
  const parts = [bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0];
  return channelOrder === 'rgb' ? parts : parts.toReversed();
}

const FORMATS: readonly (readonly [name: string, given: FramebufferTarget, loss: number])[] = [
  ['32 bits', target(480, 320), 0],
  ['32 bits, blue and red swapped', target(480, 320, { channelOrder: 'bgr' }), 0],
  ['32 bits with padded rows', target(480, 320, { strideBytes: 2048 }), 0],
  ['24 bits', target(320, 240, { bitsPerPixel: 24 }), 0],
  ['16 bits', target(320, 240, { bitsPerPixel: 16 }), 8],
  [
    '16 bits, swapped and padded',
    target(480, 320, { bitsPerPixel: 16, channelOrder: 'bgr', strideBytes: 1024 }),
    8,
  ],
  ['1 bit', target(128, 64, { bitsPerPixel: 1 }), 0],
  ['1 bit of paper with padded rows', target(250, 122, { bitsPerPixel: 1, strideBytes: 64 }), 0],
  ['32 bits in several bands', target(1920, 1080), 0],
];

for (const [name, given, loss] of FORMATS) {
  test(`a framebuffer of ${name} shows the picture`, async () => {
    const { width, height } = prepared(given);
    const scene = sceneOf(SITUATIONS.idle, view(), designFor(given));
    const tookMs = await thread.show({ scene, target: given, placement: FULL });
    assert.ok(tookMs > 0);
    const bytes = readFileSync(device);
    assert.equal(bytes.length, height * given.format.strideBytes, 'nothing was written behind the end');
    const { rgba } = pixelsOf(painter, scene);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const at = (y * width + x) * 4;
        const drawn = pixelAt(bytes, given, x, y);
        for (const [channel, value] of drawn.entries()) {
          const wanted = rgba[at + channel] ?? 0;
          assert.ok(
            Math.abs(value - wanted) <= loss,
            `${x},${y}: ${drawn} is not ${rgba.subarray(at, at + 3)}`,
          );
        }
      }
    }
  });
}

test('a screen that is built in on its side is turned', async () => {
  const upright = sceneOf(SITUATIONS.emergency, view(), designFor(target(480, 320)));
  const { rgba } = pixelsOf(painter, upright);
  /** Where the pixel x, y of the picture is on the device. */
  const places: Record<Rotation, (x: number, y: number) => readonly [number, number]> = {
    0: (x, y) => [x, y],
    90: (x, y) => [319 - y, x],
    180: (x, y) => [479 - x, 319 - y],
    270: (x, y) => [y, 479 - x],
  };
  for (const rotation of [0, 90, 180, 270] as const) {
    const [width, height] = rotation % 180 === 0 ? [480, 320] : [320, 480];
    const given = prepared(target(width, height, {}, { rotation }));
    await thread.show({ scene: upright, target: given, placement: FULL });
    const bytes = readFileSync(device);
    let different = 0;
    for (let y = 0; y < 320; y += 1) {
      for (let x = 0; x < 480; x += 1) {
        const [deviceX, deviceY] = places[rotation](x, y);
        const drawn = pixelAt(bytes, given, deviceX, deviceY);
        const isNear = drawn.every(
          (value, channel) => Math.abs(value - (rgba[(y * 480 + x) * 4 + channel] ?? 0)) < 64,
        );
        if (!isNear) different += 1;
      }
    }
    // Letters are smoothed anew in each direction; everything else is where it was.
    assert.ok(different < 480 * 320 * 0.005, `${rotation}: ${different} pixels`);
  }
});

test('a screen of another size is filled without a gap in the picture', async () => {
  // QEMU's screens.
  for (const [width, height] of [
    [1280, 800],
    [640, 480],
  ] as const) {
    const given = prepared(target(width, height));
    const scene = sceneOf(SITUATIONS.emergency, view(), designFor(given));
    await thread.show({ scene, target: given, placement: FULL });
    const bytes = readFileSync(device);
    const [red = 0, green = 0] = pixelAt(bytes, given, 4, Math.floor((height - width * 0.6) / 2) + 20);
    if (width === 1280) assert.ok(red > 200 && green < 150, 'the band reaches the edge');
    assert.deepEqual(pixelAt(bytes, given, 0, height - 1), [0x0d, 0x11, 0x10]);
  }
});

test('brightness darkens the picture, nothing at all blanks it', async () => {
  const given = prepared(target(480, 320));
  const scene = sceneOf(CALM, view(), designFor(given));
  await thread.show({ scene, target: given, placement: { ...FULL, brightnessPercent: 50 } });
  assert.deepEqual(pixelAt(readFileSync(device), given, 0, 0), [7, 9, 8]);
  await thread.show({ scene, target: given, placement: { ...FULL, brightnessPercent: 0 } });
  const bytes = readFileSync(device);
  assert.ok(bytes.every((value, index) => (index % 4 === 3 ? value === 255 : value === 0)));
  const oled = prepared(target(128, 64, { bitsPerPixel: 1 }));
  writeFileSync(device, Buffer.alloc(64 * 16, 0xff));
  const leaf = sceneOf(CALM, view(), designFor(oled));
  await thread.show({ scene: leaf, target: oled, placement: { ...FULL, brightnessPercent: 0 } });
  assert.ok(readFileSync(device).every((value) => value === 0));
});

test('a light behind the screen is used where there is one', async () => {
  const path = join(directory, 'brightness');
  const given = prepared(target(480, 320, {}, { backlight: { path, max: 200 } }));
  const scene = sceneOf(CALM, view(), designFor(given));
  await thread.show({ scene, target: given, placement: { ...FULL, brightnessPercent: 40 } });
  assert.equal(readFileSync(path, 'utf8'), '80');
  assert.deepEqual(
    pixelAt(readFileSync(device), given, 0, 0),
    [0x0d, 0x11, 0x10],
    'the picture stays as it is',
  );
  await thread.show({ scene, target: given, placement: { ...FULL, brightnessPercent: 0 } });
  assert.equal(readFileSync(path, 'utf8'), '0');
});

test('only what changed is written', () => {
  const given = prepared(target(64, 4));
  const writer = createFramebufferWriter(given);
  const band = (y: number, value: number) => ({
    y,
    rows: 1,
    rgba: new Uint8ClampedArray(64 * 4).fill(value),
  });
  writer.write([band(0, 10), band(1, 20), band(2, 30)]);
  // Somebody else scribbles on the screen: rows that are written anew show which.
  writeFileSync(device, Buffer.alloc(4 * 64 * 4, 0xee));
  writer.write([band(0, 10), band(1, 99), band(2, 30)]);
  writer.close();
  const bytes = readFileSync(device);
  assert.deepEqual(
    [0, 1, 2].map((row) => bytes[row * 256]),
    [0xee, 99, 0xee],
  );
});

test('a screen that is gone is an error of that picture only', async () => {
  const gone = target(480, 320, {}, { device: join(directory, 'not-there') });
  const scene = sceneOf(CALM, view(), designFor(gone));
  await assert.rejects(thread.show({ scene, target: gone, placement: FULL }), /ENOENT/);
  const given = prepared(target(480, 320));
  await thread.show({ scene, target: given, placement: FULL });
  assert.ok(readFileSync(device).some((value) => value !== 0));
});

test('the thread that was ended starts again with the next picture', async () => {
  await thread.close();
  const given = prepared(target(480, 320));
  await thread.show({ scene: sceneOf(CALM, view(), designFor(given)), target: given, placement: FULL });
  assert.equal(statSync(device).size, 480 * 320 * 4);
});
