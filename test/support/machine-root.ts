import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CliResult, runCli } from './server-process.ts';

/**
 * A directory that stands for a kit's machine, with programs of it that note how they were called and answer as the
 * test says. The commands under test are the real ones.
 */
export interface MachineRoot {
  readonly dir: string;
  path(path: string): string;
  read(path: string): Promise<string>;
  json<T = Record<string, unknown>>(path: string): Promise<T>;
  write(path: string, text: string): Promise<void>;
  /** `body` is a shell script; its arguments are noted before. */
  program(name: string, body?: string): Promise<void>;
  /** Every call so far, oldest first: `nmcli device`. */
  calls(): Promise<readonly string[]>;
  system(...words: string[]): Promise<CliResult>;
  remove(): Promise<void>;
}

const CALLS = 'calls.log';

export async function createMachineRoot(): Promise<MachineRoot> {
  const dir = await mkdtemp(join(tmpdir(), 'bivouac-machine-'));
  const path = (inside: string) => join(dir, inside);
  for (const directory of [
    'var/lib/bivouac',
    'etc/bivouac',
    'etc/NetworkManager',
    'run/bivouac',
    'proc/sys/kernel',
    'boot/firmware',
    'usr/bin',
  ]) {
    await mkdir(path(directory), { recursive: true });
  }
  const root: MachineRoot = {
    dir,
    path,
    read: (file) => readFile(path(file), 'utf8'),
    json: async (file) => JSON.parse(await readFile(path(file), 'utf8')),
    async write(file, text) {
      await mkdir(dirname(path(file)), { recursive: true });
      await writeFile(path(file), text, { mode: 0o600 });
    },
    async program(name, body = '') {
      const file = path(`usr/bin/${name}`);
      await writeFile(file, `#!/bin/sh\necho "${name} $*" >>"$MACHINE_ROOT/${CALLS}"\n${body}\n`);
      await chmod(file, 0o755);
    },
    async calls() {
      const text = await readFile(path(CALLS), 'utf8').catch(() => '');
      return text.split('\n').filter(Boolean);
    },
    system: (...words) => runCli(['system', ...words, '--root', dir], { mayFail: true }),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
  await root.write('proc/sys/kernel/hostname', 'localhost\n');
  return root;
}
