import type { Socket } from 'node:net';

const ANSWER_MS = 30_000;

/** QEMU's control socket (QMP): one JSON document per line, answers in the order of the questions. */
export interface Monitor {
  /** Writes what the screen shows into a file. */
  screendump(file: string, format: 'ppm' | 'png'): Promise<void>;
  /** Presses and lets go of one key, named as QEMU does (`ret`, `a`, `ctrl`). */
  pressKey(...keys: string[]): Promise<void>;
}

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

export async function createMonitor(socket: Socket): Promise<Monitor> {
  const waiting: ((reply: Reply) => void)[] = [];
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const reply = JSON.parse(text.slice(0, end)) as Reply;
      text = text.slice(end + 1);
      // Greetings and events come unasked.
      if (reply.return !== undefined || reply.error !== undefined) waiting.shift()?.(reply);
    }
  });

  function execute(command: string, args?: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`QEMU did not answer ${command}`)), ANSWER_MS);
      waiting.push(({ error }) => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(new Error(`QEMU refused ${command}: ${error.desc}`));
      });
      socket.write(`${JSON.stringify({ execute: command, ...(args && { arguments: args }) })}\n`);
    });
  }

  await execute('qmp_capabilities');
  return {
    screendump: (filename, format) => execute('screendump', { filename, format }),
    pressKey: (...keys) =>
      execute('send-key', { keys: keys.map((data) => ({ type: 'qcode', data })), 'hold-time': 100 }),
  };
}
