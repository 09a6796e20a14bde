import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Arch = 'x64' | 'arm64';

export const ROOT = join(import.meta.dirname, '..');
const CACHE = join(ROOT, '.cache');

/** What package-lock.json pins of a package; `integrity` is `sha512-BASE64` of its archive. */
interface Pin {
  readonly version: string;
  readonly integrity: string;
}

/** Node's official binary for `arch`. */
export function baseNode(arch: Arch): string {
  return join(packageFor(`node-linux-${arch}`, ['bin/node']), 'bin/node');
}

/** The canvas's native part for `arch`, with the version that names it. */
export function canvasAddon(arch: Arch): {
  readonly directory: string;
  readonly file: string;
  readonly version: string;
} {
  const name = `@napi-rs/canvas-linux-${arch}-gnu`;
  const addon = `skia.linux-${arch}-gnu.node`;
  const directory = packageFor(name, [addon, 'sbom.cdx.json']);
  return { directory, file: join(directory, addon), version: pinOf(name).version };
}

/**
 * Directory of the npm package that carries something for one processor. `npm ci` has installed and checked the one
 * for this machine; the other is fetched once into `.cache/` and checked against package-lock.json.
 */
function packageFor(name: string, files: readonly string[]): string {
  const installed = join(ROOT, 'node_modules', name);
  if (files.every((file) => existsSync(join(installed, file)))) return installed;

  const pin = pinOf(name);
  // As npm names the archive: `@a/b` becomes `a-b`.
  const archiveName = `${name.replace('@', '').replace('/', '-')}-${pin.version}`;
  const archive = join(CACHE, `${archiveName}.tgz`);
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(archive)) {
    process.stdout.write(`fetching ${name} ${pin.version}\n`);
    // By npm, so that its settings (mirror, proxy, credentials) hold here too.
    execFileSync('npm', ['pack', '--silent', '--pack-destination', CACHE, `${name}@${pin.version}`], {
      cwd: CACHE,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const hash = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (hash !== pin.integrity) {
    throw new Error(`${archive} is not what package-lock.json pins: delete it and build again`);
  }
  const into = join(CACHE, archiveName);
  mkdirSync(into, { recursive: true });
  const members = files.map((file) => `package/${file}`);
  execFileSync('tar', ['-xzf', archive, '-C', into, '--strip-components=1', ...members]);
  return into;
}

function pinOf(name: string): Pin {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Pin | undefined>;
  };
  const pin = lock.packages[`node_modules/${name}`];
  if (pin?.integrity === undefined) throw new Error(`package-lock.json does not pin ${name}`);
  return pin;
}
