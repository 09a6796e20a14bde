import { closeSync, openSync, readSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { UsageError } from './failures.ts';

/** What a command line has to do with the person, or the script, that called it. */
export interface Terminal {
  /** Text for the caller, as it is. Resolves when it may be followed by more; rejects with EPIPE. */
  write(text: string | Uint8Array): Promise<void>;
  print(line: string): void;
  /** One line on stderr. */
  complain(line: string): void;
  /** The first line of stdin. */
  readSecretFromStdin(): string;
  /** Asks on the controlling terminal, without showing what is typed. `instead` is the option for no terminal. */
  askSecret(question: string, instead?: string): Promise<string>;
}

/** A password, with room; what is longer is a file piped in by mistake. */
const SECRET_MAX_BYTES = 4_096;

export function processTerminal(): Terminal {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    print: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
    readSecretFromStdin,
    askSecret,
  };
}

function readSecretFromStdin(): string {
  const buffer = Buffer.alloc(SECRET_MAX_BYTES + 1);
  let length = 0;
  while (length <= SECRET_MAX_BYTES) {
    const count = readChunk(buffer, length);
    if (count === 0) break;
    length += count;
    if (buffer.subarray(0, length).includes(0x0a)) break;
  }
  if (length > SECRET_MAX_BYTES) throw new UsageError('what came on stdin is too long for a password');
  const [line = ''] = buffer.toString('utf8', 0, length).split('\n');
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function readChunk(buffer: Buffer, offset: number): number {
  for (;;) {
    try {
      return readSync(0, buffer, offset, buffer.length - offset, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      // A terminal in non-blocking mode has nothing yet.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/** Ctrl-C while the terminal is raw. */
const INTERRUPT = '\u0003';
const END_OF_INPUT = '\u0004';

async function askSecret(question: string, instead = '--password-stdin'): Promise<string> {
  let file: number;
  try {
    file = openSync('/dev/tty', 'r+');
  } catch {
    throw new UsageError(`there is no terminal to ask on: use ${instead}`);
  }
  const tty = new ReadStream(file);
  try {
    process.stderr.write(`${question}: `);
    tty.setRawMode(true);
    return await readHidden(tty);
  } finally {
    tty.setRawMode(false);
    tty.destroy();
    process.stderr.write('\n');
    tryClose(file);
  }
}

function readHidden(tty: ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    tty.setEncoding('utf8');
    tty.on('data', (chunk) => {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n') resolve(typed);
        else if (key === INTERRUPT || key === END_OF_INPUT) reject(new UsageError('interrupted'));
        else if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1);
        else if (key >= ' ') typed += key;
      }
    });
  });
}

/** The stream may have closed it already. */
function tryClose(file: number): void {
  try {
    closeSync(file);
  } catch {}
}
