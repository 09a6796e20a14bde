/** How a framebuffer holds its pixels. */
export interface PixelFormat {
  /** 1: eight pixels in a byte, the first in the lowest bit, 1 is lit; 16: RGB 5-6-5; 24 and 32: a byte each. */
  readonly bitsPerPixel: 1 | 16 | 24 | 32;
  /** Which colour is in the highest bits: `rgb` is what Linux drivers nearly all have. */
  readonly channelOrder: 'rgb' | 'bgr';
  /** Bytes from one row to the next; may be more than the pixels take. */
  readonly strideBytes: number;
}

const RGBA_BYTES = 4;
/** Half of the light, on a one-bit screen. */
const LIT = 128;

/**
 * Rows of red, green, blue, alpha as the framebuffer holds them, each padded to the stride. Little-endian, as all
 * machines that Bivouac runs on: `rgb` in 32 bits lies in memory as blue, green, red, unused.
 */
export function toPixels(rgba: Uint8ClampedArray, width: number, rows: number, format: PixelFormat): Buffer {
  const bytes = Buffer.alloc(rows * format.strideBytes);
  for (let row = 0; row < rows; row += 1) {
    const line = rgba.subarray(row * width * RGBA_BYTES, (row + 1) * width * RGBA_BYTES);
    const at = row * format.strideBytes;
    if (format.bitsPerPixel === 1) packBits(line, bytes, at);
    else if (format.bitsPerPixel === 16) pack565(line, bytes, at, format.channelOrder);
    else packBytes(line, bytes, at, format);
  }
  return bytes;
}

function packBits(line: Uint8ClampedArray, bytes: Buffer, at: number): void {
  for (let x = 0; x < line.length / RGBA_BYTES; x += 1) {
    if ((line[x * RGBA_BYTES + 1] ?? 0) < LIT) continue;
    const byte = at + (x >> 3);
    bytes[byte] = (bytes[byte] ?? 0) | (1 << (x & 7));
  }
}

function pack565(line: Uint8ClampedArray, bytes: Buffer, start: number, order: 'rgb' | 'bgr'): void {
  const [high, low] = order === 'rgb' ? [0, 2] : [2, 0];
  let at = start;
  for (let index = 0; index < line.length; index += RGBA_BYTES) {
    const top = (line[index + high] ?? 0) >> 3;
    const middle = (line[index + 1] ?? 0) >> 2;
    const bottom = (line[index + low] ?? 0) >> 3;
    at = bytes.writeUInt16LE((top << 11) | (middle << 5) | bottom, at);
  }
}

function packBytes(line: Uint8ClampedArray, bytes: Buffer, start: number, format: PixelFormat): void {
  const [first, third] = format.channelOrder === 'rgb' ? [2, 0] : [0, 2];
  const step = format.bitsPerPixel / 8;
  let at = start;
  for (let index = 0; index < line.length; index += RGBA_BYTES) {
    bytes[at] = line[index + first] ?? 0;
    bytes[at + 1] = line[index + 1] ?? 0;
    bytes[at + 2] = line[index + third] ?? 0;
    // The fourth is unused, or alpha: opaque either way.
    if (step === 4) bytes[at + 3] = 255;
    at += step;
  }
}
