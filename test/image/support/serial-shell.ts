import type { Socket } from 'node:net';

const COMMAND_MS = 60_000;
const KEPT_MAX = 1_000_000;

/** The serial port: U-Boot and the kernel speak there, and in the test image a root shell listens. */
export interface SerialShell {
  /** All that was said, newest last. */
  text(): string;
  type(text: string): void;
  waitFor(pattern: RegExp, deadlineMs: number): Promise<RegExpMatchArray>;
  /** Runs a command in the shell of the test image; throws when it fails. Gives what it printed. */
  run(
    command: string,
    options?: { readonly deadlineMs?: number; readonly mayFail?: boolean },
  ): Promise<string>;
}

export function createSerialShell(socket: Socket): SerialShell {
  let said = '';
  let count = 0;
  const watchers = new Set<() => void>();
  socket.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('latin1')).slice(-KEPT_MAX);
    for (const look of [...watchers]) look();
  });

  function waitFor(pattern: RegExp, deadlineMs: number): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(look);
        reject(
          new Error(
            `the serial port did not say ${pattern} within ${deadlineMs} ms, but:\n${said.slice(-2_000)}`,
          ),
        );
      }, deadlineMs);
      const look = () => {
        const match = said.match(pattern);
        if (match === null) return;
        clearTimeout(timer);
        watchers.delete(look);
        resolve(match);
      };
      watchers.add(look);
      look();
    });
  }

  return {
    text: () => said,
    type: (text) => void socket.write(text),
    waitFor,
    async run(command, { deadlineMs = COMMAND_MS, mayFail = false } = {}) {
      count += 1;
      // In two pieces, so that an echo of the line is not taken for its end.
      const begin = `begin-${count}-`;
      const end = `end-${count}-`;
      socket.write(
        `stty -echo; printf '%s%s\\n' '${begin}' here; { ${command}\n} 2>&1; printf '\\n%s%s\\n' '${end}' $?\n`,
      );
      const found = await waitFor(
        new RegExp(`${begin}here\\r?\\n([\\s\\S]*?)\\r?\\n${end}(\\d+)`),
        deadlineMs,
      );
      // Commands end what they say with a newline, as `$(…)` takes away.
      const output = found[1]!.replaceAll('\r', '').replace(/\n$/, '');
      if (found[2] !== '0' && !mayFail) throw new Error(`${command} ended with ${found[2]}:\n${output}`);
      return output;
    },
  };
}
