import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { addCertCaCommands } from './cert-ca.ts';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { UsageError } from './failures.ts';
import { asCaller } from './owner.ts';
import { minuteOf, table } from './table.ts';

interface IssuedAnswer {
  readonly serial: string;
  readonly notAfterMs: number;
  readonly caPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem?: string;
  readonly p12?: string;
  readonly p12Password?: string;
}

interface CertificateRow {
  readonly serial: string;
  readonly username: string;
  readonly deviceUid: string | null;
  readonly notAfterMs: number;
  readonly revokedAtMs: number | null;
}

const REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
];

export function addCertCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const cert = program.command('cert').description('certificates of clients and of the kit');

  addCertCaCommands(cert, context);

  withCommonOptions(cert.command('issue').description('make a key and a certificate, bound to no device'))
    .requiredOption('--user <name>', 'whom it speaks for')
    .requiredOption('--out <dir>', 'directory for the files')
    .addOption(
      new Option('--format <format>', 'pem: NAME.pem, NAME.key, ca.pem; p12: NAME.p12')
        .choices(['pem', 'p12'])
        .default('pem'),
    )
    .option('--json', 'as JSON')
    .action(async (options: CommonOptions & { user: string; out: string; format: string; json?: true }) => {
      const { user, out, format } = options;
      const base = fileNameOf(user);
      const issued = await withControl(options, (api) =>
        api.call<IssuedAnswer>('POST', '/api/certs', { username: user, format }),
      );
      const files = writeIssued(out, base, issued);
      const { serial, notAfterMs, p12Password } = issued;
      if (options.json) terminal.print(JSON.stringify({ serial, notAfterMs, files, p12Password }));
      else {
        terminal.print(
          `Wrote ${files.join(', ')}; serial ${serial}, good until ${minuteOf(notAfterMs)} UTC.`,
        );
        if (p12Password !== undefined) terminal.print(`Password of the .p12: ${p12Password}`);
      }
    });

  withCommonOptions(cert.command('list').description('every certificate that was issued, newest first'))
    .option('--user <name>', 'only those of one person')
    .option('--json', 'as JSON')
    .action(async (options: CommonOptions & { user?: string; json?: true }) => {
      const query = options.user === undefined ? '' : `?username=${encodeURIComponent(options.user)}`;
      const rows = await withControl(options, (api) =>
        api.call<CertificateRow[]>('GET', `/api/certs${query}`),
      );
      if (options.json) terminal.print(JSON.stringify(rows));
      else if (rows.length === 0) terminal.print('No certificate was issued yet.');
      else terminal.print(table(['SERIAL', 'USER', 'DEVICE', 'GOOD UNTIL', 'REVOKED'], rows.map(rowOf)));
    });

  withCommonOptions(cert.command('revoke').description('end one certificate, or all of a person, now'))
    .option('--serial <serial>', 'the certificate')
    .option('--user <name>', 'every certificate of this person')
    .addOption(new Option('--reason <reason>', 'why, for the revocation list').choices(REASONS))
    .option('--json', 'as JSON')
    .action(
      async (options: CommonOptions & { serial?: string; user?: string; reason?: string; json?: true }) => {
        const { serial, user: username, reason } = options;
        if ((serial === undefined) === (username === undefined)) {
          throw new UsageError('give either --serial or --user');
        }
        const { revoked } = await withControl(options, (api) =>
          api.call<{ revoked: string[] }>('POST', '/api/certs/revoke', { serial, username, reason }),
        );
        if (options.json) terminal.print(JSON.stringify({ revoked }));
        else if (revoked.length === 0) terminal.print('Nothing to revoke: no certificate was good any more.');
        else terminal.print(`Revoked ${revoked.join(', ')}.`);
      },
    );
}

/** Writes as the caller, keys readable by nobody else. Returns the paths. */
function writeIssued(out: string, base: string, issued: IssuedAnswer): string[] {
  const files: [name: string, content: string | Buffer, mode: number][] = [];
  if (issued.p12 !== undefined) files.push([`${base}.p12`, Buffer.from(issued.p12, 'base64'), 0o600]);
  else {
    files.push([`${base}.pem`, issued.certificatePem, 0o644]);
    files.push([`${base}.key`, issued.privateKeyPem ?? '', 0o600]);
    files.push(['ca.pem', issued.caPem, 0o644]);
  }
  return asCaller(() => {
    mkdirSync(out, { recursive: true });
    return files.map(([name, content, mode]) => {
      const path = join(out, name);
      writeFileSync(path, content, { mode });
      return path;
    });
  });
}

/** A user name becomes a file name; the server has its own rules, this one keeps it inside the directory. */
function fileNameOf(user: string): string {
  if (/[/\\\0]/.test(user) || user.startsWith('.')) throw new UsageError(`"${user}" cannot be a file name`);
  return user;
}

function rowOf({ serial, username, deviceUid, notAfterMs, revokedAtMs }: CertificateRow): string[] {
  return [
    serial,
    username,
    deviceUid ?? '-',
    minuteOf(notAfterMs),
    revokedAtMs === null ? 'no' : minuteOf(revokedAtMs),
  ];
}
