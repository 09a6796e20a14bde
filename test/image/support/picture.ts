import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import jsqr from 'jsqr';

/** Red, green, blue, alpha of a whole picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A screendump of QEMU: PPM, three bytes a pixel. */
export function readPpm(file: string): Picture {
  const bytes = readFileSync(file);
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 64));
  if (head === null) throw new Error(`${file} is not a PPM picture`);
  const [width, height] = [Number(head[1]), Number(head[2])];
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0, from = head[0].length; pixel < width * height; pixel += 1, from += 3) {
    rgba.set(bytes.subarray(from, from + 3), pixel * 4);
  }
  return { width, height, rgba };
}

/** A PNG as QEMU writes it: 8 bit per channel, not interlaced. */
export function readPng(file: string): Picture {
  const bytes = readFileSync(file);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const [depth, colour] = [bytes[24], bytes[25]];
  if (depth !== 8 || (colour !== 2 && colour !== 6)) throw new Error(`${file}: not a picture in true colour`);
  const channels = colour === 2 ? 3 : 4;
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + length));
  }
  const rows = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const plain = new Uint8Array(stride * height);
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (stride + 1)]!;
    for (let x = 0; x < stride; x += 1) {
      const left = x < channels ? 0 : plain[y * stride + x - channels]!;
      const up = y === 0 ? 0 : plain[(y - 1) * stride + x]!;
      const corner = x < channels || y === 0 ? 0 : plain[(y - 1) * stride + x - channels]!;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      plain[y * stride + x] = rows[y * (stride + 1) + 1 + x]! + guess;
    }
    for (let x = 0; x < width; x += 1) {
      rgba.set(plain.subarray(y * stride + x * channels, y * stride + x * channels + 3), (y * width + x) * 4);
    }
  }
  return { width, height, rgba };
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(guess - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** What a phone held before the screen reads; undefined where it sees no code. */
export function readScreenQr({ rgba, width, height }: Picture): string | undefined {
  const read = jsqr as unknown as typeof jsqr.default;
  return read(rgba, width, height)?.data;
}

/**
 * The share of pixels, outside the masks of `other`, that differ by more than what rounding and smoothing explain.
 * The kit moves its picture by a few pixels now and then, against burning in: the best fit counts.
 */
export function shareThatDiffers(one: Picture, other: Picture, masks: readonly Box[]): number {
  if (one.width !== other.width || one.height !== other.height) return 1;
  const moves = Array.from({ length: 2 * MOVE_MAX + 1 }, (_, i) => i - MOVE_MAX);
  return Math.min(...moves.flatMap((dy) => moves.map((dx) => shareAt(one, other, masks, dx, dy))));
}

function shareAt(one: Picture, other: Picture, masks: readonly Box[], dx: number, dy: number): number {
  let compared = 0;
  let different = 0;
  for (let y = MOVE_MAX; y < one.height - MOVE_MAX; y += 1) {
    for (let x = MOVE_MAX; x < one.width - MOVE_MAX; x += 1) {
      if (masks.some((box) => isInside(box, x, y))) continue;
      compared += 1;
      const at = (y * one.width + x) * 4;
      const moved = ((y + dy) * one.width + x + dx) * 4;
      for (let channel = 0; channel < 3; channel += 1) {
        if (Math.abs(one.rgba[moved + channel]! - other.rgba[at + channel]!) <= CHANNEL_TOLERANCE) continue;
        different += 1;
        break;
      }
    }
  }
  return different / compared;
}

/** Pixels, to each side. */
const MOVE_MAX = 3;
/** Edges of letters are drawn by another processor's arithmetic there. */
const CHANNEL_TOLERANCE = 32;

function isInside({ x, y, width, height }: Box, atX: number, atY: number): boolean {
  return atX >= x && atX < x + width && atY >= y && atY < y + height;
}
