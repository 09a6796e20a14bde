import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPixels } from '../../src/display/pixel-format.ts';

/** Red, green, blue, white, black, and a grey with different bits in each place. */
const ROW = Uint8ClampedArray.from(
  [
    [255, 0, 0, 255],
    [0, 255, 0, 255],
    [0, 0, 255, 255],
    [255, 255, 255, 255],
    [0, 0, 0, 255],
    [0x12, 0x34, 0x56, 255],
  ].flat(),
);

test('32 bits: blue first in memory, unless the channels are the other way round', () => {
  const rgb = toPixels(ROW, 6, 1, { bitsPerPixel: 32, channelOrder: 'rgb', strideBytes: 24 });
  assert.equal(
    rgb.toString('hex'),
    '0000ffff' + '00ff00ff' + 'ff0000ff' + 'ffffffff' + '000000ff' + '563412ff',
  );
  const bgr = toPixels(ROW, 6, 1, { bitsPerPixel: 32, channelOrder: 'bgr', strideBytes: 24 });
  assert.equal(
    bgr.toString('hex'),
    'ff0000ff' + '00ff00ff' + '0000ffff' + 'ffffffff' + '000000ff' + '123456ff',
  );
});

test('24 bits: the same without the fourth byte', () => {
  const rgb = toPixels(ROW, 6, 1, { bitsPerPixel: 24, channelOrder: 'rgb', strideBytes: 18 });
  assert.equal(rgb.toString('hex'), '0000ff' + '00ff00' + 'ff0000' + 'ffffff' + '000000' + '563412');
});

test('16 bits: five, six and five, little-endian', () => {
  const words = (order: 'rgb' | 'bgr') => {
    const bytes = toPixels(ROW, 6, 1, { bitsPerPixel: 16, channelOrder: order, strideBytes: 12 });
    return Array.from({ length: 6 }, (_, index) => bytes.readUInt16LE(index * 2).toString(16));
  };
  assert.deepEqual(words('rgb'), ['f800', '7e0', '1f', 'ffff', '0', '11aa']);
  assert.deepEqual(words('bgr'), ['1f', '7e0', 'f800', 'ffff', '0', '51a2']);
});

test('1 bit: the first pixel in the lowest bit, lit is one', () => {
  const dark = [0, 0, 0, 255];
  const lit = [255, 255, 255, 255];
  const row = Uint8ClampedArray.from([lit, dark, dark, dark, dark, dark, dark, lit, dark, lit].flat());
  const bytes = toPixels(row, 10, 1, { bitsPerPixel: 1, channelOrder: 'rgb', strideBytes: 4 });
  assert.deepEqual([...bytes], [0x81, 0x02, 0, 0]);
});

test('rows begin at the stride', () => {
  const two = Uint8ClampedArray.from([...ROW.subarray(0, 8), ...ROW.subarray(8, 16)]);
  const bytes = toPixels(two, 2, 2, { bitsPerPixel: 16, channelOrder: 'rgb', strideBytes: 10 });
  assert.equal(bytes.toString('hex'), '00f8e007' + '000000000000' + '1f00ffff' + '000000000000');
});
