import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CODE_FORMS,
  newDeviceCode,
  newPairingCode,
  parsePairingCode,
  spacedCode,
} from '../../src/auth/pairing-codes.ts';
import type { CodeForm } from '../../src/auth/pairing-ports.ts';

const FORMS: readonly CodeForm[] = ['short', 'long'];

test('the alphabets have no two letters that look alike, and no vowels where eight letters could be a word', () => {
  assert.equal(CODE_FORMS.short.alphabet.length, 30);
  assert.equal(CODE_FORMS.long.alphabet.length, 20);
  for (const { alphabet } of Object.values(CODE_FORMS)) {
    assert.equal(new Set(alphabet).size, alphabet.length);
    for (const lookAlike of '01OIJL') {
      // J and L have no neighbour among the twenty.
      if (alphabet.length === 20 && 'JL'.includes(lookAlike)) continue;
      assert.ok(!alphabet.includes(lookAlike), lookAlike);
    }
  }
  assert.ok(!/[AEIOUY]/.test(CODE_FORMS.long.alphabet));
});

test('every letter comes equally often at every place', () => {
  for (const form of FORMS) {
    const { alphabet, chars } = CODE_FORMS[form];
    const draws = 20_000;
    const counts = Array.from({ length: chars }, () => new Map<string, number>());
    for (let i = 0; i < draws; i++) {
      const code = newPairingCode(form);
      assert.equal(code.length, chars);
      for (const [place, char] of [...code].entries()) {
        counts[place]!.set(char, (counts[place]!.get(char) ?? 0) + 1);
      }
    }
    const expected = draws / alphabet.length;
    for (const atPlace of counts) {
      assert.equal(atPlace.size, alphabet.length);
      const chiSquare = [...atPlace.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
      // With 29 degrees of freedom beyond 80 comes once in a million times.
      assert.ok(chiSquare < 80, `${form}: ${chiSquare}`);
    }
  }
});

test('a code is found in whatever way it is typed', () => {
  const spoil = fc.array(fc.constantFrom('', ' ', '-', '.', '\t', '·', '_'), { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(fc.constantFrom(...FORMS), spoil, fc.boolean(), (form, between, isLower) => {
      const code = newPairingCode(form);
      const typed = [...code]
        .map((char, i) => `${between[i]}${isLower ? char.toLowerCase() : char}`)
        .join('');
      assert.equal(parsePairingCode(typed + between[8]), code);
    }),
  );
});

test('what is too short, too long or in another alphabet is no code', () => {
  for (const text of [
    '',
    '-',
    'ABCDE',
    'ABCDEFG',
    'ABCDE0',
    'BCDFGHJA',
    'BCDFGHJKL',
    ' '.repeat(1_000_000),
  ]) {
    assert.equal(parsePairingCode(text), undefined, text.slice(0, 20));
  }
});

test('codes are shown in groups', () => {
  assert.equal(spacedCode('K7M42P'), 'K7M 42P');
  assert.equal(spacedCode('HQRTXDLM'), 'HQRT-XDLM');
  assert.equal(parsePairingCode(spacedCode('K7M42P')), 'K7M42P');
});

test('no device code comes twice', () => {
  const codes = new Set(Array.from({ length: 1_000 }, newDeviceCode));
  assert.equal(codes.size, 1_000);
});
