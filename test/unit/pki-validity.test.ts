import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  caWindow,
  clientWindow,
  DAY_MS,
  isWithin,
  momentOf,
  renewalTimeMs,
  SERVER_LIFE_MS,
  serverWindow,
} from '../../src/pki/validity.ts';
import { randomSerial } from '../../src/pki/x509.ts';

const BUILD_MS = Date.UTC(2026, 10, 1);
const NOW_MS = Date.UTC(2027, 3, 5, 6, 7, 8, 9);
const CA_END_MS = Date.UTC(2036, 0, 1);

test('a clock that says 1970 counts from the floor, and is known to be wrong', () => {
  assert.deepEqual(momentOf(4_000, BUILD_MS), { nowMs: BUILD_MS, isClockPlausible: false });
  assert.deepEqual(momentOf(NOW_MS, BUILD_MS), { nowMs: NOW_MS, isClockPlausible: true });
});

test('a CA is backdated to before the build, also when the clock is in the far future', () => {
  for (const clockMs of [4_000, NOW_MS, Date.UTC(2099, 0, 1)]) {
    const window = caWindow(momentOf(clockMs, BUILD_MS), BUILD_MS);
    assert.equal(window.notBeforeMs, BUILD_MS - DAY_MS);
    assert.ok(isWithin(window, NOW_MS));
    assert.ok(window.notAfterMs - Math.max(clockMs, BUILD_MS) > 9.9 * 365 * DAY_MS);
  }
});

test('a server certificate is backdated by a day and lives 397 days in all, or as long as its CA', () => {
  const window = serverWindow(momentOf(NOW_MS, BUILD_MS), CA_END_MS);
  assert.ok(NOW_MS - window.notBeforeMs >= DAY_MS);
  assert.equal(window.notAfterMs - window.notBeforeMs, SERVER_LIFE_MS);
  assert.ok(SERVER_LIFE_MS <= 397 * DAY_MS);
  assert.equal(
    serverWindow(momentOf(NOW_MS, BUILD_MS), NOW_MS + DAY_MS).notAfterMs,
    Math.floor((NOW_MS + DAY_MS) / 1_000) * 1_000,
  );
});

test('a client certificate lives a year, and longer when nobody knows what year it is', () => {
  const known = clientWindow(momentOf(NOW_MS, BUILD_MS), CA_END_MS);
  assert.equal(known.notAfterMs, Math.floor((NOW_MS + 365 * DAY_MS) / 1_000) * 1_000);
  const clockless = clientWindow(momentOf(4_000, BUILD_MS), CA_END_MS);
  const twoYearsOnAShelf = BUILD_MS + 2 * 365 * DAY_MS;
  assert.ok(isWithin(clockless, twoYearsOnAShelf));
  assert.equal(clientWindow(momentOf(4_000, BUILD_MS), BUILD_MS + DAY_MS).notAfterMs, BUILD_MS + DAY_MS);
});

test('times stand on whole seconds, as X.509 writes them', () => {
  for (const window of [caWindow(momentOf(NOW_MS, 0), 0), serverWindow(momentOf(NOW_MS, 0), CA_END_MS)]) {
    assert.equal(window.notBeforeMs % 1_000, 0);
    assert.equal(window.notAfterMs % 1_000, 0);
  }
});

test('renewal comes at two thirds of the life, spread by the serial and not by chance', () => {
  const window = serverWindow(momentOf(NOW_MS, 0), CA_END_MS);
  const times = Array.from({ length: 200 }, randomSerial).map((serial) => {
    const at = renewalTimeMs(window, serial);
    assert.equal(at, renewalTimeMs(window, serial));
    return (at - window.notBeforeMs) / (window.notAfterMs - window.notBeforeMs);
  });
  assert.ok(
    times.every((share) => share > 0.63 && share < 0.705),
    String(times),
  );
  assert.ok(Math.max(...times) - Math.min(...times) > 0.03);
});

test('a serial is positive, 16 bytes long and never shortened by a leading zero', () => {
  fc.assert(
    fc.property(fc.constant(undefined), () => /^[4-7][0-9a-f]{31}$/.test(randomSerial())),
    { numRuns: 500 },
  );
});
