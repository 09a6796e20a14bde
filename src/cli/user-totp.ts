import { type Command, Option } from 'commander';
import type { TotpSecret } from '../auth/factor-ports.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import type { ControlChannel } from './control-channel.ts';

interface TotpOptions extends CommonOptions {
  readonly user: string;
  readonly codeStdin?: true;
  readonly pending?: true;
  readonly remove?: true;
  readonly json?: true;
}

interface Activated {
  readonly recoveryCodes: readonly string[];
}

/**
 * An authenticator app for somebody who stands beside the console. It counts once its first code was seen, so
 * that nobody is locked out by a picture that no phone has read.
 */
export function addUserTotpCommand(user: Command, { terminal }: CommandContext): void {
  withCommonOptions(user.command('totp').description('give a person an authenticator app, or take it away'))
    .requiredOption('-u, --user <name>', 'name of the person')
    .addOption(new Option('--pending', 'show the secret, and ask for no code').conflicts('codeStdin'))
    .option('--code-stdin', 'the first code of an app that was shown its secret before, from stdin')
    .addOption(new Option('--remove', 'take app and recovery codes away').conflicts(['codeStdin', 'pending']))
    .option('--json', 'as JSON')
    .action(async (options: TotpOptions) => {
      const person = `/api/people/${encodeURIComponent(options.user)}/factors`;
      const said = (json: object, text: string) => terminal.print(options.json ? JSON.stringify(json) : text);

      async function activate(api: ControlChannel, code: string): Promise<void> {
        const done = await api.call<Activated>('POST', `${person}/totp/activate`, { code });
        said(done, wordsFor(options.user, done));
      }

      if (options.remove) {
        await withControl(options, (api) => api.call('DELETE', person));
        said({ removed: options.user }, `${options.user} signs in without a second factor again.`);
        return;
      }
      if (options.codeStdin) {
        const code = terminal.readSecretFromStdin();
        await withControl(options, (api) => activate(api, code));
        return;
      }
      await withControl(options, async (api) => {
        const made = await api.call<TotpSecret>('POST', `${person}/totp`);
        if (options.json) {
          terminal.print(JSON.stringify(made));
          return;
        }
        const drawn = await api.download('POST', '/api/qr', { text: made.uri, form: 'text' });
        terminal.print(`${await drawn.text()}\n${made.uri}`);
        if (options.pending) {
          terminal.print('It counts after its first code: bivouac user totp --code-stdin.');
          return;
        }
        await activate(api, await terminal.askSecret('First code of the app', '--pending and --code-stdin'));
      });
    });
}

function wordsFor(name: string, { recoveryCodes }: Activated): string {
  return [
    `From now on ${name} is asked for a code of the app.`,
    'For the day that the phone is lost, each good once, shown this once:',
    ...recoveryCodes,
  ].join('\n');
}
