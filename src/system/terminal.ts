import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { firstPort } from '../core/address.ts';

/**
 * Words for a person, on the controlling terminal and nowhere else: a service has none, and its stdout and
 * stderr belong to the log. False when there is no terminal.
 */
export function writeToTerminal(text: string, path = '/dev/tty'): boolean {
  let file: number | undefined;
  try {
    // Never waits: a terminal that is stopped (Ctrl-S) must not stop the server.
    file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    writeSync(file, text);
    return true;
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** What somebody who starts the kit for the first time needs to know. */
export function firstStartHelp(facts: {
  readonly version: string;
  /** Listener name → bound addresses. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Addresses that another device can use, best first. */
  readonly addresses: readonly string[];
  /** How the command is called here: `bivouac`, or `bivouac --data DIR`. */
  readonly dataOption: string;
  readonly hasPeople: boolean;
}): string {
  const host = facts.addresses[0] ?? '127.0.0.1';
  const cot = firstPort(facts.listeners['cotTls']);
  const { dataOption } = facts;
  const lines = [
    '',
    `  Bivouac ${facts.version} is up.`,
    `  Phones reach it at ${facts.addresses.slice(0, 3).join(', ') || 'no address yet: join a network'}${cot === undefined ? '' : ` (TLS, port ${cot})`}.`,
  ];
  if (!facts.hasPeople) {
    lines.push(
      '  Nobody has an account yet. In a second terminal:',
      `    bivouac user add${dataOption} -u alice -g team -p`,
      `    bivouac package create${dataOption} --user alice --client atak --host ${host} --out alice.zip`,
      '  Bring alice.zip to the phone and open it with ATAK: Import Manager, Local SD.',
    );
  }
  lines.push('  Ctrl-C stops the server.', '');
  return `${lines.join('\n')}\n`;
}
