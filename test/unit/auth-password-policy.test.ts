import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPassword, estimateBits, normalisePassword } from '../../src/auth/password-policy.ts';
import { BivouacError } from '../../src/core/errors.ts';
import { DEFAULT_POLICY, GOOD_PASSWORD } from '../support/auth-fixture.ts';

function codeOf(
  password: string,
  policy = DEFAULT_POLICY,
  context: readonly string[] = ['alice', 'Bivouac'],
) {
  try {
    checkPassword(password, policy, context);
    return 'good';
  } catch (error) {
    assert.ok(error instanceof BivouacError);
    // Short ones can be part of any sentence (`password`).
    if (password.length >= 12) assert.ok(!error.message.includes(password), 'a message holds the password');
    return error.code;
  }
}

test('good passwords pass: phrases, random letters, any script, spaces', () => {
  for (const password of [
    GOOD_PASSWORD,
    'correct horse battery staple',
    'xkvqzjwpbnrtghd',
    'пингвин летит на юг',
    '雪山 飛行 銀色 海岸 茶碗 列車 灯',
    'Tr0ub4dor&3 and a yak',
    'ζεστό ψωμί κάθε πρωί',
  ]) {
    assert.equal(codeOf(password), 'good', password);
  }
});

test('weak passwords are refused although they are long', () => {
  for (const password of [
    'password',
    'passwordpassword',
    'P4ssw0rdP4ssw0rd!',
    'aaaaaaaaaaaaaaaaaaaa',
    'abcdefghijklmnopqrst',
    '12345678901234567890',
    'qwertyuiopasdfghjklzxcvbnm',
    'abcabcabcabcabcabcabc',
    'bivouacbivouacbivouac',
    'alicealicealicealice',
    'Al1ce-Bivouac-Al1ce',
    'iloveyou iloveyou iloveyou',
    'summer2026summer2026',
    'xkvqzjwpbnrtgh',
    '',
  ]) {
    assert.equal(codeOf(password), 'password.weak', password);
  }
});

test('the length counts characters, not bytes or UTF-16 units', () => {
  const fourteen = '🜁🜂🜃🜄🜅🜈🜋🜎🜑🜔🜗🜚🜝🜠';
  assert.equal([...fourteen].length, 14);
  assert.equal(codeOf(fourteen), 'password.weak');
  assert.equal(codeOf(`${fourteen}🝀`), 'good');
});

test('256 characters are taken, 257 are not, and a character that grows under NFKC is counted as it ends', () => {
  const phrase = Array.from({ length: 256 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)));
  assert.equal(codeOf(phrase.join('')), 'good');
  assert.equal(codeOf(`${phrase.join('')}龍`), 'password.weak');
  assert.equal(normalisePassword('\ufdfa'.repeat(14))?.length, 14 * 18);
  assert.equal(normalisePassword('\ufdfa'.repeat(15)), undefined);
  assert.equal(normalisePassword('x'.repeat(1_000_000)), undefined);
});

test('@ and : are refused with the text that OpenTAKServer uses, also in their wide forms', () => {
  assert.throws(() => checkPassword(`${GOOD_PASSWORD}@`, DEFAULT_POLICY, []), {
    code: 'password.forbidden_chars',
    message: 'Passwords should not include @ or : characters',
  });
  assert.equal(codeOf(`${GOOD_PASSWORD}:`), 'password.forbidden_chars');
  assert.equal(codeOf(`${GOOD_PASSWORD}＠`), 'password.forbidden_chars');
});

test('the forbidden characters are the operator’s choice', () => {
  assert.equal(codeOf(`${GOOD_PASSWORD}@:`, { ...DEFAULT_POLICY, forbiddenChars: '' }), 'good');
  assert.equal(
    codeOf(GOOD_PASSWORD, { ...DEFAULT_POLICY, forbiddenChars: 'é ' }),
    'password.forbidden_chars',
  );
});

test('a relaxed policy takes what documents of other servers use', () => {
  const relaxed = { minLength: 4, minEntropyBits: 0, forbiddenChars: '' };
  for (const password of ['test', 'foobaz', 'pass1234']) assert.equal(codeOf(password, relaxed), 'good');
  assert.equal(codeOf('', { ...relaxed, minLength: 0 }), 'password.weak');
});

test('control characters and half characters are nobody’s password', () => {
  assert.equal(codeOf(`${GOOD_PASSWORD}\u0000`), 'password.forbidden_chars');
  assert.equal(codeOf(`${GOOD_PASSWORD}\n`), 'password.forbidden_chars');
  assert.equal(codeOf(`${GOOD_PASSWORD}\ud800`), 'password.weak');
  assert.equal(normalisePassword('\udc00'), undefined);
});

test('the estimate grows with what a guesser has to try, not with repetition', () => {
  assert.ok(estimateBits('zvqkxw') > estimateBits('zvqkx'));
  assert.ok(estimateBits('zvqkxzvqkxzvqkx') < estimateBits('zvqkxwpmbgtnrhd'));
  assert.ok(estimateBits('dragon') < 10);
  assert.ok(estimateBits('kestrel', ['kestrel']) < 5);
});

test('the longest password of the worst kind is judged at once', () => {
  const started = performance.now();
  for (const password of ['ab'.repeat(128), 'a'.repeat(256), 'abcdefgh'.repeat(32), 'qwerty'.repeat(42)]) {
    estimateBits(password, ['alice', 'bivouac']);
  }
  assert.ok(performance.now() - started < 500);
});
