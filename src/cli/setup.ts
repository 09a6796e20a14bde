import type { Command } from 'commander';
import type { ShownCode } from '../auth/account-ports.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withServer } from './command.ts';
import { minuteOf } from './table.ts';

/** First use, for whoever has the box and no display on it. */
export function addSetupCommands(program: Command, { terminal }: CommandContext): void {
  const setup = program.command('setup').description('first use of a new kit');

  // Without a server there is no code: it lives in its memory only.
  withCommonOptions(setup.command('code').description('the claim code, as the display shows it'))
    .option('--json', 'as JSON')
    .action(async (options: CommonOptions & { json?: true }) => {
      const shown = await withServer(options, (api) => api.call<ShownCode>('GET', '/api/setup/code'));
      const { code, expiresMs } = shown;
      terminal.print(
        options.json
          ? JSON.stringify(shown)
          : `${code.slice(0, 4)}-${code.slice(4)}\nGood until ${minuteOf(expiresMs)} UTC, on the page of this kit.`,
      );
    });
}
