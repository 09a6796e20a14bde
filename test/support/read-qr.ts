import { inflateSync } from 'node:zlib';
import jsqr from 'jsqr';

/** What a phone reads from a QR code in a PNG of one grey bit per pixel, as the kit draws them. */
export function readQr(png: Buffer): string | undefined {
  const size = png.readUInt32BE(16);
  const rows = inflateSync(idatOf(png));
  const rowBytes = 1 + Math.ceil(size / 8);
  const pixels = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const isLight = (rows[y * rowBytes + 1 + (x >> 3)]! & (0x80 >> (x & 7))) !== 0;
      pixels.fill(isLight ? 255 : 0, (y * size + x) * 4, (y * size + x) * 4 + 3);
      pixels[(y * size + x) * 4 + 3] = 255;
    }
  }
  const read = jsqr as unknown as typeof jsqr.default;
  return read(pixels, size, size)?.data;
}

function idatOf(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return Buffer.concat(parts);
}
