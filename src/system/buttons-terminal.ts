import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Action } from './buttons-keys.ts';

/** Keys of the terminal display, as its last line names them. */
const KEYS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['a', 'approve'],
  ['r', 'refuse'],
  ['p', 'open-pairing'],
  ['n', 'next-page'],
  [' ', 'next-page'],
  ['s', 'set-aside'],
  ['x', 'end-recovery'],
  // A terminal does not tell how long a key is held.
  ['H', 'recover'],
]);
const CONTROL_C = '\x03';

export interface TerminalKeys {
  stop(): void;
}

/**
 * Single keys from the controlling terminal, for `display.sink = "terminal"`. Undefined without a terminal, or in
 * the background, where reading would stop the whole process (SIGTTIN).
 */
export function createTerminalKeys(
  onPress: (action: Action) => void,
  path = '/dev/tty',
): TerminalKeys | undefined {
  if (!isInForeground()) return undefined;
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    const input = new ReadStream(file);
    input.setRawMode(true);
    input.on('error', () => {});
    input.on('data', (bytes) => {
      for (const key of bytes.toString('latin1')) {
        // Raw mode takes the signal's meaning from it.
        if (key === CONTROL_C) process.kill(process.pid, 'SIGINT');
        const action = KEYS.get(key);
        if (action !== undefined) onPress(action);
      }
    });
    // Keys alone do not keep the server running.
    input.unref();
    return {
      stop() {
        input.setRawMode(false);
        input.destroy();
      },
    };
  } catch {
    if (file !== undefined) closeSync(file);
    return undefined;
  }
}

/** Whether this process's group owns its terminal: proc(5), fields `pgrp` and `tpgid` of stat. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // The name in parentheses may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [, , group, , , foreground] = fields;
    return group === foreground;
  } catch {
    return false;
  }
}
