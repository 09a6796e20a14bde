import { crc32, deflateSync } from 'node:zlib';
import encodeQR from 'qr';

/** `svg` and `png` for pages, `text` for terminals. */
export type QrForm = 'svg' | 'png' | 'text';

/** Modules of white around the code that readers need (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** Pixels per module in a PNG: a phone held at arm's length from a small screen still reads it. */
const PNG_SCALE = 6;

/** Dark on light, medium error correction: a scratched screen protector is common, a torn label is not. */
export function qrCode(text: string, form: 'png'): Uint8Array;
export function qrCode(text: string, form: 'svg' | 'text'): string;
export function qrCode(text: string, form: QrForm): string | Uint8Array;
export function qrCode(text: string, form: QrForm): string | Uint8Array {
  const options = { ecc: 'medium', border: QUIET_ZONE } as const;
  if (form === 'svg') return encodeQR(text, 'svg', options);
  const modules = encodeQR(text, 'raw', options);
  return form === 'png' ? png(modules) : halfBlocks(modules);
}

/** Two rows of modules in one line of text, light as full blocks: most terminals are dark. */
function halfBlocks(modules: readonly (readonly boolean[])[]): string {
  const lines: string[] = [];
  for (let y = 0; y < modules.length; y += 2) {
    const upper = modules[y] ?? [];
    const lower = modules[y + 1];
    lines.push(upper.map((isDark, x) => BLOCKS[(isDark ? 0 : 1) + ((lower?.[x] ?? false) ? 0 : 2)]).join(''));
  }
  return `${lines.join('\n')}\n`;
}

/** By what is light: nothing, above, below, both. */
const BLOCKS = [' ', '▀', '▄', '█'];

/** One bit per pixel, grey (PNG, ISO/IEC 15948). */
function png(modules: readonly (readonly boolean[])[]): Uint8Array {
  const size = modules.length * PNG_SCALE;
  const rowBytes = 1 + Math.ceil(size / 8);
  const rows = modules.map((row) => {
    const line = Buffer.alloc(rowBytes, 0xff);
    // The first byte names the filter of the row: none.
    line[0] = 0;
    for (let x = 0; x < size; x += 1) {
      if (row[Math.floor(x / PNG_SCALE)]) line[1 + (x >> 3)]! &= ~(0x80 >> (x & 7));
    }
    return line;
  });
  const pixels = Buffer.concat(rows.flatMap((line) => Array.from({ length: PNG_SCALE }, () => line)));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Bit depth 1, grey; compression, filter and interlace are 0.
  header[8] = 1;
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
