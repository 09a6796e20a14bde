import { readFileSync } from 'node:fs';
import { parse as parseToml, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { didYouMean } from '../core/did-you-mean.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import { isKey, type Table } from './key.ts';
import { type Config, KEYS, SCHEMA } from './schema.ts';

/** Used when it exists and no other file is named. */
export const DEFAULT_CONFIG_FILE = '/etc/bivouac/config.toml';

export interface ConfigSources {
  /** `--config FILE`: must be readable. Without it the default file is used where it exists. */
  readonly file?: string | undefined;
  /** `--data DIR`. */
  readonly dataDir?: string | undefined;
  /** `--set key=value`, in the order given; the last one wins. */
  readonly set?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One value on its way into the configuration, with the place it came from for messages. */
interface Given {
  readonly value: unknown;
  readonly origin: string;
  /** Words from the environment and the command line are text: they are read as TOML where that fits. */
  readonly isText: boolean;
}

/** Defaults < TOML file < environment < `--set` (and `--data`). All problems are told at once. */
export function loadConfig(sources: ConfigSources): Config {
  const given = new Map<string, Given>();
  const problems: string[] = [];
  let hasUnknownKey = false;

  const take = (name: string, value: Given) => {
    if (KEYS.has(name)) {
      given.set(name, value);
      return;
    }
    hasUnknownKey = true;
    const meant = didYouMean(name, KEYS.keys());
    problems.push(
      `${value.origin}: there is no key "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    );
  };

  for (const [name, value] of readFileKeys(sources.file)) take(name, value);
  for (const [name, value] of environmentKeys(sources.environment)) take(name, value);
  for (const assignment of sources.set ?? []) {
    const at = assignment.indexOf('=');
    if (at < 1) problems.push(`--set ${assignment}: write it as key=value`);
    else
      take(assignment.slice(0, at).trim(), {
        value: assignment.slice(at + 1),
        origin: '--set',
        isText: true,
      });
  }
  if (sources.dataDir !== undefined)
    given.set('dataDir', { value: sources.dataDir, origin: '--data', isText: false });

  const values = new Map<string, unknown>();
  for (const [name, { schema, default: fallback }] of KEYS) {
    const { value, origin, isText } = given.get(name) ?? {
      value: fallback,
      origin: 'default',
      isText: false,
    };
    const parsed = isText ? parseText(schema, String(value)) : schema.safeParse(value);
    if (parsed.success) values.set(name, parsed.data);
    else problems.push(`${origin}: ${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  if (problems.length > 0) {
    throw new BivouacError(hasUnknownKey ? 'config.unknown_key' : 'config.invalid', problems.join('\n'));
  }
  return nest(SCHEMA, values) as Config;
}

function* readFileKeys(file: string | undefined): Iterable<[string, Given]> {
  const path = file ?? DEFAULT_CONFIG_FILE;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (file === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new BivouacError('config.unreadable', `${path}: ${messageOf(error)}`);
  }
  let document: Record<string, unknown>;
  try {
    document = parseToml(text);
  } catch (error) {
    const place = error instanceof TomlError ? `:${error.line}:${error.column}` : '';
    throw new BivouacError('config.syntax', `${path}${place}: ${messageOf(error).split('\n')[0]}`);
  }
  yield* tableKeys(document, SCHEMA, '', path);
}

/** Walks a TOML document along the schema, so that a table in a place of none is told by its name. */
function* tableKeys(
  table: Record<string, unknown>,
  schema: Table,
  prefix: string,
  origin: string,
): Iterable<[string, Given]> {
  for (const [name, value] of Object.entries(table)) {
    const entry = schema[name];
    const isTable =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
    if (isTable && entry !== undefined && !isKey(entry)) {
      yield* tableKeys(value as Record<string, unknown>, entry, `${prefix}${name}.`, origin);
    } else {
      yield [prefix + name, { value, origin, isText: false }];
    }
  }
}

const ENVIRONMENT_PREFIX = 'BIVOUAC_';
/** Read by the launcher and the tests, not configuration. */
const NOT_CONFIGURATION = new Set(['BIVOUAC_BINARY', 'BIVOUAC_DATA']);

/** `BIVOUAC_LISTEN__COTTLS` or `BIVOUAC_listen__cotTls`: shells like capitals, so case does not count. */
function* environmentKeys(environment: ConfigSources['environment']): Iterable<[string, Given]> {
  const byLowerCase = new Map([...KEYS.keys()].map((name) => [name.toLowerCase(), name]));
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(ENVIRONMENT_PREFIX) || NOT_CONFIGURATION.has(variable) || value === undefined)
      continue;
    const name = variable.slice(ENVIRONMENT_PREFIX.length).replaceAll('__', '.');
    yield [
      byLowerCase.get(name.toLowerCase()) ?? name,
      { value, origin: `environment ${variable}`, isText: true },
    ];
  }
}

/** `true`, `20` and `["a"]` on the command line mean what they would mean in the file. */
function parseText(schema: z.ZodType, text: string): z.ZodSafeParseResult<unknown> {
  const asString = schema.safeParse(text);
  const takesText = asString.success || asString.error.issues.every((issue) => issue.code !== 'invalid_type');
  if (takesText) return asString;
  let value: unknown = text;
  try {
    value = parseToml(`value = ${text}`)['value'];
  } catch {
    // Not TOML: the schema says what it wants instead.
  }
  return schema.safeParse(value);
}

function nest(table: Table, values: ReadonlyMap<string, unknown>, prefix = ''): unknown {
  return Object.fromEntries(
    Object.entries(table).map(([name, entry]) => [
      name,
      isKey(entry) ? values.get(prefix + name) : nest(entry, values, `${prefix}${name}.`),
    ]),
  );
}
