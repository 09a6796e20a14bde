import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { getAsset, getRawAsset, isSea } from 'node:sea';
import { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { FONT_FAMILIES } from '../draw-scene.ts';
import type { CreateCanvas } from '../paint.ts';

/** Files of the fonts, as their packages and the executable's assets name them. */
export const FONT_FILES = (['next', 'mono'] as const).flatMap((face) =>
  ['latin', 'latin-ext'].flatMap((subset) =>
    ([400, 700] as const).map((weight) => ({
      face,
      file: `@fontsource/atkinson-hyperlegible-${face}/files/atkinson-hyperlegible-${face}-${subset}-${weight}-normal.woff2`,
    })),
  ),
);

/** The canvas's native part in the executable, packed by zstd: 36 MB that most kits without a screen never need. */
export const NATIVE_ASSET = 'canvas.node.zst';

/**
 * Where the bundled canvas finds its native part: in the executable its own search through node_modules is
 * replaced by this (scripts/build.ts).
 */
const NATIVE = Symbol.for('bivouac.canvas');

/**
 * Loads the canvas and its fonts: 20 MB on x64 before the first picture, so only where there is a screen. The
 * native part of the single executable is unpacked once into `cacheDir`, because the system's loader takes files
 * only; not into /tmp, which is memory on the kit's image.
 */
export async function loadCanvas(cacheDir: string): Promise<CreateCanvas> {
  if (isSea()) Object.assign(globalThis, { [NATIVE]: await loadNative(cacheDir) });
  const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas');
  for (const { face, file } of FONT_FILES) {
    const family = FONT_FAMILIES[face];
    if (GlobalFonts.register(fontBytes(file), family) === null) throw new Error(`${file} is not a font`);
  }
  return createCanvas;
}

function fontBytes(file: string): Buffer {
  if (isSea()) return Buffer.from(getAsset(file));
  return readFileSync(createRequire(import.meta.url).resolve(file));
}

async function loadNative(cacheDir: string): Promise<unknown> {
  const { size, mtimeMs } = statSync(process.execPath);
  // Another executable brings another file.
  const name = `canvas-${size}-${Math.round(mtimeMs)}.node`;
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  const unpacked = readdirSync(cacheDir).filter((file) => /^canvas-.*\.(node|tmp)$/.test(file));
  for (const old of unpacked) if (old !== name) rmSync(join(cacheDir, old), { force: true });
  if (!unpacked.includes(name)) await unpack(join(cacheDir, name));
  const native = { exports: {} };
  process.dlopen(native, join(cacheDir, name));
  return native.exports;
}

/** Whole or not at all, and a piece at a time: at once it would take 48 MB of memory. */
async function unpack(path: string): Promise<void> {
  const temporary = path.replace(/\.node$/, '.tmp');
  const file = await open(temporary, 'w', 0o700);
  try {
    const packed = Readable.from(pieces(new Uint8Array(getRawAsset(NATIVE_ASSET))));
    for await (const piece of packed.pipe(createZstdDecompress())) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

const PIECE_BYTES = 256 * 1024;

function* pieces(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
