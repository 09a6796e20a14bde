import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import type { Plugin } from 'esbuild';
import { FONT_FILES, NATIVE_ASSET } from '../src/display/sinks/canvas.ts';
import { type Arch, canvasAddon, ROOT } from './base-node.ts';

const ZSTD_LEVEL = 19;

/** Files that the display needs in the binary, by the name of the asset: the fonts, and the canvas's native part. */
export function displayAssets(arch: Arch): Record<string, string> {
  const fonts = FONT_FILES.map(({ file }) => [file, join(ROOT, 'node_modules', file)]);
  return { ...Object.fromEntries(fonts), [NATIVE_ASSET]: packedCanvas(arch) };
}

/**
 * The canvas looks for its native part in node_modules, which the binary does not have: there
 * src/display/sinks/canvas.ts loads it from the asset and leaves it under this symbol.
 */
export const canvasFromAsset: Plugin = {
  name: 'canvas-from-asset',
  setup: ({ onLoad }) =>
    onLoad({ filter: /@napi-rs\/canvas\/js-binding\.js$/ }, () => ({
      contents: "module.exports = globalThis[Symbol.for('bivouac.canvas')];",
      loader: 'js',
    })),
};

/** Packed once per version: it takes a quarter of a minute, and 24 of 36 MB off. */
function packedCanvas(arch: Arch): string {
  const { file, version } = canvasAddon(arch);
  const packed = join(ROOT, '.cache', `canvas-${arch}-${version}.node.zst`);
  if (existsSync(packed)) return packed;
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
  // Whole or not at all: a build that was interrupted must not leave half of it.
  writeFileSync(`${packed}.tmp`, zstdCompressSync(readFileSync(file), { params }));
  renameSync(`${packed}.tmp`, packed);
  return packed;
}

interface BillOfMaterials {
  readonly components: readonly {
    readonly name: string;
    readonly version?: string;
    readonly licenses?: readonly {
      readonly license?: { readonly id?: string };
      readonly expression?: string;
    }[];
  }[];
}

/** What is compiled into the canvas's native part (Skia, FreeType, …), by the list that its package carries. */
export function canvasComponents(arch: Arch): string {
  const { directory } = canvasAddon(arch);
  const list = JSON.parse(readFileSync(join(directory, 'sbom.cdx.json'), 'utf8')) as BillOfMaterials;
  const lines = list.components.map(({ name, version = '', licenses = [] }) => {
    const terms = licenses.map(({ license, expression }) => license?.id ?? expression ?? 'see its source');
    return `${name} ${version} (${terms.join(', ') || 'see its source'})`;
  });
  const rule = '='.repeat(80);
  return `${rule}\nWithin the native part of @napi-rs/canvas\n${rule}\n\n${lines.join('\n')}\n`;
}
