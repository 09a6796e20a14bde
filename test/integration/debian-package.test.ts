import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ARCH = process.arch === 'arm64' ? 'arm64' : 'x64';
const DEBIAN_ARCH = ARCH === 'arm64' ? 'arm64' : 'amd64';
const BINARY = join(ROOT, 'dist', `bivouac-linux-${ARCH}`);

const run = (program: string, ...words: string[]) =>
  execFileSync(program, words, { cwd: ROOT, encoding: 'utf8', maxBuffer: 16 << 20 });

function whyNot(): string | false {
  if (!existsSync(BINARY)) return `there is no ${BINARY}: make test builds it`;
  return existsSync('/usr/bin/dpkg-deb') ? false : 'this is no Debian';
}

/** What somebody gets who installs the package on plain Debian. */
describe('the Debian package', { skip: whyNot(), timeout: 100_000 }, () => {
  let file: string;
  let tree: string;
  let control: string;

  before(() => {
    tree = mkdtempSync(join(tmpdir(), 'bivouac-deb-'));
    const said = run(process.execPath, 'scripts/build-deb.ts', ARCH);
    file = join(ROOT, /dist\/\S+\.deb/.exec(said)?.[0] ?? '');
    run('dpkg-deb', '-x', file, join(tree, 'root'));
    run('dpkg-deb', '-e', file, join(tree, 'control'));
    control = readFileSync(join(tree, 'control', 'control'), 'utf8');
  });
  after(() => rmSync(tree, { recursive: true, force: true }));

  test('is for this processor and names what the program loads', () => {
    assert.match(control, new RegExp(`^Architecture: ${DEBIAN_ARCH}$`, 'm'));
    // As the loader sees it: a package for each library that the binary asks for.
    const needed = run('objdump', '-p', BINARY).match(/NEEDED\s+(\S+)/g) ?? [];
    assert.ok(needed.some((line) => line.includes('libatomic')));
    for (const name of ['libatomic1', 'libc6', 'libgcc-s1', 'libstdc++6', 'systemd']) {
      assert.ok(control.includes(name), name);
    }
  });

  test('holds the program that was built, and it runs', () => {
    const installed = join(tree, 'root/usr/bin/bivouac');
    assert.ok(readFileSync(installed).equals(readFileSync(BINARY)));
    assert.match(run(installed, 'version'), /^(bivouac )?\d+\.\d+\.\d+/);
  });

  test('brings every unit, and no file that somebody else may write', () => {
    const units = readdirSync(join(ROOT, 'systemd')).filter((name) => /\.(service|path)$/.test(name));
    assert.ok(units.includes('bivouac.service'));
    for (const unit of units) assert.ok(existsSync(join(tree, 'root/usr/lib/systemd/system', unit)), unit);
    const listed = run('dpkg-deb', '-c', file).trimEnd().split('\n');
    for (const line of listed) assert.match(line, /^(-rwxr-xr-x|-rw-r--r--|drwxr-xr-x) root\/root /);
  });

  test('keeps the configuration of whoever changed it, and it is valid as it comes', () => {
    assert.equal(readFileSync(join(tree, 'control', 'conffiles'), 'utf8'), '/etc/bivouac/config.toml\n');
    const config = join(tree, 'root/etc/bivouac/config.toml');
    const data = join(tree, 'data');
    const installed = join(tree, 'root/usr/bin/bivouac');
    assert.match(run(installed, 'user', 'list', '--config', config, '--data', data), /administrator/);
  });

  test('its scripts are for any sh, start the server alone, and keep the CA when it is purged', () => {
    for (const name of ['postinst', 'prerm', 'postrm']) {
      const script = join(tree, 'control', name);
      run('dash', '-n', script);
      assert.equal(statSync(script).mode & 0o777, 0o755);
      const text = readFileSync(script, 'utf8');
      for (const unit of text.match(/[a-z-]+\.(service|path)/g) ?? []) assert.equal(unit, 'bivouac.service');
      assert.doesNotMatch(text, /rm -r/);
    }
  });

  test('its sums are those of its files', () => {
    const sums = readFileSync(join(tree, 'control', 'md5sums'), 'utf8');
    assert.ok(sums.includes('usr/bin/bivouac'));
    execFileSync('md5sum', ['--check', '--quiet', join(tree, 'control', 'md5sums')], {
      cwd: join(tree, 'root'),
    });
  });
});
