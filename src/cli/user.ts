import { type Command, Option } from 'commander';
import type { User } from '../auth/ports.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import type { ControlChannel } from './control-channel.ts';
import { UsageError } from './failures.ts';
import { readPassword, type SecretOptions, withPasswordOptions } from './secret-option.ts';
import { table } from './table.ts';
import { addUserLinkCommand } from './user-link.ts';
import { addUserReloadCommand } from './user-reload.ts';
import { addUserTokenCommand } from './user-token.ts';
import { addUserTotpCommand } from './user-totp.ts';

interface UserOptions extends CommonOptions, SecretOptions {
  readonly user: string;
  readonly group?: readonly string[] | false;
  readonly role?: string;
  readonly email?: string;
  /** Of `--2fa-sendto`, as RPort names it. */
  readonly '2faSendto'?: string;
  readonly enable?: true;
  readonly disable?: true;
  readonly json?: true;
}

interface ChangeOptions extends UserOptions {
  readonly media?: string;
  readonly collections?: string;
}

const ADMINISTRATORS = 'Administrators';
const ROLES = ['administrator', 'operator', 'user', 'viewer'];

export function addUserCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const user = program.command('user').description('people and their accounts');

  addUserLinkCommand(user, context);
  addUserTokenCommand(user, context);
  addUserTotpCommand(user, context);
  addUserReloadCommand(user, context);

  function show(person: User, isJson: true | undefined, text: string): void {
    terminal.print(isJson ? JSON.stringify(person) : text);
  }

  withPasswordOptions(accountOptions(oneUser(user, 'add', 'add a person')))
    .option('-g, --group <channel>', 'channel to join; may be given several times', collect)
    .action(async (options: UserOptions) => {
      const password = await readPassword(options, terminal);
      const { user: name, email } = options;
      const { groups, role } = placeOf(options);
      const person = await withControl(options, async (api) => {
        const added = await api.call<User>('POST', '/api/people', { name, password, groups, role, email });
        await sendCodesTo(api, options);
        return added;
      });
      const note = person.hasPassword ? '' : ' It has no password: it signs in by certificate only.';
      show(person, options.json, `Added ${person.name} (${person.role}).${note}`);
    });

  withPasswordOptions(accountOptions(oneUser(user, 'change', 'change a person')))
    .option('-g, --group <channel>', 'a channel to be in from now on, instead of all before', collect)
    .option('--no-group', 'leave all channels')
    .option('--enable', 'let the person in again')
    .addOption(new Option('--disable', 'end all access of the person now').conflicts('enable'))
    .option('--media <buckets>', 'media buckets that the person may read, with commas; empty: none')
    .option(
      '--collections <list>',
      'TAXII collections, as collection-A=read,collection-B=modify; empty: none',
    )
    .action(async (options: ChangeOptions) => {
      const password = await readPassword(options, terminal);
      const change = {
        password,
        ...placeOf(options),
        email: options.email,
        isEnabled: options.enable ?? (options.disable ? false : undefined),
      };
      const { media, collections } = options;
      const permissions = collections === undefined ? undefined : permissionsOf(collections);
      const isElse = [media, permissions, options['2faSendto']].some((value) => value !== undefined);
      if (!isElse && Object.values(change).every((value) => value === undefined)) {
        throw new UsageError('say what is to change (see bivouac user change --help)');
      }
      const person = await withControl(options, async (api) => {
        const path = pathOf(options.user);
        if (media !== undefined) await api.call('PUT', `${path}/buckets`, { buckets: bucketsOf(media) });
        if (permissions !== undefined) await api.call('PUT', `${path}/collections`, { permissions });
        await sendCodesTo(api, options);
        return api.call<User>('PATCH', path, change);
      });
      show(person, options.json, `Changed ${person.name} (${person.role}, ${person.state}).`);
    });

  oneUser(user, 'delete', 'delete a person for good; all certificates of it are revoked').action(
    async (options: UserOptions) => {
      await withControl(options, (api) => api.call('DELETE', pathOf(options.user)));
      terminal.print(options.json ? JSON.stringify({ deleted: options.user }) : `Deleted ${options.user}.`);
    },
  );

  oneUser(user, 'expire', 'make the password useless until it is set anew, and sign the person out')
    .option('--sessions', 'only sign the person out, everywhere')
    .action(async (options: UserOptions & { readonly sessions?: true }) => {
      const path = pathOf(options.user);
      if (options.sessions) {
        const gone = await withControl(options, (api) =>
          api.call<{ ended: number }>('DELETE', `${path}/sessions`),
        );
        terminal.print(options.json ? JSON.stringify(gone) : `Signed out: ${gone.ended} sessions.`);
        return;
      }
      const person = await withControl(options, (api) => api.call<User>('POST', `${path}/expire-password`));
      show(person, options.json, `The password of ${person.name} is expired.`);
    });

  withCommonOptions(user.command('list').description('everybody who has an account'))
    .option('--json', 'as JSON')
    .action(async (options: CommonOptions & { json?: true }) => {
      const people = await withControl(options, (api) => api.call<User[]>('GET', '/api/people'));
      if (options.json) terminal.print(JSON.stringify(people));
      else if (people.length === 0) terminal.print('There is nobody yet: bivouac user add -u NAME -p');
      else terminal.print(table(['NAME', 'ROLE', 'STATE', 'PASSWORD', 'CHANNELS'], people.map(rowOf)));
    });
}

function oneUser(parent: Command, name: string, description: string): Command {
  return withCommonOptions(parent.command(name).description(description))
    .requiredOption('-u, --user <name>', 'name of the person')
    .option('--json', 'as JSON');
}

function accountOptions(command: Command): Command {
  return command
    .addOption(new Option('--role <role>', 'what the person may do').choices(ROLES))
    .option('--email <address>', 'mail address')
    .option('--2fa-sendto <address>', 'where codes for signing in are sent; empty: nowhere');
}

/** RPort's group of administrators is a role here. */
function placeOf({ group, role }: UserOptions) {
  if (group === undefined) return { role };
  const groups = group === false ? [] : group.filter((name) => name !== ADMINISTRATORS);
  return {
    groups,
    role: role ?? (group !== false && group.includes(ADMINISTRATORS) ? 'administrator' : undefined),
  };
}

async function sendCodesTo(api: ControlChannel, { user, '2faSendto': sendTo }: UserOptions): Promise<void> {
  if (sendTo !== undefined) await api.call('PUT', `${pathOf(user)}/factors/codes`, { sendTo });
}

function rowOf({ name, role, state, hasPassword, isPasswordExpired, groups }: User): string[] {
  const password = isPasswordExpired ? 'expired' : hasPassword ? 'yes' : 'no';
  const channels = [...new Set(groups.map((group) => group.name))];
  return [name, role, state, password, channels.join(', ')];
}

function pathOf(name: string): string {
  return `/api/people/${encodeURIComponent(name)}`;
}

function bucketsOf(list: string): string[] {
  return list.split(',').filter((name) => name !== '');
}

/** A name alone may be read. */
function permissionsOf(list: string): Record<string, string> {
  const entries = list.split(',').filter((entry) => entry !== '');
  return Object.fromEntries(
    entries.map((entry) => {
      const [, name = '', permission = 'read'] = /^([^=]*)(?:=(.*))?$/.exec(entry) ?? [];
      if (!['read', 'modify'].includes(permission)) {
        throw new UsageError(`"${entry}": write NAME=read or NAME=modify`);
      }
      return [name, permission];
    }),
  );
}

/** Several times, or once with commas, as RPort's own command has it. */
function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').filter((name) => name !== '')];
}
