import type { Command } from 'commander';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';

export function addWebsocketKeyCommands(program: Command, { terminal }: CommandContext): void {
  const websocketKey = program
    .command('websocketkey')
    .description('the shared key of FreeTAKServer’s Socket.IO');
  withCommonOptions(
    websocketKey.command('rotate').description('print a new key; the one before is over'),
  ).action(async (options: CommonOptions) => {
    await withControl(options, async (api) => {
      const { websocketkey } = await api.call<{ websocketkey: string }>('POST', '/api/websocketkey');
      terminal.print(websocketkey);
    });
  });
}
