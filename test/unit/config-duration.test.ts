import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationSchema } from '../../src/config/duration.ts';

const HOUR_MS = 3_600_000;
const duration = durationSchema(1_000, HOUR_MS);

test('a duration is read in each of the units that RPort documents', () => {
  for (const text of ['3600000ms', '3600s', '60m', '1h']) assert.equal(duration.parse(text), HOUR_MS, text);
  assert.equal(duration.parse('1.5m'), 90_000);
  assert.equal(duration.parse(' 10m '), 600_000);
});

test('a duration without unit, of another unit, or out of range is refused with the range', () => {
  for (const text of ['600', '', '1d', '-1s', '999ms', '3601s', '10 m', 'm']) {
    const result = duration.safeParse(text);
    assert.equal(result.success, false, text);
    assert.match(result.error!.issues[0]!.message, /^a duration from 1s to 3600s/, text);
  }
});
