import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import packageFile from '../../package.json' with { type: 'json' };
import { KEYS } from '../../src/config/schema.ts';
import { ERROR_CODES } from '../../src/core/errors.ts';
import { CLOSE_REASONS } from '../../src/hub/close-reason.ts';

/**
 * The shape of the house, held by a test: who may import whom, which rooms stay free of the operating system,
 * and how long a file may grow. It reads import lines only, so that nobody has to run a tool to know the rule.
 */

const ROOT = join(import.meta.dirname, '../..');

/** Rooms that a room may import besides itself. `import type` is free. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  cot: ['core'],
  hub: ['core', 'cot'],
  transport: ['core', 'cot', 'hub'],
  store: ['core'],
  pki: ['core', 'store'],
  auth: ['core', 'store'],
  packages: ['core', 'store', 'pki'],
  missions: ['core', 'store'],
  system: ['core'],
  display: ['core'],
  http: ['core', 'config', 'cot', 'hub', 'store', 'pki', 'auth', 'packages', 'missions', 'system', 'display'],
  web: [],
  'version.ts': [],
  // system: what units run as root loads nothing of the server.
  cli: ['core', 'config', 'app.ts', 'version.ts', 'system'],
  'main.ts': ['core', 'cli'],
};

/** app.ts and the joints in app/ bring the rooms together: they may import all of them. */
function bringsRoomsTogether(room: string): boolean {
  return room === 'app' || room === 'app.ts';
}

/** Pure rooms: bytes and values in, bytes and values out. They run under fake time in tests. */
const PURE = ['cot', 'hub', 'display/screens'];
const PURE_NODE_MODULES = ['node:buffer'];

/** Rooms that do not know HTTP, and what would tell them of it. */
const WITHOUT_HTTP = ['pki', 'auth', 'store', 'cot', 'hub'];
const HTTP_MODULES = /^(node:https?|node:http2|hono|@hono\/.*|ws)$/;

/** Files and the environment are read in few places, so that everything else can be tested without them. */
const MAY_USE_FILES = [
  'config',
  'core',
  'store',
  'system',
  'pki',
  'packages',
  'cli',
  'display/sinks',
  'app',
  'version.ts',
];
const MAY_READ_ENVIRONMENT = ['config', 'core', 'store', 'system', 'pki', 'cli', 'main.ts'];
const FILE_MODULES = /^node:(fs|fs\/promises)$/;

/** 60 to 300 lines are pleasant; from here on a file is about to mix things. */
const FILE_LINES_CAREFUL = 400;
const FILE_LINES_MAX = 450;
/** Not read by people. */
const GENERATED = ['cot/proto/generated', 'web/api/generated.ts'];

interface Source {
  /** Below src/: `hub/router.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  /** As written: `../core/log.ts`, `node:tls`, `ws`. */
  readonly from: string;
  readonly isTypeOnly: boolean;
}

const sources: readonly Source[] = globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).map((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return { path: relative('src', file), text, imports: importsOf(text) };
});

/** `import … from '…'`, `export … from '…'`, `import '…'` at the start of a line, and `import('…')` but as a type. */
function importsOf(text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"`;()=]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/(?:\bawait|\breturn|=>)\s+import\('([^']+)'\)/g);
  return [
    ...[...statements].map(([, type, from = '']) => ({ from, isTypeOnly: type !== undefined })),
    ...[...dynamic].map(([, from = '']) => ({ from, isTypeOnly: false })),
  ];
}

/** `hub` for hub/router.ts, `app.ts` for app.ts. */
function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function linesOf(found: readonly string[]): string {
  return `\n  ${found.join('\n  ')}\n`;
}

/** Every import of every file that `isWrong` finds wrong, as `hub/router.ts imports node:fs`. */
function wrongImports(isWrong: (path: string, from: string) => boolean): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ from, isTypeOnly }) => !isTypeOnly && isWrong(path, from))
      .map(({ from }) => `${path} imports ${from}`),
  );
}

test('the import lines are read as they are written', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from './b.ts';",
    'import {',
    '  c,',
    '  type D,',
    "} from './c.ts';",
    "import './d.ts';",
    "export { e } from './e.ts';",
    "const f = await import('./f.ts');",
    "let g: import('./g.ts').G;",
  ].join('\n');
  assert.deepEqual(
    importsOf(text).map(({ from, isTypeOnly }) => (isTypeOnly ? `type ${from}` : from)),
    ['./a.ts', 'type ./b.ts', './c.ts', './d.ts', './e.ts', './f.ts'],
  );
  const read = sources.reduce((count, { imports }) => count + imports.length, 0);
  assert.ok(read > sources.length, `only ${read} imports found in ${sources.length} files`);
});

