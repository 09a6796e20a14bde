import type { Command } from 'commander';
import { messageOf } from '../core/errors.ts';
import type { Check } from '../http/app-deps.ts';
import { type CommandContext, type CommonOptions, loadConfigAsOwner, withCommonOptions } from './command.ts';
import { openControlChannel } from './control-channel.ts';
import { UnwellError } from './failures.ts';

const SIGNS = { good: '✓', careful: '!', bad: '✗' } as const;

export function addDoctorCommand(program: Command, { terminal }: CommandContext): void {
  withCommonOptions(program.command('doctor').description('look at everything that can be checked'))
    .option('--json', 'as JSON')
    .action(async (options: CommonOptions & { json?: true }) => {
      const checks = await examine(options);
      if (options.json) terminal.print(JSON.stringify(checks));
      else for (const check of checks) terminal.print(linesOf(check));
      const bad = checks.filter(({ state }) => state === 'bad').length;
      if (bad > 0) throw new UnwellError(`${bad} of ${checks.length} checks need attention`);
    });
}

/** What keeps the rest from being looked at is a finding itself. */
async function examine(options: CommonOptions): Promise<Check[]> {
  const checks: Check[] = [];
  try {
    const config = loadConfigAsOwner(options);
    checks.push({ code: 'config.readable', state: 'good', text: 'The configuration is valid.' });
    const api = await openControlChannel(config);
    try {
      checks.push(
        api.isServerRunning
          ? { code: 'server.running', state: 'good', text: 'The server runs and answers.' }
          : {
              code: 'server.running',
              state: 'careful',
              text: 'No server runs: only what lies on the disk can be checked.',
              advice: 'Start it: systemctl start bivouac, or bivouac serve.',
            },
      );
      checks.push(...(await api.call<Check[]>('GET', '/api/doctor')));
    } finally {
      await api.close();
    }
  } catch (error) {
    checks.push({ code: 'doctor.stopped', state: 'bad', text: messageOf(error) });
  }
  return checks;
}

function linesOf({ state, text, advice }: Check): string {
  return advice === undefined ? `${SIGNS[state]} ${text}` : `${SIGNS[state]} ${text}\n    ${advice}`;
}
