/**
 * Makes the single binary: `node scripts/build.ts [x64|arm64] [--measure]` → dist/bivouac-linux-ARCH.
 *
 * esbuild bundles the server and its worker threads into one file each; Node's `--build-sea` puts them all
 * into a copy of Node's official binary, from which the debug symbols were cut.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { build as bundle, type Plugin } from 'esbuild';
import { FONT_FILES } from '../src/display/sinks/canvas.ts';
import type { BuildFacts } from '../src/version.ts';
import { type Arch, baseNode, ROOT } from './base-node.ts';
import { buildFacts } from './build-facts.ts';
import { canvasComponents, canvasFromAsset, displayAssets } from './display-assets.ts';
import { stripElf } from './strip-elf.ts';
import { thirdPartyLicenses } from './third-party-licenses.ts';
import { webAssets } from './web-assets.ts';

/**
 * Flags of the runtime inside the binary. None: `--max-semi-space-size=4` saves 10 MB of 140 with 100 clients and
 * costs 5 to 10 % of CPU time per delivery (measured with test/bench, 100 clients at 4 Hz and 300 at 1 Hz).
 */
const RUNTIME_FLAGS: readonly string[] = [];

/** Where Debian's libc6-arm64-cross keeps the libraries of the other processor. */
const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu';
const ZSTD_LEVEL = 19;

async function main(words: readonly string[]): Promise<void> {
  const arch = words.find((word): word is Arch => word === 'x64' || word === 'arm64') ?? hostArch();
  const work = join(ROOT, '.cache', `build-${arch}`);
  const output = join(ROOT, 'dist', `bivouac-linux-${arch}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  mkdirSync(join(ROOT, 'dist'), { recursive: true });

  const facts = buildFacts();
  const bundled = await bundleInto(work, facts);
  const fonts = FONT_FILES.map(({ file }) => `node_modules/${file}`);
  const licenses = `${thirdPartyLicenses([...bundled, ...fonts])}\n${canvasComponents(arch)}`;
  writeFileSync(join(ROOT, 'dist', 'THIRD-PARTY-LICENSES.txt'), licenses);
  const base = join(work, 'node');
  writeFileSync(base, stripElf(readFileSync(baseNode(arch))));
  chmodSync(base, 0o755);
  const hasCodeCache = inject(arch, base, work);
  renameSync(join(work, 'bivouac'), output);
  rmSync(work, { recursive: true });

  const packed = words.includes('--measure')
    ? `, ${megabytes(packedBytes(output))} by zstd -${ZSTD_LEVEL}`
    : '';
  const cache = hasCodeCache ? 'with' : 'without';
  process.stdout.write(
    `dist/bivouac-linux-${arch} ${facts.version}: ${megabytes(statSync(output).size)}${packed}, ${cache} code cache\n`,
  );
}

function hostArch(): Arch {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch;
  throw new Error(`there is no binary for ${process.arch}`);
}

/** main.ts awaits at its top level, which CommonJS cannot: there it becomes the body of an async function. */
const awaitingMain: Plugin = {
  name: 'awaiting-main',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/main\.ts$/ }, ({ path }) => ({
      contents: `void (async () => {\n${readFileSync(path, 'utf8')}\n})();`,
      loader: 'ts',
    })),
};

/**
 * CommonJS, because V8's code cache is only used for it (start 100 → 68 ms measured, an ES module gains
 * nothing). Names and lines stay readable: minified it starts no faster, and a stack trace must say where.
 * Gives the files that went in.
 */
async function bundleInto(work: string, facts: BuildFacts): Promise<string[]> {
  const { metafile } = await bundle({
    absWorkingDir: ROOT,
    entryPoints: {
      main: 'src/main.ts',
      worker: 'src/store/worker.ts',
      'bcrypt-worker': 'src/auth/bcrypt-worker.ts',
      'user-sqlite-worker': 'src/store/user-directories/sqlite-worker.ts',
      'pixel-worker': 'src/display/sinks/pixel-worker.ts',
    },
    outdir: work,
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    plugins: [awaitingMain, canvasFromAsset],
    legalComments: 'none',
    logLevel: 'warning',
    define: {
      BIVOUAC_BUILD: JSON.stringify(facts),
      'import.meta.url': 'BIVOUAC_URL',
      'import.meta.dirname': '__dirname',
    },
    banner: { js: "const BIVOUAC_URL = require('node:url').pathToFileURL(process.execPath).href;" },
  });
  return Object.keys(metafile.inputs);
}

/**
 * V8's code cache is other bytes for each seed that V8 draws. Not `--hash-seed`: a program that runs without it refuses
 * the cache.
 */
const SAME_CACHE = ['--random-seed=1'];

/** Runs Node's injector over `base`; says whether the result carries a code cache. */
function inject(arch: Arch, base: string, work: string): boolean {
  // A code cache is made by running the target's own V8. For the other processor that takes an emulator.
  const emulator = arch === hostArch() ? [] : ['qemu-aarch64-static', '-L', ARM64_LIBRARIES];
  const target = [...emulator, base];
  const canRunTarget = run([...target, '--version']) === 0;
  const config = join(work, 'sea.json');
  writeFileSync(
    config,
    JSON.stringify({
      // The name goes into the binary: without a directory it is the same in every checkout.
      main: 'main.js',
      mainFormat: 'commonjs',
      executable: base,
      output: join(work, 'bivouac'),
      disableExperimentalSEAWarning: true,
      useCodeCache: canRunTarget,
      execArgv: RUNTIME_FLAGS,
      // What a shell sets for other Node programs (NODE_OPTIONS) must not change the kit.
      execArgvExtension: 'none',
      assets: {
        'worker.js': join(work, 'worker.js'),
        'bcrypt-worker.js': join(work, 'bcrypt-worker.js'),
        'user-sqlite-worker.js': join(work, 'user-sqlite-worker.js'),
        'pixel-worker.js': join(work, 'pixel-worker.js'),
        ...displayAssets(arch),
        ...webAssets(),
      },
    }),
  );
  const injector = canRunTarget ? target : [process.execPath];
  if (run([...injector, ...SAME_CACHE, '--build-sea', config], 'inherit', work) !== 0)
    throw new Error('node --build-sea failed');
  return canRunTarget;
}

function run(
  [program = '', ...words]: readonly string[],
  stderr: 'ignore' | 'inherit' = 'ignore',
  cwd = ROOT,
): number | null {
  return spawnSync(program, words, { cwd, stdio: ['ignore', 'ignore', stderr] }).status;
}

function packedBytes(file: string): number {
  const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
  return zstdCompressSync(readFileSync(file), { params }).length;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

await main(process.argv.slice(2));
