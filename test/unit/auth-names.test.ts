import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../../src/auth/address.ts';
import { foldName, parseEmail, parseGroupName, parseUserName } from '../../src/auth/names.ts';

test('names of people in any script are taken', () => {
  for (const name of [
    'alice',
    'O.Brien-2',
    '_svc',
    'Zoë',
    'Дмитрий',
    '山田.太郎',
    'ऋषिकेश',
    '7',
    'a'.repeat(64),
  ]) {
    assert.equal(parseUserName(name).name, name.normalize('NFKC'));
  }
});

test('names that mean something to files, shells, addresses or logs are refused', () => {
  for (const name of [
    '',
    ' ',
    'a b',
    '..',
    '.hidden',
    '-rf',
    '../x;id',
    'a/b',
    'a\\b',
    'a\u0000',
    'a\nb',
    'a"b',
    "a'b",
    'a@b',
    'a:b',
    'a,b',
    '<b>',
    'a\u202eb',
    '\ud800',
    'a'.repeat(65),
    'a'.repeat(100_000),
    'anonymous',
    'CONSOLE',
  ]) {
    assert.throws(() => parseUserName(name), { code: 'user.name_invalid' }, JSON.stringify(name));
  }
});

test('names are the same without regard to case and to compatible forms', () => {
  for (const [a, b] of [
    ['Alice', 'aLICE'],
    ['ALİCE', 'ali\u0307ce'],
    ['Straße', 'STRASSE'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['ﬁona', 'FIONA'],
    ['Zoe\u0308', 'ZOË'],
  ] as const) {
    assert.equal(foldName(a), foldName(b), `${a} ${b}`);
  }
  assert.notEqual(foldName('alice'), foldName('alicе'), 'a Cyrillic letter is another letter');
});

test('channel names may have spaces inside, not around', () => {
  assert.equal(parseGroupName('Blue Team 2').name, 'Blue Team 2');
  assert.equal(parseGroupName('__ANON__').name, '__ANON__');
  for (const name of ['', ' blue', 'blue ', 'a,b', 'a\tb', '<x>']) {
    assert.throws(() => parseGroupName(name), { code: 'group.name_invalid' }, JSON.stringify(name));
  }
});

test('e-mail addresses cannot carry headers', () => {
  assert.equal(parseEmail(' alice@example.org '), 'alice@example.org');
  for (const email of [
    'alice',
    'a@b',
    'a@b.c\r\nBcc: x@y.z',
    'a b@c.de',
    'a@b@c.de',
    `${'a'.repeat(250)}@b.cd`,
  ]) {
    assert.throws(() => parseEmail(email), { code: 'user.email_invalid' }, email);
  }
});

test('addresses are counted as the far end can choose them', () => {
  assert.equal(placeOf('10.42.0.17:51234').key, '10.42.0.17');
  assert.equal(placeOf('10.42.0.17').key, '10.42.0.17');
  assert.equal(placeOf('::ffff:10.42.0.17').key, '10.42.0.17');
  assert.equal(placeOf('[::ffff:a2a:11]:51234').key, '10.42.0.17');
  assert.equal(placeOf('2001:db8:1:2:3:4:5:6').key, '2001:db8:1:2::/64');
  assert.equal(placeOf('[2001:db8:1:2::9]:443').key, '2001:db8:1:2::/64');
  assert.equal(placeOf('fe80::1%wlan0').key, 'fe80:0:0:0::/64');
});

test('the loopback is known in all its forms, and nothing else is', () => {
  for (const remote of ['127.0.0.1', '127.8.9.1:80', '::1', '[::1]:5000', '::ffff:127.0.0.1']) {
    assert.equal(placeOf(remote).isLoopback, true, remote);
  }
  for (const remote of ['10.0.0.1', '::2', '1.127.0.0', '::', 'unknown', '']) {
    assert.equal(placeOf(remote).isLoopback, false, remote);
  }
});
