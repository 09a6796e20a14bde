import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alternativeNames,
  canonicalIp,
  covers,
  isDnsName,
  parseAlternativeNames,
} from '../../src/pki/alternative-names.ts';

test('names and addresses are taken as systems and people write them', () => {
  const written = [
    'Kit.Local.',
    'kit.local',
    ' 10.42.0.1',
    '[fe80::1%wlan0]',
    'FD00:0:0::1',
    '::ffff:10.0.0.9',
    'münchen.example',
  ];
  assert.deepEqual(alternativeNames(written), {
    dns: ['kit.local', 'xn--mnchen-3ya.example'],
    ips: ['10.0.0.9', '10.42.0.1', 'fd00::1', 'fe80::1'],
  });
});

test('what cannot be in a certificate is left out', () => {
  const nonsense = [
    '',
    ' ',
    '-x',
    'a b',
    'x'.repeat(64),
    `${'a.'.repeat(130)}b`,
    'a..b',
    '*.example',
    'x\0y',
    '../x',
    '1.2.3.4:5',
  ];
  assert.deepEqual(alternativeNames(nonsense), { dns: [], ips: [] });
  assert.equal(isDnsName('bivouac-7'), true);
});

test('addresses have one form', () => {
  assert.equal(canonicalIp('2001:DB8:0:0:0:0:0:1'), '2001:db8::1');
  assert.equal(canonicalIp('192.168.1.1'), '192.168.1.1');
  assert.equal(canonicalIp('::ffff:192.168.1.255'), '192.168.1.255');
});

test('a certificate covers what it names, in whatever order and with more besides', () => {
  const held = parseAlternativeNames(
    'DNS:kit.local, DNS:localhost, IP Address:10.42.0.1, IP Address:FD00:0:0:0:0:0:0:1',
  );
  assert.ok(covers(held, alternativeNames(['fd00::1', 'KIT.local'])));
  assert.ok(!covers(held, alternativeNames(['kit.local', '10.42.0.2'])));
  assert.ok(!covers(parseAlternativeNames(undefined), alternativeNames(['kit.local'])));
});
