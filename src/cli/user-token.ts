import { type Command, Option } from 'commander';
import type { ApiTokenView, TokenScope } from '../auth/session-ports.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { UsageError } from './failures.ts';
import { minuteOf, table } from './table.ts';

interface TokenOptions extends CommonOptions {
  readonly user: string;
  readonly name?: string;
  readonly scope: string;
  readonly days?: string;
  readonly tokenStdin?: true;
  readonly list?: true;
  readonly remove?: string;
  readonly json?: true;
}

const SCOPES: readonly TokenScope[] = ['read', 'read+write', 'clients-auth', 'cot', 'cot:read', 'cot:write'];

const DAY_MS = 86_400_000;

/** Tokens with which programs act for a person. A new one is shown once, and never asked for as an argument. */
export function addUserTokenCommand(user: Command, { terminal }: CommandContext): void {
  withCommonOptions(user.command('token').description('personal tokens for programs: make, list, end'))
    .requiredOption('-u, --user <name>', 'name of the person')
    .option('--name <name>', 'make one, and call it so')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(SCOPES).default('read+write'))
    .option('--days <days>', 'how long it is good (default: 365; at most 730)')
    .option('--token-stdin', 'a token of your own choice, from the first line of stdin')
    .addOption(new Option('--list', 'show what there is').conflicts(['name', 'remove']))
    .addOption(new Option('--remove <prefix>', 'end the token that begins so').conflicts('name'))
    .option('--json', 'as JSON')
    .action(async (options: TokenOptions) => {
      const path = `/api/people/${encodeURIComponent(options.user)}/tokens`;
      const said = (json: unknown, text: string) =>
        terminal.print(options.json ? JSON.stringify(json) : text);

      if (options.remove !== undefined) {
        const prefix = options.remove;
        await withControl(options, (api) => api.call('DELETE', `${path}/${encodeURIComponent(prefix)}`));
        said({ removed: prefix }, 'The token opens nothing any more.');
        return;
      }
      if (options.name === undefined) {
        if (!options.list) throw new UsageError('say what to do: --name NAME, --list or --remove PREFIX');
        const rows = await withControl(options, (api) => api.call<ApiTokenView[]>('GET', path));
        said(
          rows,
          rows.length === 0
            ? 'There are no tokens.'
            : table(['PREFIX', 'NAME', 'SCOPE', 'UNTIL', 'LAST USED'], rows.map(rowOf)),
        );
        return;
      }
      const order = {
        name: options.name,
        scope: options.scope,
        token: options.tokenStdin ? terminal.readSecretFromStdin() : undefined,
        expiresMs: options.days === undefined ? undefined : Date.now() + daysOf(options.days) * DAY_MS,
      };
      const made = await withControl(options, (api) =>
        api.call<ApiTokenView & { readonly token?: string }>('POST', path, order),
      );
      const until = `Good until ${minuteOf(made.expiresMs)} UTC; its scope is ${made.scope}.`;
      said(made, made.token === undefined ? until : `${made.token}\nShown this once. ${until}`);
    });
}

function rowOf({ prefix, name, scope, expiresMs, lastUsedMs }: ApiTokenView): string[] {
  return [prefix, name, scope, minuteOf(expiresMs), lastUsedMs === null ? 'never' : minuteOf(lastUsedMs)];
}

function daysOf(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) throw new UsageError(`"${text}" is no number of days`);
  return days;
}
