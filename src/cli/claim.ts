import type { Command } from 'commander';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { UsageError } from './failures.ts';
import { readPassword, type SecretOptions, withPasswordOptions } from './secret-option.ts';

interface ClaimOptions extends CommonOptions, SecretOptions {
  readonly username?: string;
  readonly json?: true;
}

/** The first administrator, made at the box itself: whoever runs this owns the data, so no code is asked for. */
export function addClaimCommand(program: Command, { terminal }: CommandContext): void {
  withPasswordOptions(
    withCommonOptions(program.command('claim').description('set the first administrator’s password')),
  )
    .option('--username <name>', 'who it is to be (default: administrator)')
    .option('--json', 'as JSON')
    .action(async (options: ClaimOptions) => {
      const password = await readPassword(options, terminal);
      if (password === undefined) throw new UsageError('a password is needed: -p or --password-stdin');
      const claimed = await withControl(options, (api) =>
        api.call<{ id: string; username: string }>('POST', '/api/setup/claim-by-console', {
          username: options.username,
          password,
        }),
      );
      terminal.print(
        options.json
          ? JSON.stringify(claimed)
          : `This kit belongs to ${claimed.username} now, who can sign in from any browser.`,
      );
    });
}
