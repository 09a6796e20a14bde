import { type Command, Option } from 'commander';
import type { Invitation } from '../http/onboarding.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { UsageError } from './failures.ts';
import { minuteOf } from './table.ts';

interface LinkOptions extends CommonOptions {
  readonly user: string;
  readonly client: string;
  readonly host?: string;
  readonly withCertificate?: true;
  readonly minutes?: string;
  readonly json?: true;
}

export function addUserLinkCommand(user: Command, { terminal }: CommandContext): void {
  withCommonOptions(
    user.command('link').description('bring a phone of a person onto the kit: code, link, QR'),
  )
    .requiredOption('-u, --user <name>', 'name of the person')
    .addOption(
      new Option('--client <client>', 'the program on the device')
        .choices(['atak', 'wintak', 'itak'])
        .default('atak'),
    )
    .option('--host <host>', 'name or address under which the device reaches this kit')
    .option('--with-certificate', 'with a finished certificate in the package (its link then needs TLS)')
    .option('--minutes <minutes>', 'how long link and code are good (default: 15)')
    .option('--json', 'as JSON')
    .action(async (options: LinkOptions) => {
      const { client, host, withCertificate, json } = options;
      const order = { client, host, withCertificate, minutes: minutesOf(options.minutes) };
      const path = `/api/people/${encodeURIComponent(options.user)}/invitations`;
      await withControl(options, async (api) => {
        const invitation = await api.call<Invitation>('POST', path, order);
        if (json) {
          terminal.print(JSON.stringify(invitation));
          return;
        }
        const drawn = await api.download('POST', '/api/qr', { text: invitation.scan, form: 'text' });
        terminal.print(textOf(invitation, await drawn.text()));
      });
    });
}

function textOf(invitation: Invitation, qr: string): string {
  const { username, expiresMs, steps, code, pageUrl, enrolLink } = invitation;
  return [
    `For ${username}, once, until ${minuteOf(expiresMs)} UTC:`,
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    '',
    qr,
    ...(code === undefined ? [] : [`Code: ${code.slice(0, 4)}-${code.slice(4)}`]),
    `Page for the device: ${pageUrl}`,
    ...(enrolLink === undefined ? [] : [`Or, without a package: ${enrolLink}`]),
  ].join('\n');
}

function minutesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const minutes = Number(text);
  if (!Number.isInteger(minutes) || minutes < 1) throw new UsageError(`"${text}" is no number of minutes`);
  return minutes;
}
