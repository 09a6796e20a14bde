import type { Command } from 'commander';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { parseSince } from './since.ts';

export function addHistoryCommands(program: Command, { terminal }: CommandContext): void {
  const history = program.command('history').description('what was received');

  withCommonOptions(history.command('export').description('stored events on stdout, one JSON line each'))
    .option('--since <time>', '2026-06-01T12:00:00Z, or an age: 30m, 12h, 7d')
    .option('--json', 'accepted for uniformity: the output is JSON lines in any case')
    .action(async (options: CommonOptions & { since?: string }) => {
      const query = options.since === undefined ? '' : `?sinceMs=${parseSince(options.since, Date.now())}`;
      await withControl(options, async (api) => {
        const answer = await api.download('GET', `/api/history${query}`);
        try {
          for await (const chunk of answer.body ?? []) await terminal.write(chunk);
        } catch (error) {
          // `bivouac history export | head` has seen enough.
          if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
        }
      });
    });
}
