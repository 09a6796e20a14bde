import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { zstdDecompressSync } from 'node:zlib';
import { writeFileAtomic } from '../../core/atomic-file.ts';
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
  if (isSea()) Object.assign(globalThis, { [NATIVE]: loadNative(cacheDir) });
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

function loadNative(cacheDir: string): unknown {
  const { size, mtimeMs } = statSync(process.execPath);
  // Another executable brings another file; a power cut leaves none half written.
  const name = `canvas-${size}-${Math.round(mtimeMs)}.node`;
  const path = join(cacheDir, name);
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  const unpacked = readdirSync(cacheDir).filter((file) => /^\.?canvas-.*\.(node|tmp)$/.test(file));
  for (const old of unpacked) if (old !== name) rmSync(join(cacheDir, old), { force: true });
  if (!unpacked.includes(name)) {
    writeFileAtomic(path, zstdDecompressSync(new Uint8Array(getAsset(NATIVE_ASSET))), 0o700);
  }
  const native = { exports: {} };
  process.dlopen(native, path);
  return native.exports;
}
