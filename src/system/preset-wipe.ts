import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { PRESET_SECRETS, parsePreset } from './preset.ts';

/** First line of a file that has been applied: it is not looked at again until somebody takes the line away. */
export const APPLIED_MARK = '# Applied.';

export function isApplied(text: string): boolean {
  return text.trimStart().startsWith(APPLIED_MARK);
}

/** The same file with its secrets taken out, line by line, so that a person finds the rest as it was. */
export function withoutSecrets(text: string): string {
  let table = '';
  let isInside = false;
  const lines = text.split('\n').flatMap((line) => {
    const opened = /^\s*\[([^\]]+)\]/.exec(line);
    if (opened !== null) table = `${opened[1]?.replaceAll(/[\s"']/g, '')}.`;
    if (isInside) {
      isInside = !/"""|'''/.test(line);
      return [];
    }
    const key = /^\s*([A-Za-z0-9_."'-]+)\s*=/.exec(line)?.[1]?.replaceAll(/["']/g, '');
    const isSecret = PRESET_SECRETS.some((secret) => `${table}${key}` === secret);
    // A text of several lines goes with its first.
    if (isSecret) isInside = /=\s*("""|''')(?!.*\1)/.test(line);
    // A comment may hold what was tried before.
    if (isSecret || mentionsSecret(line)) return [];
    return [line];
  });
  const head = `${APPLIED_MARK} Secrets were taken out. To have it applied once more: fill them in, remove this line.`;
  const wiped = [head, ...lines].join('\n');
  // TOML has more ways to write a value than lines tell: then nothing is kept.
  const { preset } = parsePreset(text);
  const values = PRESET_SECRETS.flatMap((secret) =>
    preset[secret] === undefined ? [] : [String(preset[secret])],
  );
  const left = parsePreset(wiped);
  const isClean =
    left.isToml &&
    PRESET_SECRETS.every((secret) => left.preset[secret] === undefined) &&
    values.every((value) => !wiped.includes(value));
  return isClean ? wiped : `${head}\n`;
}

function mentionsSecret(line: string): boolean {
  return /^\s*#.*(passphrase|passwordHash)\s*=/.test(line);
}

/**
 * Writes over the file where it lies, zeros first, and onto the card. A card keeps old copies of what is written
 * over, out of reach of its file system: somebody with the right tools may still find them.
 */
export function overwrite(path: string, oldBytes: number, text: string): void {
  const file = openSync(path, 'r+');
  try {
    writeAll(file, Buffer.alloc(oldBytes));
    fsyncSync(file);
    const bytes = Buffer.from(text);
    writeAll(file, bytes);
    ftruncateSync(file, bytes.length);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, done);
}