test('each room imports only the rooms it may', () => {
  const wrong = wrongImports((path, from) => {
    if (!from.startsWith('.')) return false;
    const room = roomOf(path);
    const target = roomOf(join(dirname(path), from));
    if (target === room || bringsRoomsTogether(room)) return false;
    const allowed = MAY_IMPORT[room];
    assert.ok(allowed, `src/${room} is not in the table of rooms`);
    return !allowed.includes(target);
  });
  assert.deepEqual(wrong, [], linesOf(wrong));
});

test('pure rooms import no module of Node but node:buffer', () => {
  const wrong = wrongImports(
    (path, from) => isIn(path, PURE) && from.startsWith('node:') && !PURE_NODE_MODULES.includes(from),
  );
  assert.deepEqual(wrong, [], linesOf(wrong));
});

test('rooms below http do not know it', () => {
  const wrong = wrongImports((path, from) => isIn(path, WITHOUT_HTTP) && HTTP_MODULES.test(from));
  assert.deepEqual(wrong, [], linesOf(wrong));
});

test('only few rooms use files', () => {
  const wrong = wrongImports((path, from) => FILE_MODULES.test(from) && !isIn(path, MAY_USE_FILES));
  assert.deepEqual(wrong, [], linesOf(wrong));
});

test('only few rooms read the environment, and none but core draws weak random numbers', () => {
  const wrong = sources.flatMap(({ path, text }) => [
    ...(/\bprocess\.env\b/.test(text) && !isIn(path, MAY_READ_ENVIRONMENT)
      ? [`${path} reads process.env`]
      : []),
    ...(/\bMath\.random\b/.test(text) && !isIn(path, ['core']) ? [`${path} calls Math.random`] : []),
  ]);
  assert.deepEqual(wrong, [], linesOf(wrong));
});

test('only main.ts ends the process', () => {
  const wrong = sources.filter(({ path, text }) => /\bprocess\.exit\(/.test(text) && path !== 'main.ts');
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

test('no file collects what has no home', () => {
  const homeless = sources.filter(({ path }) => /^(utils?|helpers?|common|misc)\.tsx?$/.test(basename(path)));
  assert.deepEqual(
    homeless.map(({ path }) => path),
    [],
    'name a file for what it does',
  );
});

test('no file grows beyond reading', (t) => {
  const lengths = sources
    .filter(({ path }) => !isIn(path, GENERATED))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  for (const { path, lines } of lengths) {
    if (lines > FILE_LINES_CAREFUL) t.diagnostic(`${path} has ${lines} lines: split it soon`);
  }
  assert.deepEqual(
    lengths.filter(({ lines }) => lines > FILE_LINES_MAX),
    [],
  );
});

test('docs/errors.md lists every error code, and only those', () => {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { status, text }]) => `| \`${code}\` | ${status} | ${text} |`,
  );
  assert.deepEqual(tableRows('docs/errors.md'), rows, 'run `make docs`');
});

test('docs/configuration.md lists every key, and only those', () => {
  const names = tableRows('docs/configuration.md').map((row) => row.split('`')[1]);
  // The page has one table for each table of the file, so its order is another one.
  assert.deepEqual(names.sort(), [...KEYS.keys()].sort(), 'run `make docs`');
});

test('docs/protocol.md explains every reason for the end of a connection', () => {
  const explained = tableRows('docs/protocol.md').flatMap((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
  );
  const missing = CLOSE_REASONS.filter((reason) => !explained.includes(reason));
  assert.deepEqual(missing, []);
});

/** The rows of all tables of a page, without their heads. */
function tableRows(page: string): string[] {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('| `'));
}

test('every dependency has its version and its reason in docs/adr/0007-dependencies.md', () => {
  const { dependencies, devDependencies } = packageFile;
  const page = readFileSync(join(ROOT, 'docs/adr/0007-dependencies.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\S+) \| (\d\S+) \| \S/gm)].map(([, name, version]) => [name, version]);
  assert.deepEqual(Object.fromEntries(rows), { ...dependencies, ...devDependencies });
});
