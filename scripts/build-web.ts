/**
 * Makes the pages: `node scripts/build-web.ts` → dist/web, where the server looks for them when it runs from the
 * sources; scripts/build.ts puts the same files into the single binary.
 *
 * Every directory of src/web with an index.html is an entry of its own (`/` is src/web itself). What Vite writes is
 * packed here once, as small as it gets, and listed in files.json with its types and hashes: the server looks
 * nothing up in a directory, so that no path of a request ever becomes a path of a file.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import type { WebFileEntry, WebFileList } from '../src/app/web-files.ts';
import { ROOT } from './base-node.ts';

const SOURCES = join(ROOT, 'src/web');
export const WEB_OUTPUT = join(ROOT, 'dist/web');

/** Browsers of phones that ATAK 5 and iTAK run on, and of TVs from about 2021 on. */
const TARGETS = ['chrome87', 'safari15', 'firefox90'];

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
};
/** Already packed by their own format. */
const PACKED = new Set(['.woff2', '.png']);

export async function buildWeb(): Promise<WebFileList> {
  const pages = globSync('{.,*}/index.html', { cwd: SOURCES });
  await build({
    configFile: false,
    root: SOURCES,
    base: '/',
    logLevel: 'warn',
    publicDir: false,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: WEB_OUTPUT,
      emptyOutDir: true,
      target: TARGETS,
      assetsDir: 'assets',
      // The content security policy allows no data: fonts and no inline scripts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { input: pages.map((page) => join(SOURCES, page)) },
    },
  });
  const list: WebFileList = {
    files: Object.fromEntries(filesBelow(WEB_OUTPUT).map((file) => entryFor(file))),
  };
  writeFileSync(join(WEB_OUTPUT, 'files.json'), JSON.stringify(list, null, 1));
  return list;
}

function filesBelow(directory: string): string[] {
  return globSync('**/*.*', { cwd: directory }).sort();
}

/** Writes the packed forms beside the file, where they are smaller. */
function entryFor(file: string): [path: string, entry: WebFileEntry] {
  const path = join(WEB_OUTPUT, file);
  const bytes = readFileSync(path);
  const extension = extname(file);
  const mediaType = MEDIA_TYPES[extension];
  if (mediaType === undefined) throw new Error(`what media type is ${file}?`);
  const forms: WebFileEntry['forms'] = { identity: relative(WEB_OUTPUT, path) };
  if (!PACKED.has(extension)) {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    const packed = [
      ['br', brotliCompressSync(bytes, { params })],
      ['gzip', gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION })],
    ] as const;
    for (const [coding, content] of packed) {
      if (content.length >= bytes.length) continue;
      forms[coding] = `${file}.${coding}`;
      writeFileSync(`${path}.${coding}`, content);
    }
  }
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return [`/${file}`, { mediaType, hash, bytes: bytes.length, forms }];
}

if (import.meta.main) {
  rmSync(WEB_OUTPUT, { recursive: true, force: true });
  const { files } = await buildWeb();
  const scripts = Object.entries(files).filter(([path]) => /\.(js|css)$/.test(path));
  const sizes = scripts.map(([path, { bytes }]) => `${path} ${(bytes / 1e3).toFixed(1)} kB`);
  process.stderr.write(`dist/web: ${Object.keys(files).length} files; ${sizes.join(', ')}\n`);
}
