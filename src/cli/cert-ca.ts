import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { UsageError } from './failures.ts';
import { asCaller } from './owner.ts';
import { readPassword, type SecretOptions, withPasswordOptions } from './secret-option.ts';
import { minuteOf, table } from './table.ts';

interface CaRow {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  readonly isRetired: boolean;
  readonly notAfterMs: number;
  readonly fingerprint: string;
}

type JsonOption = CommonOptions & { readonly json?: true };

/** `cert ca` alone prints the certificates; its subcommands look after the authority itself. */
export function addCertCaCommands(cert: Command, { terminal }: CommandContext): void {
  const say = (isJson: true | undefined, data: unknown, text: string) =>
    terminal.print(isJson ? JSON.stringify(data) : text);
  const ca = withCommonOptions(
    cert.command('ca').description('print the certificates that clients must trust (PEM)'),
  )
    .option('--json', 'as JSON')
    .action(async (options: JsonOption) => {
      const pem = await withControl(options, async (api) =>
        (await api.download('GET', '/api/certs/ca')).text(),
      );
      await terminal.write(options.json ? `${JSON.stringify({ pem })}\n` : pem);
    });
  const subcommand = (name: string, description: string) =>
    withCommonOptions(ca.command(name).description(description)).option('--json', 'as JSON');

  subcommand('list', 'the authorities of this kit, oldest first').action(async (options: JsonOption) => {
    const rows = await withControl(options, (api) => api.call<CaRow[]>('GET', '/api/cas'));
    say(options.json, rows, table(['ID', 'NAME', 'ORIGIN', 'STATE', 'GOOD UNTIL'], rows.map(rowOf)));
  });

  subcommand(
    'roll-over',
    'introduce a new authority; the present one stays trusted until it is retired',
  ).action(async (options: JsonOption) => {
    const made = await withControl(options, (api) => api.call<CaRow>('POST', '/api/cas/roll-over'));
    say(
      options.json,
      made,
      `New clients get certificates of "${made.name}" from now on.\n` +
        'Give every device a new package, then: bivouac cert ca retire ID (see bivouac cert ca list).',
    );
  });

  subcommand('retire', 'end the trust in an authority and forget its key; its clients are refused')
    .argument('<id>', 'as bivouac cert ca list shows it')
    .action(async (id: string, options: JsonOption) => {
      await withControl(options, (api) => api.call('POST', `/api/cas/${encodeURIComponent(id)}/retire`));
      say(options.json, { retired: id }, `Retired ${id}.`);
    });

  withPasswordOptions(subcommand('import', 'take an authority that exists elsewhere as the newest'))
    .requiredOption('--certificate <file>', 'its certificate, PEM')
    .requiredOption('--key <file>', 'its private key, PEM; -p or --password-stdin where it is encrypted')
    .action(async (options: JsonOption & SecretOptions & { certificate: string; key: string }) => {
      const passphrase = await readPassword(options, terminal, { isNew: false });
      const certificatePem = readFileSync(options.certificate, 'utf8');
      const keyPem = readFileSync(options.key, 'utf8');
      const result = await withControl(options, (api) =>
        api.call<{ generation: CaRow; retired: CaRow[] }>('POST', '/api/cas/import', {
          certificatePem,
          keyPem,
          passphrase,
        }),
      );
      const retired = result.retired.map(({ name }) => ` Retired "${name}", which nothing depended on.`);
      say(
        options.json,
        result,
        `Clients get certificates of "${result.generation.name}".${retired.join('')}`,
      );
    });

  withPasswordOptions(subcommand('export', 'take the key of an authority away, under a passphrase'))
    .requiredOption('--out <dir>', 'directory for ca.pem and ca.key')
    .option('--id <id>', 'which one (default: the newest)')
    .action(async (options: JsonOption & SecretOptions & { out: string; id?: string }) => {
      const passphrase = await readPassword(options, terminal);
      if (passphrase === undefined) {
        throw new UsageError('the key leaves under a passphrase only: give -p or --password-stdin');
      }
      const { certificatePem, encryptedKeyPem } = await withControl(options, (api) =>
        api.call<{ certificatePem: string; encryptedKeyPem: string }>('POST', '/api/cas/export', {
          passphrase,
          id: options.id,
        }),
      );
      const files = [join(options.out, 'ca.pem'), join(options.out, 'ca.key')] as const;
      asCaller(() => {
        mkdirSync(options.out, { recursive: true });
        writeFileSync(files[0], certificatePem);
        writeFileSync(files[1], encryptedKeyPem, { mode: 0o600 });
      });
      say(
        options.json,
        { files },
        `Wrote ${files.join(' and ')}. Whoever has both and the passphrase is this kit.`,
      );
    });
}

function rowOf({ id, name, origin, isRetired, notAfterMs }: CaRow): string[] {
  return [id, name, origin, isRetired ? 'retired' : 'trusted', minuteOf(notAfterMs)];
}
