import type { Command } from 'commander';
import type { UserStoreState } from '../auth/user-stores/user-store.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';

/** Reads people anew where they are kept in a file or a database of the operator's. */
export function addUserReloadCommand(user: Command, { terminal }: CommandContext): void {
  withCommonOptions(user.command('reload').description('read the file or database of people anew'))
    .option('--json', 'as JSON')
    .action(async (options: CommonOptions & { readonly json?: true }) => {
      const state = await withControl(options, (api) =>
        api.call<UserStoreState>('POST', '/api/user-store/reload'),
      );
      if (options.json) {
        terminal.print(JSON.stringify(state));
        return;
      }
      terminal.print(`${state.people} people in ${state.place}.`);
      for (const { name, problem } of state.problems) terminal.print(`${name}: ${problem}`);
    });
}
