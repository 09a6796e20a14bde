import type { Command } from 'commander';
import { type CommandContext, type CommonOptions, loadConfigAsOwner, withCommonOptions } from './command.ts';

export function addServeCommand(program: Command, { stopSignal }: CommandContext): void {
  withCommonOptions(program.command('serve').description('run the server until SIGTERM')).action(
    async (options: CommonOptions) => {
      const config = loadConfigAsOwner(options);
      const { serve } = await import('../app.ts');
      await serve(config, stopSignal);
    },
  );
}
