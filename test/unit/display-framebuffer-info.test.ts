import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { readFramebufferInfo } from '../../src/system/framebuffer-info.ts';

const directory = mkdtempSync(join(tmpdir(), 'bivouac-fb-'));
const device = join(directory, 'dev/fb0');
const roots = { sys: join(directory, 'sys'), deviceTree: join(directory, 'device-tree') };

function put(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function graphics(files: Readonly<Record<string, string>>): void {
  put(
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`sys/class/graphics/fb0/${name}`, `${text}\n`]),
    ),
  );
}

beforeEach(() => {
  rmSync(directory, { recursive: true });
  put({ 'dev/fb0': '' });
});
after(() => rmSync(directory, { recursive: true }));

test('no framebuffer is no error', () => {
  assert.equal(readFramebufferInfo('/dev/fb-that-is-not-there', roots), undefined);
  assert.equal(readFramebufferInfo(device, roots), undefined);
  graphics({ virtual_size: '0,0', bits_per_pixel: '32', stride: '0' });
  assert.equal(readFramebufferInfo(device, roots), undefined);
  graphics({ virtual_size: '64,64', bits_per_pixel: '8', stride: '64' });
  assert.equal(readFramebufferInfo(device, roots), undefined, 'a palette is not drawn on');
});

test('QEMU’s screen as its kernel shows it', () => {
  graphics({
    virtual_size: '1280,800',
    bits_per_pixel: '32',
    stride: '5120',
    name: 'virtio_gpudrmfb',
    mode: 'U:1280x800p-0',
  });
  assert.deepEqual(readFramebufferInfo(device, roots), {
    device,
    width: 1280,
    height: 800,
    bitsPerPixel: 32,
    strideBytes: 5120,
    name: 'virtio_gpudrmfb',
    channelOrder: undefined,
    backlight: undefined,
  });
});

test('a screen with two buffers and a padded row is as large as its mode', () => {
  graphics({
    virtual_size: '800,960',
    bits_per_pixel: '16',
    stride: '1664',
    name: 'vc4drmfb',
    mode: 'U:800x480p-60',
  });
  const info = readFramebufferInfo(device, roots);
  assert.deepEqual([info?.width, info?.height, info?.strideBytes], [800, 480, 1664]);
});

test('a one-bit OLED without a mode', () => {
  graphics({ virtual_size: '128,64', bits_per_pixel: '1', stride: '16', name: 'Solomon SSD1307', mode: '' });
  const info = readFramebufferInfo(device, roots);
  assert.deepEqual([info?.width, info?.height, info?.bitsPerPixel, info?.strideBytes], [128, 64, 1, 16]);
});

test('the boot loader’s framebuffer tells its channel order in the device tree', () => {
  graphics({ virtual_size: '640,480', bits_per_pixel: '32', stride: '2560', name: 'simple' });
  put({ 'device-tree/chosen/framebuffer@3c100000/format': 'a8b8g8r8\0' });
  assert.equal(readFramebufferInfo(device, roots)?.channelOrder, 'bgr');
  put({ 'device-tree/chosen/framebuffer@3c100000/format': 'r5g6b5\0' });
  assert.equal(readFramebufferInfo(device, roots)?.channelOrder, 'rgb');
  // A driver that sets the mode itself does not heed it.
  graphics({ name: 'vc4drmfb' });
  assert.equal(readFramebufferInfo(device, roots)?.channelOrder, undefined);
});

test('a light behind the screen is found when it may be set', () => {
  graphics({ virtual_size: '800,480', bits_per_pixel: '32', stride: '3200', name: 'vc4drmfb' });
  put({
    'sys/class/backlight/10-0045/brightness': '255\n',
    'sys/class/backlight/10-0045/max_brightness': '255\n',
  });
  const path = join(directory, 'sys/class/backlight/10-0045/brightness');
  assert.deepEqual(readFramebufferInfo(device, roots)?.backlight, { path, max: 255 });
  // Root may write everything: for it there is nothing to see here.
  if (process.getuid?.() === 0) return;
  chmodSync(path, 0o444);
  assert.equal(readFramebufferInfo(device, roots)?.backlight, undefined);
});
