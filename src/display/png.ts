import { crc32, deflateSync } from 'node:zlib';

/** A PNG being made row by row (ISO/IEC 15948): 8 bits each of red, green and blue. */
export interface PngBuilder {
  /** Rows of red, green, blue, alpha; alpha is left out. */
  add(rgba: Uint8ClampedArray, rows: number): void;
  finish(): Buffer;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BIT_DEPTH = 8;
const COLOUR_TYPE_RGB = 2;
/** No filter: flat areas and letters pack better as they are than as differences. */
const FILTER_NONE = 0;

export function createPng(width: number, height: number): PngBuilder {
  const filtered = Buffer.alloc((1 + width * 3) * height);
  let at = 0;

  return {
    add(rgba, rows) {
      let from = 0;
      for (let row = 0; row < rows; row += 1) {
        filtered[at] = FILTER_NONE;
        at += 1;
        for (let x = 0; x < width; x += 1) {
          filtered[at] = rgba[from] ?? 0;
          filtered[at + 1] = rgba[from + 1] ?? 0;
          filtered[at + 2] = rgba[from + 2] ?? 0;
          at += 3;
          from += 4;
        }
      }
    },
    finish() {
      const header = Buffer.alloc(13);
      header.writeUInt32BE(width, 0);
      header.writeUInt32BE(height, 4);
      header[8] = BIT_DEPTH;
      header[9] = COLOUR_TYPE_RGB;
      return Buffer.concat([
        SIGNATURE,
        chunk('IHDR', header),
        chunk('IDAT', deflateSync(filtered)),
        chunk('IEND', Buffer.alloc(0)),
      ]);
    },
  };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
