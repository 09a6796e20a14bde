import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { BivouacError, messageOf } from '../core/errors.ts';

/** The machine as a command that runs as root meets it: its files and its programs. */
export interface Machine {
  /** Where a path of the machine lies: itself, or below the root of a test. */
  path(path: string): string;
  /**
   * Runs a program to its end, without a shell, and gives what it printed.
   * @throws BivouacError `system.failed`
   */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<string>;
}

export interface RunOptions {
  /** For standard input: the place for what nobody may see in a list of processes. */
  readonly input?: string;
  readonly timeoutMs?: number;
}

const RUN_TIMEOUT_MS = 10_000;
const OUTPUT_MAX_BYTES = 256 * 1024;
/** Nothing of the caller's environment says what is run. */
const PROGRAMS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** @param root `/`, or a directory that stands for it and holds the programs that a test brings, in `usr/bin` */
export function createMachine(root = '/'): Machine {
  const directories = root === '/' ? PROGRAMS : [join(root, 'usr/bin'), ...PROGRAMS];
  const env = { PATH: directories.join(':'), LC_ALL: 'C', ...(root === '/' ? {} : { MACHINE_ROOT: root }) };
  return {
    path: (path) => join(root, path),
    run(program, args, { input, timeoutMs = RUN_TIMEOUT_MS } = {}) {
      return new Promise((resolve, reject) => {
        const child = execFile(
          program,
          args,
          { env, timeout: timeoutMs, maxBuffer: OUTPUT_MAX_BYTES },
          (error, stdout, stderr) => {
            if (error === null) resolve(stdout);
            else reject(failureOf(program, error, stderr));
          },
        );
        // A program that ends before it has read its input is an answer too.
        child.stdin?.on('error', () => {});
        child.stdin?.end(input ?? '');
      });
    },
  };
}

const WORDS_MAX = 300;

function failureOf(program: string, error: Error & { code?: unknown; killed?: boolean }, stderr: string) {
  const words =
    error.killed === true ? 'took too long' : (stderr.trim().split('\n')[0] ?? '') || messageOf(error);
  return new BivouacError('system.failed', `${program}: ${words.slice(0, WORDS_MAX)}`);
}
