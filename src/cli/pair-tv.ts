import type { Command } from 'commander';
import type { CommandContext } from './command.ts';
import type { TvOptions } from './run-tv.ts';

/** A TV in a terminal. */
export function addPairTvCommand(pair: Command, context: CommandContext): void {
  pair
    .command('tv')
    .description('be a TV: show a code, and then the team, until interrupted')
    .requiredOption('--server <url>', 'address of the kit, as https://10.42.0.1:8446')
    .option('--ca <file>', "the kit's certificate authority (PEM)")
    .option('--fingerprint <sha256>', 'instead: its fingerprint, as the display of the kit shows it')
    .option('--name <name>', 'how this screen calls itself', 'Terminal')
    .option('--keep <file>', 'where to keep what was paired, so that it need not be done again')
    .option('--json', 'each message as a line of JSON')
    .action(async (options: TvOptions) => {
      // Only now: no other command needs a WebSocket.
      const { runTv } = await import('./run-tv.ts');
      await runTv(options, context);
    });
}
