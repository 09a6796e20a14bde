/** Writes docs/configuration.md from the table in src/config/schema.ts: `make docs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { z } from 'zod';
import type { Key } from '../src/config/key.ts';
import { KEYS } from '../src/config/schema.ts';

const intro = `# Configuration

Bivouac runs without a configuration: every key has a default. Change only what you need.

Values come from four places; a later one wins:

1. the defaults below
2. the file \`/etc/bivouac/config.toml\`, or the one named by \`--config FILE\`
3. the environment: \`BIVOUAC_\` and the key, dots as \`__\`, case does not count (\`BIVOUAC_COT__AUTH=cert\`)
4. \`--set key=value\` on the command line, as often as you like; \`--data DIR\` is short for \`--set dataDir=DIR\`

\`\`\`toml
name = "Rescue 3"

[listen]
cotTls = "[::]:8089"

[cot]
auth = "cert"
\`\`\`

A key that does not exist is an error, and the message names the one you probably meant. Nothing starts with a
configuration that is wrong in part. A change counts after a restart of the server.

A listener (\`listen.NAME\`) is \`HOST:PORT\`, a comma list of them, or \`off\`. \`[::]\` is every address of the box,
IPv4 too; port 0 takes a free one, which the line \`app.ready\` of the log then names. A listener whose part of the
server is not in this version yet is accepted here and absent from that line.

Made from \`src/config/schema.ts\` by \`make docs\`; change it there.
`;

function sections(): Map<string, [string, Key][]> {
  const found = new Map<string, [string, Key][]>();
  for (const [name, entry] of KEYS) {
    const table = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
    found.set(table, [...(found.get(table) ?? []), [name, entry]]);
  }
  return found;
}

function row([name, { schema, default: fallback, description, unit }]: [string, Key]): string {
  const value = inline(fallback);
  const cells = [`\`${name}\``, `\`${value}\``, [allowed(schema), unit].filter(Boolean).join(' ')];
  return `| ${[...cells, description].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A value of TOML on one line: tables too, which TOML's writer spreads over several. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(inline).join(', ')} ]`;
  if (typeof value !== 'object' || value === null)
    return stringify({ value }).slice('value = '.length).trim();
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${name} = ${inline(inner)}`)
    .join(', ')} }`;
}

/** What a value may be, as far as the schema tells a machine. */
function allowed(schema: z.ZodType): string {
  const about = z.toJSONSchema(schema, { io: 'input' });
  if (about.enum !== undefined) return about.enum.map((value) => `\`${value}\``).join(' ');
  if (about.type === 'boolean') return '`true` `false`';
  if (about.type === 'array') {
    const { items } = about;
    return typeof items === 'object' && 'type' in items && items.type === 'object'
      ? 'list of tables'
      : 'list of texts';
  }
  if (about.type !== 'integer' && about.type !== 'number') return '';
  return `${about.minimum ?? ''} to ${about.maximum ?? ''}`;
}

const tables = [...sections()].map(
  ([table, entries]) => `
## ${table === '' ? 'General' : `\`[${table}]\``}

| Key | Default | Allowed | What it is |
|---|---|---|---|
${entries.map(row).join('\n')}
`,
);

writeFileSync(join(import.meta.dirname, '../docs/configuration.md'), intro + tables.join(''));
