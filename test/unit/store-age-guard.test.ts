import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgeGuard } from '../../src/store/age-guard.ts';
import { FakeClock } from '../support/fake-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 5, 1);

function guardAt(nowMs = NOW_MS, maxAgeMs = 30 * DAY_MS) {
  const clock = new FakeClock(nowMs);
  return { clock, guard: new AgeGuard(clock, maxAgeMs) };
}

test('with a steady clock, events from before this run expire by their age', () => {
  const { guard } = guardAt();
  assert.deepEqual(guard.expiry(500, NOW_MS - HOUR_MS), { beforeMs: NOW_MS - 30 * DAY_MS, throughId: 500 });
});

test('what this run saw come in is young until it has run for the maximum age', () => {
  const { clock, guard } = guardAt(NOW_MS, DAY_MS);
  guard.expiry(100, NOW_MS);
  for (let hour = 1; hour <= 23; hour += 1) {
    clock.advance(HOUR_MS);
    assert.equal(guard.expiry(100 + hour * 10, clock.now())?.throughId, 100);
  }
  clock.advance(2 * HOUR_MS);
  // 25 h: what had come by the first mark is a day old, and what came in the first hour as well.
  const throughId = guard.expiry(400, clock.now())?.throughId ?? 0;
  assert.ok(throughId >= 100 && throughId <= 110, `${throughId}`);
});

test('a clock that leaps ahead deletes nothing until it has settled', () => {
  const { clock, guard } = guardAt();
  guard.expiry(500, NOW_MS);
  clock.advance(60_000);
  clock.setWall(Date.UTC(2038, 0, 19));
  assert.equal(guard.expiry(501, clock.now()), undefined);
  clock.advance(5 * HOUR_MS);
  assert.equal(guard.expiry(502, clock.now()), undefined);
  clock.setWall(NOW_MS + 6 * HOUR_MS);
  const corrected = guard.expiry(503, clock.now());
  assert.equal(corrected, undefined, 'still within the time to settle');
  clock.advance(2 * HOUR_MS);
  assert.deepEqual(guard.expiry(504, clock.now())?.beforeMs, clock.now() - 30 * DAY_MS);
});

test('a leap across a restart is seen by the newest event', () => {
  const { clock, guard } = guardAt(Date.UTC(2038, 0, 19));
  assert.equal(guard.expiry(500, NOW_MS), undefined);
  clock.advance(6 * HOUR_MS + 1);
  assert.ok(guard.expiry(500, NOW_MS));
});

test('a night off is no leap', () => {
  const { guard } = guardAt();
  assert.ok(guard.expiry(500, NOW_MS - 14 * HOUR_MS));
});

test('a clock that falls back deletes less, not more', () => {
  const { clock, guard } = guardAt();
  guard.expiry(500, NOW_MS);
  clock.setWall(0);
  assert.ok((guard.expiry(500, NOW_MS)?.beforeMs ?? 1) < 0);
});

test('months of running keep a bounded number of marks', () => {
  const { clock, guard } = guardAt(NOW_MS, DAY_MS);
  for (let i = 0; i < 24 * 60; i += 1) {
    guard.expiry(i, clock.now());
    clock.advance(HOUR_MS);
  }
  const throughId = guard.expiry(24 * 60, clock.now())?.throughId ?? 0;
  assert.ok(throughId >= 24 * 60 - 26 && throughId <= 24 * 60 - 24, `${throughId}`);
});
