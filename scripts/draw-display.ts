/**
 * Draws the display's golden pictures (test/fixtures/display) and the contact sheet of docs/display.md anew.
 * Look at every one of them before you commit.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { openPainter, PICTURES, type Pixels, pixelsOf, pngOf } from '../test/support/display-pictures.ts';
import { ROOT } from './base-node.ts';

const GOLDEN = join(ROOT, 'test/fixtures/display');
const SHEET = join(ROOT, 'docs/pictures/display.png');

/** Rows of the contact sheet: each size beside the others, as large as the sheet allows. */
const SHEET_ROWS = [
  ['480x320/first-boot', '480x320/idle', '480x320/pairing'],
  ['480x320/approval', '480x320/onboarding', '480x320/emergency'],
  ['480x320/idle.day', '480x320/idle.night-red', '480x320/emergency.night-red'],
  ['480x320/recovery', '480x320/plaintext', '480x320/warnings'],
  ['800x480/first-boot', '800x480/idle'],
  ['1920x1080/idle-warned'],
  ['320x240/first-boot', '320x240/idle', '320x240/people', '320x240/onboarding'],
  ['250x122/first-boot', '250x122/idle', '250x122/pairing', '250x122/emergency', '250x122/approval'],
  ['128x64/first-boot-4', '128x64/leaf-1', '128x64/pairing', '128x64/approval', '128x64/emergency'],
];
const SHEET_WIDTH = 1_480;
const GAP = 16;

const painter = await openPainter();
const drawn = new Map(PICTURES.map(({ name, scene }) => [name, pixelsOf(painter, scene)]));
rmSync(GOLDEN, { recursive: true, force: true });
for (const [name, pixels] of drawn) {
  const file = join(GOLDEN, `${name}.png`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pngOf(pixels));
}

const rows = SHEET_ROWS.map((names) => {
  const pictures = names.map((name) => drawn.get(name) as Pixels);
  const widths = pictures.reduce((sum, { width }) => sum + width, 0);
  const scale = (SHEET_WIDTH - GAP * (pictures.length + 1)) / widths;
  return { pictures, scale, height: Math.round((pictures[0] as Pixels).height * scale) };
});
const height = rows.reduce((sum, row) => sum + row.height + GAP, GAP);
const sheet = createCanvas(SHEET_WIDTH, height);
const context = sheet.getContext('2d');
context.fillStyle = '#7a7f7c';
context.fillRect(0, 0, SHEET_WIDTH, height);
let y = GAP;
for (const row of rows) {
  let x = GAP;
  for (const { width, height, rgba } of row.pictures) {
    const one = createCanvas(width, height);
    const image = one.getContext('2d').createImageData(width, height);
    image.data.set(rgba);
    one.getContext('2d').putImageData(image, 0, 0);
    // Single pixels of the small screens are part of the picture.
    context.imageSmoothingEnabled = row.scale < 1 || width > 320;
    context.drawImage(one, x, y, width * row.scale, height * row.scale);
    x += width * row.scale + GAP;
  }
  y += row.height + GAP;
}
mkdirSync(dirname(SHEET), { recursive: true });
writeFileSync(SHEET, sheet.toBuffer('image/png'));
process.stdout.write(`${drawn.size} pictures in test/fixtures/display, docs/pictures/display.png\n`);
