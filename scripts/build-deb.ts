/**
 * Makes the Debian package: `node scripts/build-deb.ts [x64|arm64]` → dist/bivouac_VERSION_ARCH.deb, from the binary
 * that `make build` or `make build-arm64` left in dist/. The same commit gives the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Arch, ROOT } from './base-node.ts';
import { buildFacts } from './build-facts.ts';

const DEBIAN_ARCH: Readonly<Record<Arch, string>> = { x64: 'amd64', arm64: 'arm64' };
const PARTS = join(ROOT, 'scripts', 'deb');
const MAINTAINER_SCRIPTS = ['postinst', 'prerm', 'postrm'] as const;
const DOCS = 'usr/share/doc/bivouac';
/** Debian 12 and later read it; xz takes 5 % off and ten times as long. */
const COMPRESSION = ['-Zzstd', '-z10'] as const;
const CONFFILE = 'etc/bivouac/config.toml';

function main(words: readonly string[]): void {
  const arch: Arch = words[0] === 'arm64' ? 'arm64' : 'x64';
  const binary = join(ROOT, 'dist', `bivouac-linux-${arch}`);
  if (!existsSync(binary)) fail(`${relative(ROOT, binary)} is not there: run "make deb", which builds it`);

  const { version, builtAtMs } = buildFacts();
  const tree = join(ROOT, '.cache', `deb-${arch}`);
  rmSync(tree, { recursive: true, force: true });
  unpackInto(tree, binary);
  const debVersion = debianVersion(version, builtAtMs);
  writeControl(tree, { version: debVersion, arch: DEBIAN_ARCH[arch] });
  settle(tree, builtAtMs / 1_000);

  const output = join(ROOT, 'dist', `bivouac_${debVersion}_${DEBIAN_ARCH[arch]}.deb`);
  for (const old of readdirSync(join(ROOT, 'dist'))) {
    if (/^bivouac_.*\.deb$/.test(old) && old.endsWith(`_${DEBIAN_ARCH[arch]}.deb`)) {
      rmSync(join(ROOT, 'dist', old));
    }
  }
  run('dpkg-deb', ['--root-owner-group', ...COMPRESSION, '--build', tree, output], {
    SOURCE_DATE_EPOCH: String(Math.floor(builtAtMs / 1_000)),
  });
  rmSync(tree, { recursive: true });
  process.stdout.write(`${relative(ROOT, output)}: ${(statSync(output).size / 1e6).toFixed(1)} MB\n`);
}

/** A later build of the same release sorts after an earlier one, which a commit's hash alone would not. */
function debianVersion(version: string, builtAtMs: number): string {
  const [released = version, commit] = version.split('+');
  if (commit === undefined) return released;
  const time = new Date(builtAtMs)
    .toISOString()
    .replace(/[-:]|\.\d+Z$/g, '')
    .replace('T', '.');
  return `${released}+git${time}.${commit}`;
}

function unpackInto(tree: string, binary: string): void {
  const put = (from: string, to: string, mode: number) => {
    mkdirSync(join(tree, to, '..'), { recursive: true });
    cpSync(from, join(tree, to));
    chmodSync(join(tree, to), mode);
  };
  put(binary, 'usr/bin/bivouac', 0o755);
  const units = join(ROOT, 'systemd');
  for (const name of readdirSync(units)) {
    if (/\.(service|path|timer|target|socket)$/.test(name)) {
      put(join(units, name), `usr/lib/systemd/system/${name}`, 0o644);
    }
  }
  put(join(units, 'sysusers.d/bivouac.conf'), 'usr/lib/sysusers.d/bivouac.conf', 0o644);
  put(join(units, 'tmpfiles.d/bivouac.conf'), 'usr/lib/tmpfiles.d/bivouac.conf', 0o644);
  put(join(PARTS, 'config.toml'), CONFFILE, 0o644);

  put(join(PARTS, 'copyright'), `${DOCS}/copyright`, 0o644);
  const documentation = join(ROOT, 'docs');
  for (const name of readdirSync(documentation)) {
    if (name.endsWith('.md')) put(join(documentation, name), `${DOCS}/${name}`, 0o644);
  }
  const zip = (from: string, to: string) =>
    writeFileSync(join(tree, DOCS, to), gzipSync(readFileSync(from), { level: 9 }), { mode: 0o644 });
  zip(join(ROOT, 'CHANGELOG.md'), 'changelog.gz');
  zip(join(ROOT, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'THIRD-PARTY-LICENSES.txt.gz');
}

function writeControl(tree: string, facts: { readonly version: string; readonly arch: string }): void {
  const control = join(tree, 'DEBIAN');
  const files = filesIn(tree);
  const kib = Math.ceil(files.reduce((sum, file) => sum + statSync(join(tree, file)).size, 0) / 1_024);
  const sums = files.map((file) => {
    const md5 = createHash('md5')
      .update(readFileSync(join(tree, file)))
      .digest('hex');
    return `${md5}  ${file}\n`;
  });
  mkdirSync(control);
  const text = readFileSync(join(PARTS, 'control'), 'utf8')
    .replace('@VERSION@', facts.version)
    .replace('@ARCH@', facts.arch)
    .replace('@SIZE@', String(kib));
  writeFileSync(join(control, 'control'), text, { mode: 0o644 });
  writeFileSync(join(control, 'conffiles'), `/${CONFFILE}\n`, { mode: 0o644 });
  writeFileSync(join(control, 'md5sums'), sums.join(''), { mode: 0o644 });
  for (const name of MAINTAINER_SCRIPTS) {
    cpSync(join(PARTS, name), join(control, name));
    chmodSync(join(control, name), 0o755);
  }
}

function filesIn(tree: string): string[] {
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .sort();
}

/** What depends on who builds it and when: directory modes and times. */
function settle(tree: string, seconds: number): void {
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    lutimesSync(path, seconds, seconds);
  }
  chmodSync(tree, 0o755);
  lutimesSync(tree, seconds, seconds);
}

function run(program: string, words: readonly string[], environment: Record<string, string>): void {
  const { status, error } = spawnSync(program, words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) fail(`${program} is missing: apt-get install -y dpkg`);
  if (status !== 0) fail(`${program} failed`);
}

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main(process.argv.slice(2));
