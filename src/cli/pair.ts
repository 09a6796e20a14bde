import type { Command } from 'commander';
import type { FoundRequest, OpenCode, PairingView } from '../auth/pairing-ports.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import type { ControlChannel } from './control-channel.ts';
import { UsageError } from './failures.ts';
import { addPairTvCommand } from './pair-tv.ts';
import { minuteOf, table } from './table.ts';

interface GrantOptions extends CommonOptions {
  readonly name?: string;
  readonly channel?: readonly string[];
  readonly json?: true;
}

type JsonOptions = CommonOptions & { readonly json?: true };

/** The longest that is a code with its dash or space; an id is longer. */
const CODE_MAX_CHARS = 9;

export function addPairCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const pair = program.command('pair').description('TVs, watches and other screens');
  const said = (isJson: true | undefined, json: object, text: string) =>
    terminal.print(isJson ? JSON.stringify(json) : text);

  grantOptions(
    withCommonOptions(pair.command('open').description('show a code for one device to type, for 120 s')),
  ).action(async (options: GrantOptions) => {
    const opened = await withControl(options, (api) =>
      api.call<OpenCode>('POST', '/api/pairings/open', grantOf(options)),
    );
    const until = minuteOf(opened.expiresMs);
    said(options.json, opened, `Type this code on the device, before ${until} UTC: ${spaced(opened.code)}`);
  });

  withCommonOptions(pair.command('list').description('devices that wait to be approved, and paired ones'))
    .option('--json', 'as JSON')
    .action(async (options: JsonOptions) => {
      const rows = await withControl(options, (api) => api.call<PairingView[]>('GET', '/api/pairings'));
      if (options.json) terminal.print(JSON.stringify(rows));
      else if (rows.length === 0) terminal.print('No screen is paired, and none asks.');
      else
        terminal.print(table(['ID', 'STATE', 'KIND', 'NAME', 'CODE', 'OWNER', 'CHANNELS'], rows.map(rowOf)));
    });

  grantOptions(
    withCommonOptions(
      pair.command('approve <code>').description('let the device that shows this code look on'),
    ),
  ).action(async (code: string, options: GrantOptions) => {
    const approved = await withControl(options, async (api) => {
      const request = await find(api, code);
      return api.call<FoundRequest>('POST', `/api/pairings/${request.id}/approve`, grantOf(options));
    });
    const { kind, name, remote } = approved;
    said(options.json, approved, `Approved: ${name} (${kind}) at ${remote}.`);
  });

  withCommonOptions(pair.command('refuse <code>').description('refuse the device that shows this code'))
    .option('--json', 'as JSON')
    .action(async (code: string, options: JsonOptions) => {
      const refused = await withControl(options, async (api) => {
        const request = await find(api, code);
        return api.call<FoundRequest>('POST', `/api/pairings/${request.id}/refuse`);
      });
      said(options.json, refused, `Refused: ${refused.name} (${refused.kind}) at ${refused.remote}.`);
    });

  withCommonOptions(pair.command('revoke <id>').description('end a paired screen, now'))
    .option('--json', 'as JSON')
    .action(async (id: string, options: JsonOptions) => {
      if (id.length <= CODE_MAX_CHARS) throw new UsageError(`"${id}" is no id: see bivouac pair list`);
      await withControl(options, (api) => api.call('DELETE', `/api/pairings/${encodeURIComponent(id)}`));
      said(options.json, { revoked: id }, 'Ended. Its screen goes dark within two seconds.');
    });

  addPairTvCommand(pair, context);
}

function grantOptions(command: Command): Command {
  return command
    .option('--name <name>', 'how the screen is to be called')
    .option(
      '-g, --channel <channel>',
      'a channel that it may hear, instead of all; may be given several times',
      (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
    )
    .option('--json', 'as JSON');
}

function grantOf({ name, channel: channels }: GrantOptions): object {
  return { name, channels };
}

function find(api: ControlChannel, code: string): Promise<FoundRequest> {
  return api.call<FoundRequest>('POST', '/api/pairings/find', { code });
}

function spaced(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

function rowOf({ id, state, kind, name, code, owner, channels }: PairingView): string[] {
  return [id, state, kind, name, code ?? '-', owner ?? '-', channels.join(', ')];
}
