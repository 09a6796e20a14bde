import type { Command } from 'commander';
import { UsageError } from './failures.ts';
import type { Terminal } from './terminal.ts';

export interface SecretOptions {
  readonly password?: true;
  readonly passwordStdin?: true;
}

/** Passwords never come as an argument: everybody on the machine can read those of a process. */
export function withPasswordOptions(command: Command): Command {
  return command
    .option('-p, --password', 'ask for the password on the terminal')
    .option('--password-stdin', 'take the password from the first line of stdin');
}

/**
 * The password that the options ask for; undefined when they ask for none. A new one is asked for twice,
 * because nobody sees what is typed.
 */
export async function readPassword(
  { password, passwordStdin }: SecretOptions,
  terminal: Terminal,
  { isNew } = { isNew: true },
): Promise<string | undefined> {
  if (passwordStdin) return terminal.readSecretFromStdin();
  if (!password) return undefined;
  const first = await terminal.askSecret('Password');
  if (isNew && (await terminal.askSecret('Again')) !== first)
    throw new UsageError('the two were not the same');
  return first;
}
