import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type CommandContext, type CommonOptions, withCommonOptions, withControl } from './command.ts';
import { asCaller } from './owner.ts';

interface PackageOptions extends CommonOptions {
  readonly user: string;
  readonly client: string;
  readonly host: string;
  readonly out: string;
  readonly json?: true;
}

export function addPackageCommands(program: Command, { terminal }: CommandContext): void {
  const group = program.command('package').description('connection packages for clients');

  withCommonOptions(group.command('create').description('make a package with a certificate of its own'))
    .requiredOption('--user <name>', 'whom it is for')
    .addOption(
      new Option('--client <client>', 'which program opens it')
        .choices(['atak', 'wintak', 'itak'])
        .makeOptionMandatory(),
    )
    .requiredOption('--host <host>', 'name or address under which the client reaches this kit')
    .requiredOption('--out <file>', 'where to write it')
    .option('--json', 'as JSON')
    .action(async (options: PackageOptions) => {
      const { user: username, client, host, out } = options;
      const zip = await withControl(options, async (api) =>
        (await api.download('POST', '/api/packages', { username, client, host })).bytes(),
      );
      // It holds a private key.
      asCaller(() => writeFileSync(out, zip, { mode: 0o600 }));
      terminal.print(
        options.json
          ? JSON.stringify({ file: out, bytes: zip.length })
          : `Wrote ${out}. It holds the key of ${username}: give it to nobody else.`,
      );
    });
}
