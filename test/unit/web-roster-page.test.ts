import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rosterPage, TURN_MS } from '../../src/web/tv/roster-page.ts';

test('everybody stands in one column, then in two', () => {
  assert.deepEqual(rosterPage(0, 11, 0), { columns: 1, start: 0, end: 0, pages: 1 });
  assert.deepEqual(rosterPage(11, 11, 0), { columns: 1, start: 0, end: 11, pages: 1 });
  assert.deepEqual(rosterPage(12, 11, 0), { columns: 2, start: 0, end: 12, pages: 1 });
  assert.deepEqual(rosterPage(22, 11, 99 * TURN_MS), { columns: 2, start: 0, end: 22, pages: 1 });
  assert.equal(rosterPage(400, Number.POSITIVE_INFINITY, 0).end, 400);
});

test('a longer list turns its pages, leaves nobody out, and begins again', () => {
  for (const [count, rows] of [
    [23, 11],
    [60, 11],
    [61, 2],
    // Two emergencies on a small screen leave no room: two rows are shown all the same.
    [9, 0],
  ] as const) {
    const { pages } = rosterPage(count, rows, 0);
    assert.ok(pages > 1);
    const shown = [...Array(pages).keys()].flatMap((turn) => {
      const { start, end } = rosterPage(count, rows, turn * TURN_MS);
      return [...Array(count).keys()].slice(start, end);
    });
    assert.deepEqual(shown, [...Array(count).keys()]);
    assert.deepEqual(rosterPage(count, rows, pages * TURN_MS), rosterPage(count, rows, 0));
  }
});
