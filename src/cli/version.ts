import type { Command } from 'commander';
import { version } from '../version.ts';
import { type CommandContext, withCommonOptions } from './command.ts';

export function addVersionCommand(program: Command, { terminal }: CommandContext): void {
  withCommonOptions(program.command('version').description('say which version this is'))
    .option('--json', 'as JSON')
    .action(({ json }: { json?: true }) => {
      terminal.print(json ? JSON.stringify({ version, node: process.version }) : `bivouac ${version}`);
    });
}
