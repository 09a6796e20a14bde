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

/** What somebody who starts the kit by hand needs to know. */
export function firstStartHelp(facts: {
  readonly version: string;
  /** Listener name → bound addresses. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Addresses that another device can use, best first. */
  readonly addresses: readonly string[];
  /** How the command is called here: `bivouac`, or `bivouac --data DIR`. */
  readonly dataOption: string;
  /** While nobody owns the kit: where its code is, if anywhere. */
  readonly owner: 'somebody' | 'nobody' | 'code_above' | 'code_on_display';
  readonly hasPeople: boolean;
}): string {
  const { version, addresses, dataOption, owner, hasPeople } = facts;
  const host = addresses[0] ?? '127.0.0.1';
  const cot = firstPort(facts.listeners['cotTls']);
  const lines = [
    '',
    `  Bivouac ${version} is up.`,
    `  Phones reach it at ${addresses.slice(0, 3).join(', ') || 'no address yet: join a network'}${cot === undefined ? '' : ` (TLS, port ${cot})`}.`,
  ];
  if (owner !== 'somebody') {
    lines.push(`  Nobody owns this kit yet${CLAIM_WORDS[owner]}:`, `    bivouac claim${dataOption} -p`);
  }
  if (!hasPeople) {
    lines.push(
      owner === 'somebody' ? '  Nobody has a phone here yet. In a second terminal:' : '  Then, for a phone:',
      `    bivouac user add${dataOption} -u alice -g team -p`,
      `    bivouac package create${dataOption} --user alice --client atak --host ${host} --out alice.zip`,
      '  Bring alice.zip to the phone and open it with ATAK: Import Manager, Local SD.',
    );
  }
  lines.push('  Ctrl-C stops the server.', '');
  return `${lines.join('\n')}\n`;
}

const CLAIM_WORDS = {
  code_above: ': set it up with the code above. Or, in a second terminal',
  code_on_display: ': its display says how to set it up. Or, in a second terminal',
  nobody: '. In a second terminal',
} as const;
