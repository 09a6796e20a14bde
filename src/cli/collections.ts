import type { Command } from 'commander';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { table } from './table.ts';

interface Collection {
  readonly name: string;
  readonly channels: readonly string[];
  readonly isPublic: boolean;
  readonly isPermissionRequired: boolean;
  readonly accounts: readonly { readonly name: string; readonly permission: string }[];
}

/** Which part of the history TAXII clients may ask for, and who; `user change --collections` gives it. */
export function addCollectionsCommand(program: Command, { terminal }: CommandContext): void {
  withCommonOptions(program.command('collections').description('TAXII collections, and who may read them'))
    .option('--json', 'as JSON')
    .action(async (options: CommonOptions & { json?: true }) => {
      const rows = await withControl(options, (api) => api.call<Collection[]>('GET', '/api/collections'));
      terminal.print(
        options.json ? JSON.stringify(rows) : table(['NAME', 'CHANNELS', 'OPEN TO'], rows.map(rowOf)),
      );
    });
}

function rowOf({ name, channels, isPublic, isPermissionRequired, accounts }: Collection): string[] {
  const permitted = accounts.map((one) => `${one.name} (${one.permission})`).join(', ');
  const who = isPermissionRequired ? permitted || 'administrators and operators' : 'its channels';
  return [name, channels.join(', ') || '(all of the reader)', isPublic ? 'everybody' : who];
}
