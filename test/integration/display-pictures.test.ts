import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import jsqr from 'jsqr';
import type { Painter } from '../../src/display/paint.ts';
import type { QrItem, Scene } from '../../src/display/scene.ts';
import { openPainter, PICTURES, type Pixels, pixelsOf } from '../support/display-pictures.ts';

/**
 * Each screen at each size against its golden picture, and each QR code in it read back by another program.
 * Where a picture should change, run scripts/draw-display.ts and look at what it drew.
 */

const GOLDEN = join(import.meta.dirname, '../fixtures/display');
/** Processors round the edges of letters differently, by one step of light; a moved letter is far more. */
const STEP_MAX = 24;
const DIFFERENT_SHARE_MAX = 0.000_5;

// jsqr is CommonJS with a default export of its own.
const readQr = jsqr as unknown as typeof jsqr.default;
let painter: Painter;
before(async () => {
  painter = await openPainter();
});

async function goldenOf(name: string): Promise<Pixels> {
  const image = await loadImage(join(GOLDEN, `${name}.png`));
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return { width: image.width, height: image.height, rgba: data };
}

function differentShare(one: Pixels, other: Pixels): number {
  let different = 0;
  for (let at = 0; at < one.rgba.length; at += 4) {
    const isDifferent = [0, 1, 2].some(
      (channel) => Math.abs((one.rgba[at + channel] ?? 0) - (other.rgba[at + channel] ?? 0)) > STEP_MAX,
    );
    if (isDifferent) different += 1;
  }
  return different / (one.width * one.height);
}

for (const design of new Set(PICTURES.map(({ scene }) => scene.design.id))) {
  test(`the screens of ${design} look as they did`, async () => {
    for (const { name, scene } of PICTURES.filter((picture) => picture.scene.design.id === design)) {
      const drawn = pixelsOf(painter, scene);
      const golden = await goldenOf(name);
      assert.deepEqual([drawn.width, drawn.height], [golden.width, golden.height], name);
      const share = differentShare(drawn, golden);
      assert.ok(share <= DIFFERENT_SHARE_MAX, `${name}: ${(share * 100).toFixed(2)} % of the pixels differ`);
    }
  });
}

test('a picture that is another one would be noticed', async () => {
  const [idle, calm] = await Promise.all([goldenOf('480x320/idle'), goldenOf('480x320/calm')]);
  assert.ok(differentShare(idle, calm) > DIFFERENT_SHARE_MAX);
  const [one, two] = await Promise.all([goldenOf('128x64/leaf-1'), goldenOf('128x64/idle')]);
  assert.ok(differentShare(one, two) > DIFFERENT_SHARE_MAX);
});

test('every golden picture is of a screen that there is', () => {
  const files = globSync('**/*.png', { cwd: GOLDEN }).map((file) => file.replace(/\.png$/, ''));
  assert.deepEqual(files.sort(), PICTURES.map(({ name }) => name).sort());
});

function qrItems(scene: Scene): readonly QrItem[] {
  return scene.items.filter((item) => item.kind === 'qr');
}

/** A part of a picture, reduced as by a camera that is farther away. */
function seen({ width, height, rgba }: Pixels, { x, y, modules, modulePx }: QrItem, scale: number): Pixels {
  const whole = createCanvas(width, height);
  const image = whole.getContext('2d').createImageData(width, height);
  image.data.set(rgba);
  whole.getContext('2d').putImageData(image, 0, 0);
  const room = modules * modulePx;
  const size = Math.round(room * scale);
  const part = createCanvas(size, size);
  const context = part.getContext('2d');
  context.drawImage(whole, x, y, room, room, 0, 0, size, size);
  return { width: size, height: size, rgba: context.getImageData(0, 0, size, size).data };
}

test('every QR code can be read, in red light too, and by a camera that sees half of its pixels', () => {
  let count = 0;
  for (const { name, scene } of PICTURES) {
    const items = qrItems(scene);
    if (items.length === 0) continue;
    const drawn = pixelsOf(painter, scene);
    for (const item of items) {
      for (const scale of [1, 0.67]) {
        const { width, height, rgba } = seen(drawn, item, scale);
        assert.equal(readQr(rgba, width, height)?.data, item.text, `${name} at ${scale}`);
      }
      count += 1;
    }
  }
  assert.ok(count > 60, `${count} codes`);
});
