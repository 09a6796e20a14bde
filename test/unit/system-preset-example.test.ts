import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { KEYS_LINES, parsePreset, SCREENS } from '../../src/system/preset.ts';

const BOOT = new URL('../../image/boot/', import.meta.url);
const EXAMPLE = readFileSync(new URL('bivouac-preset.toml', BOOT), 'utf8');

test('the file on the card sets nothing as it comes', () => {
  assert.deepEqual(parsePreset(EXAMPLE), { preset: {}, problems: [], isToml: true });
});

test('every line of it may be taken in, once its gaps are filled', () => {
  const filled = EXAMPLE.replaceAll(/^#(\[|\w+ = )/gm, '$1')
    .replace('passwordHash = ""', 'passwordHash = "$2y$12$abcdefghijklmnopqrstuv"')
    .replace(/(\[uplink\].*\nname = )""/, '$1"Base"')
    .replaceAll('passphrase = ""', 'passphrase = "seven wet horses"');
  const { preset, problems } = parsePreset(filled);
  assert.deepEqual(problems, []);
  assert.equal(Object.keys(preset).length, 16);
});

test('every overlay that a preset can ask for is in the image', () => {
  const lines = [...KEYS_LINES, ...Object.values(SCREENS).flat()];
  for (const line of lines.filter((candidate) => candidate.startsWith('dtoverlay='))) {
    const file = `overlays/${line.slice('dtoverlay='.length)}.dts`;
    assert.ok(existsSync(new URL(file, BOOT)), file);
  }
});
