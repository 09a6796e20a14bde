import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import jsqr from 'jsqr';
import { type ServerProcess, startServer } from '../support/server-process.ts';

/** A server that draws into a file, and one that has nowhere to draw. */

const directory = mkdtempSync(join(tmpdir(), 'bivouac-picture-'));
after(() => rmSync(directory, { recursive: true }));

// jsqr is CommonJS with a default export of its own.
const readQr = jsqr as unknown as typeof jsqr.default;
const WAIT_MS = 15_000;

/** What a camera reads from the picture; undefined while there is none, or no code on it. */
async function scanned(file: string): Promise<string | undefined> {
  try {
    const image = await loadImage(readFileSync(file));
    const context = createCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
    return readQr(data, width, height)?.data;
  } catch {
    return undefined;
  }
}

/** MB that the process holds, and of them those that no file backs. */
function memoryOf({ pid }: ServerProcess): { all: number; own: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { all: Math.round(kib('VmRSS') / 1_024), own: Math.round(kib('RssAnon') / 1_024) };
}

function hasCanvas({ pid }: ServerProcess): boolean {
  return /canvas|skia/i.test(readFileSync(`/proc/${pid}/maps`, 'utf8'));
}

test('the picture says how to claim the kit, is for its owner alone, and ends with the server', async (t) => {
  const file = join(directory, 'display.png');
  const server = await startServer({ set: { 'display.sink': `png:${file}`, 'listen.https': '127.0.0.1:0' } });
  try {
    const { port } = server.address('https');
    const deadline = performance.now() + WAIT_MS;
    let url: string | undefined;
    while (url === undefined) {
      assert.ok(performance.now() < deadline, 'no QR code in the picture');
      await delay(50);
      url = await scanned(file);
    }
    const { code } = JSON.parse((await server.cli(['setup', 'code', '--json'])).stdout) as { code: string };
    assert.equal(url, `https://127.0.0.1:${port}/setup#${code}`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(hasCanvas(server), true);
    const { all, own } = memoryOf(server);
    t.diagnostic(`with a picture of 800 x 480: ${all} MB, ${own} MB of it without a file behind it`);
    assert.deepEqual(server.strayLines, []);
    // No code of the display is in the log.
    assert.ok(!JSON.stringify(server.logs).includes(code));
  } finally {
    await server.stop();
  }
  assert.equal(await scanned(file), undefined, 'the last picture says that it has stopped');
});

test('where there is nothing to draw on, no canvas is loaded', async (t) => {
  const server = await startServer({ set: { 'display.sink': `framebuffer:${join(directory, 'fb7')}` } });
  try {
    // Longer than it takes until a screen is looked for again.
    await delay(6_000);
    assert.equal(hasCanvas(server), false);
    const { all, own } = memoryOf(server);
    t.diagnostic(`without a screen: ${all} MB, ${own} MB of it without a file behind it`);
  } finally {
    await server.stop();
  }
});
