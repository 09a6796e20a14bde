import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSince } from '../../src/cli/since.ts';
import { minuteOf, table } from '../../src/cli/table.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12);

test('a point in time is a date or an age', () => {
  assert.equal(parseSince('2026-06-01T11:00:00Z', NOW_MS), NOW_MS - 3_600_000);
  assert.equal(parseSince('2026-06-01', NOW_MS), Date.UTC(2026, 5, 1));
  assert.equal(parseSince('30m', NOW_MS), NOW_MS - 1_800_000);
  assert.equal(parseSince('7d', NOW_MS), NOW_MS - 7 * 86_400_000);
  assert.equal(parseSince('90s', NOW_MS), NOW_MS - 90_000);
});

test('anything else is told, with what to write', () => {
  for (const text of ['yesterday', '12', '', '5w', '2026-13-45', '-1h', '1h30m']) {
    assert.throws(() => parseSince(text, NOW_MS), { name: 'UsageError' }, text);
  }
});

test('columns line up, and no line ends in blanks', () => {
  assert.equal(
    table(
      ['NAME', 'STATE'],
      [
        ['alice', 'on'],
        ['bo', ''],
      ],
    ),
    'NAME   STATE\nalice  on\nbo',
  );
  assert.equal(minuteOf(NOW_MS), '2026-06-01 12:00');
});
