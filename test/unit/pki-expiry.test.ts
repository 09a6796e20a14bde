import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caWarning, clientsWarning, expiringSoon, freshNotices } from '../../src/pki/expiry.ts';
import type { CertificateRecord } from '../../src/pki/ports.ts';
import { DAY_MS } from '../../src/pki/validity.ts';
import { certificateRow } from '../support/auth-fixture.ts';

const NOW_MS = Date.UTC(2027, 0, 1);

function record(
  username: string,
  daysLeft: number,
  deviceUid: string | null = `device-of-${username}`,
): CertificateRecord {
  const notAfterMs = NOW_MS + daysLeft * DAY_MS;
  const row = certificateRow(`id-${username}`, { username, deviceUid, notAfterMs });
  return { ...row, revokedAtMs: null, revocationReason: null };
}

test('each end is announced at 30, 14, 7 and 1 days, the soonest first', () => {
  const records = [
    record('a', 31),
    record('b', 30),
    record('c', 14.5),
    record('d', 14),
    record('e', 6),
    record('f', 0.5),
    record('g', -1),
  ];
  assert.deepEqual(
    expiringSoon(records, NOW_MS).map(({ certificate, days }) => `${certificate.username} ${days}`),
    ['f 1', 'e 7', 'd 14', 'c 30', 'b 30'],
  );
});

test('a certificate that its device has replaced is nobody’s concern', () => {
  const replaced = record('alice', 5);
  assert.deepEqual(expiringSoon([replaced, record('alice', 300)], NOW_MS), []);
  assert.equal(expiringSoon([replaced, record('alice', 300, 'another-phone')], NOW_MS).length, 1);
  const byHand = record('alice', 5, null);
  assert.equal(expiringSoon([byHand, record('alice', 300, null)], NOW_MS).length, 1);
});

test('a notice is given once for each threshold, and again for the next one', () => {
  const certificate = record('alice', 20);
  const first = freshNotices([{ certificate, days: 30 }], {});
  assert.equal(first.fresh.length, 1);
  assert.equal(freshNotices([{ certificate, days: 30 }], first.given).fresh.length, 0);
  const second = freshNotices([{ certificate, days: 14 }], first.given);
  assert.equal(second.fresh.length, 1);
  // The clock went back: no second "30 days".
  assert.equal(freshNotices([{ certificate, days: 30 }], second.given).fresh.length, 0);
  // What is no longer expiring is forgotten, so that the file cannot grow.
  assert.deepEqual(freshNotices([], second.given).given, {});
});

test('the warning names the people, gets graver with the days, and stays short', () => {
  assert.equal(clientsWarning([]), undefined);
  const early = clientsWarning(expiringSoon([record('alice', 20)], NOW_MS));
  assert.equal(early?.severity, 'info');
  assert.match(early?.text ?? '', /alice \(2027-01-21\)/);
  const many = clientsWarning(
    expiringSoon(
      Array.from({ length: 40 }, (_, n) => record(`user${n}`, 5)),
      NOW_MS,
    ),
  );
  assert.equal(many?.severity, 'careful');
  assert.match(many?.text ?? '', /and 35 more/);
  assert.ok((many?.text.length ?? 999) < 300);
});

test('the end of a CA is announced a year ahead', () => {
  const ca = (daysLeft: number) =>
    ({ name: 'Bivouac CA 1', notAfterMs: NOW_MS + daysLeft * DAY_MS }) as never;
  assert.equal(caWarning(ca(366), NOW_MS), undefined);
  assert.equal(caWarning(ca(300), NOW_MS)?.severity, 'info');
  assert.equal(caWarning(ca(60), NOW_MS)?.severity, 'careful');
  assert.equal(caWarning(ca(-1), NOW_MS)?.severity, 'bad');
});
