import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';

/**
 * Programs of other projects that tests use as clients and servers. Those of PyPI are installed once into the
 * directory for temporary files, and found there by later runs.
 */

const INSTALL_TIMEOUT_MS = 90_000;
const RUN_TIMEOUT_MS = 20_000;
const SHELF = join(tmpdir(), 'bivouac-test-tools');

const execute = promisify(execFile);

/** cabby's own command line: `taxii-poll`, `taxii-discovery`, `taxii-collections`. */
export type Cabby = (
  command: 'poll_content' | 'discover_services' | 'fetch_collections',
  args: readonly string[],
) => Promise<{ readonly output: string; readonly isGood: boolean }>;

/** Undefined where there is no Python or no way to PyPI. */
export async function installCabby(): Promise<Cabby | undefined> {
  const place = await installed('cabby-0.1.23', async (dir) => {
    // cabby imports pkg_resources, which setuptools 81 no longer has.
    const packages = ['cabby==0.1.23', 'setuptools<81'];
    await execute('python3', ['-m', 'pip', 'install', '--quiet', '--target', dir, ...packages], {
      timeout: INSTALL_TIMEOUT_MS,
    });
  });
  if (place === undefined) return undefined;
  return async (command, args) => {
    const script = `from cabby.cli import ${command} as run; run()`;
    const options = { timeout: RUN_TIMEOUT_MS, env: { ...process.env, PYTHONPATH: place } };
    try {
      const { stdout, stderr } = await execute('python3', ['-W', 'ignore', '-c', script, ...args], options);
      return { output: stripVTControlCharacters(stdout + stderr), isGood: true };
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      return { output: stripVTControlCharacters(stdout + stderr), isGood: false };
    }
  };
}

/** A program of the path, or of the directory `shelf` beside what is installed here. */
export async function findProgram(name: string, shelf: string): Promise<string | undefined> {
  const places = [...(process.env['PATH'] ?? '').split(':'), join(SHELF, shelf)];
  return places.map((place) => join(place, name)).find((path) => existsSync(path));
}

/** Installs beside, and moves into place: a broken attempt is never taken for the whole. */
async function installed(name: string, install: (dir: string) => Promise<void>): Promise<string | undefined> {
  const place = join(SHELF, name);
  if (existsSync(place)) return place;
  await mkdir(SHELF, { recursive: true });
  const attempt = await mkdtemp(join(SHELF, `${name}-`));
  try {
    await install(attempt);
    await rename(attempt, place);
    return place;
  } catch {
    await rm(attempt, { recursive: true, force: true });
    return existsSync(place) ? place : undefined;
  }
}
