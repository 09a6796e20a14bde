import { parse as parseToml, TomlError } from 'smol-toml';
import { z } from 'zod';
import { didYouMean } from '../core/did-you-mean.ts';
import { hotspotSettings } from './hotspot-settings.ts';

const hotspot = hotspotSettings.shape;

/** Screens and keys that may be wired to the header, and the lines that they need of the firmware (config.txt). */
export const SCREENS = {
  none: [],
  ssd1306: ['dtparam=i2c_arm=on', 'dtoverlay=bivouac-ssd1306'],
  ili9341: ['dtparam=spi=on', 'dtoverlay=bivouac-ili9341'],
  'official-touch': ['dtoverlay=bivouac-official-touch'],
} as const satisfies Record<string, readonly string[]>;
export const KEYS_LINES = ['dtoverlay=bivouac-keys'];

/**
 * Every key of `bivouac-preset.toml`, by dotted name. The words of a wrong value are never in a message: it may be
 * a passphrase that slipped one line down, and messages go to the display.
 */
const PRESET_KEYS = {
  name: z.string().trim().min(1).max(40),
  country: hotspot.country,
  timezone: z.string().refine(isTimezone, 'a time zone as in Europe/Berlin'),
  'hotspot.isOn': z.boolean(),
  'hotspot.name': hotspot.name,
  'hotspot.passphrase': hotspot.passphrase,
  'hotspot.channel': hotspot.channel,
  'hotspot.clientsMayTalk': z.boolean(),
  'administrator.username': z.string().regex(/^[^\s/]{1,64}$/, 'a user name without spaces'),
  'administrator.passwordHash': z
    .string()
    .max(512)
    .regex(/^(\$argon2id\$|\$2[aby]\$|\$scrypt\$|\$pbkdf2-)\S+$/, 'a hash as in $argon2id$… or $2y$…'),
  'uplink.name': hotspot.name,
  'uplink.passphrase': hotspot.passphrase,
  'hardware.keys': z.boolean(),
  'hardware.screen': z.enum(Object.keys(SCREENS) as [keyof typeof SCREENS]),
  'display.rotation': z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  'display.theme': z.enum(['dark', 'day', 'night-red']),
} as const;

export type PresetKey = keyof typeof PRESET_KEYS;
/** What the file sets, by dotted name. */
export type Preset = { readonly [K in PresetKey]?: z.output<(typeof PRESET_KEYS)[K]> };

/** Keys whose values must not stay on the card. */
export const PRESET_SECRETS: readonly PresetKey[] = [
  'hotspot.passphrase',
  'administrator.passwordHash',
  'uplink.passphrase',
];

export interface ParsedPreset {
  readonly preset: Preset;
  /** Sentences for a person, all at once; what is wrong is not applied, nor is the rest. */
  readonly problems: readonly string[];
  /** Whether it could be read at all. */
  readonly isToml: boolean;
}

export function parsePreset(text: string): ParsedPreset {
  let document: Record<string, unknown>;
  try {
    document = parseToml(text);
  } catch (error) {
    const line = error instanceof TomlError ? ` in line ${error.line}` : '';
    // The message of the parser quotes the line.
    return { preset: {}, problems: [`It is not valid TOML${line}.`], isToml: false };
  }
  const preset: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, value] of entriesOf(document)) {
    const schema = PRESET_KEYS[name as PresetKey];
    if (schema === undefined) {
      const meant = didYouMean(name, Object.keys(PRESET_KEYS));
      problems.push(`There is no key "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
      continue;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) preset[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map(({ message }) => message).join('; ')}.`);
  }
  problems.push(...contradictions(preset as Preset));
  return { preset: preset as Preset, problems, isToml: true };
}

function contradictions(preset: Preset): string[] {
  const problems: string[] = [];
  if (preset['administrator.username'] !== undefined && preset['administrator.passwordHash'] === undefined) {
    problems.push('administrator.username is there without administrator.passwordHash.');
  }
  if (preset['uplink.passphrase'] !== undefined && preset['uplink.name'] === undefined) {
    problems.push('uplink.passphrase is there without uplink.name.');
  }
  return problems;
}

function* entriesOf(table: Record<string, unknown>, prefix = ''): Iterable<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isTable && !(value instanceof Date))
      yield* entriesOf(value as Record<string, unknown>, `${prefix}${name}.`);
    else yield [prefix + name, value];
  }
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
