import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export const CONTROL_C = '\x03';
const WAIT_MS = 15_000;

/** The screen and keyboard of a process that runs in a terminal of its own. */
export interface TerminalOfProcess {
  type(keys: string): void;
  /** What was written to it since it was last cleared, without colours. */
  screen(): string;
  /** Everything that was ever written to it, without colours. */
  all(): string;
  /** The groups of the first screen, present or future, that matches. */
  shows(pattern: RegExp): Promise<readonly string[]>;
}

export interface Spawned {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly terminal: TerminalOfProcess | undefined;
}

/** `script` (util-linux) has the terminal; the program's stdout, which belongs to the log, goes past it. */
export function spawnInTerminal(command: readonly string[]): Spawned {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qfec', `exec ${line} >&3`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const stdout = child.stdio[3] as Readable;
  let written = '';
  const looking = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written += text;
    for (const look of looking) look();
  });
  const screen = () => plain(written.slice(written.lastIndexOf(CLEAR) + 1));
  return {
    child,
    stdout,
    terminal: {
      type: (keys) => void child.stdin?.write(keys),
      screen,
      all: () => plain(written),
      shows(pattern) {
        return new Promise((resolve, reject) => {
          const timer = setTimeout(() => {
            looking.delete(look);
            reject(new Error(`the terminal does not show ${pattern}, but: ${screen()}`));
          }, WAIT_MS);
          const look = () => {
            const match = pattern.exec(screen());
            if (match === null) return;
            clearTimeout(timer);
            looking.delete(look);
            resolve([...match]);
          };
          looking.add(look);
          look();
        });
      },
    },
  };
}

/** As the display clears a terminal (ECMA-48). */
const CLEAR = '\x1b[H\x1b[2J\x1b[3J';

/** Without the sequences that move the cursor and change colours. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  return text.replaceAll(/\x1b?\[[\d;]*[A-Za-z]/g, '').replaceAll('\r', '');
}
