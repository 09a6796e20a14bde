import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { placeOf } from '../../src/auth/address.ts';
import { createRegulation } from '../../src/auth/regulation.ts';
import { silentLog } from '../../src/core/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestStore } from '../support/store-fixture.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

async function world(t: TestContext) {
  const { store } = await openTestStore(t);
  const clock = new FakeClock();
  const bans: { address: string; level: number; forMs: number }[] = [];
  const make = () => createRegulation({ store, clock, log: silentLog, onBan: (ban) => bans.push(ban) });
  const regulation = make();
  const fail = (userKey: string, remote: string, on = regulation) =>
    on.failed({ place: placeOf(remote), userKey, principalId: `id-of-${userKey}`, method: 'test' });
  const succeed = (userKey: string, remote: string, on = regulation) =>
    on.succeeded({ place: placeOf(remote), userKey, principalId: `id-of-${userKey}`, method: 'test' });
  const restraint = (userKey: string, remote: string, on = regulation) =>
    on.restraint(userKey, placeOf(remote));
  return { store, clock, bans, make, fail, succeed, restraint };
}

test('the fourth failure for a user makes the next attempt wait: 2 s, then twice as long each time', async (t) => {
  const { clock, fail, restraint } = await world(t);
  for (let i = 0; i < 3; i += 1) fail('alice', `10.0.0.${i}`);
  assert.equal(restraint('alice', '10.0.0.9'), undefined);
  for (const waitMs of [2_000, 4_000, 8_000, 16_000]) {
    fail('alice', '10.0.0.5');
    assert.deepEqual(restraint('alice', '10.0.0.9'), { cause: 'delayed', retryAfterMs: waitMs });
    clock.advance(waitMs - 1);
    assert.equal(restraint('alice', '10.0.0.9')?.retryAfterMs, 1);
    clock.advance(1);
    assert.equal(restraint('alice', '10.0.0.9'), undefined);
  }
  assert.equal(restraint('bob', '10.0.0.5'), undefined, 'others do not wait');
});

test('failures are forgotten after ten minutes, and cleared by a success', async (t) => {
  const { clock, fail, succeed, restraint } = await world(t);
  for (let i = 0; i < 3; i += 1) fail('bob', '10.0.0.2');
  clock.advance(10 * MINUTE_MS - 1);
  fail('bob', '10.0.0.2');
  assert.equal(restraint('bob', '10.0.0.2')?.cause, 'delayed', 'the first still counts');

  for (let i = 0; i < 4; i += 1) fail('alice', '10.0.0.1');
  clock.advance(10 * MINUTE_MS);
  fail('alice', '10.0.0.1');
  assert.equal(restraint('alice', '10.0.0.1'), undefined);
  for (let i = 0; i < 3; i += 1) fail('alice', '10.0.0.1');
  assert.equal(restraint('alice', '10.0.0.1')?.cause, 'delayed');
  clock.advance(2_000);
  succeed('alice', '10.0.0.1');
  for (let i = 0; i < 3; i += 1) fail('alice', '10.0.0.1');
  assert.equal(restraint('alice', '10.0.0.1'), undefined);
});

test('strangers cannot lock a user out where the user has signed in before', async (t) => {
  const { clock, fail, succeed, restraint } = await world(t);
  succeed('alice', '10.0.0.1');
  for (let i = 0; i < 9; i += 1) fail('alice', '10.0.0.66');
  assert.equal(restraint('alice', '10.0.0.2')?.cause, 'delayed');
  assert.equal(restraint('alice', '10.0.0.1'), undefined);
  for (let i = 0; i < 4; i += 1) fail('alice', '10.0.0.1');
  assert.equal(restraint('alice', '10.0.0.1')?.cause, 'delayed', 'its own failures count there');
  clock.advance(24 * HOUR_MS - 1);
  for (let i = 0; i < 4; i += 1) fail('alice', '10.0.0.68');
  assert.equal(restraint('alice', '10.0.0.1'), undefined);
  clock.advance(1);
  for (let i = 0; i < 4; i += 1) fail('alice', '10.0.0.67');
  assert.equal(restraint('alice', '10.0.0.1')?.cause, 'delayed', 'a day later it is a place as any other');
});

test('ten failures from one address ban it for ten minutes, then twice as long, up to a day', async (t) => {
  const { clock, bans, fail, restraint } = await world(t);
  const failTen = () => {
    for (let i = 0; i < 10; i += 1) fail(`user${i}`, '10.0.0.66');
  };
  for (let i = 0; i < 9; i += 1) fail(`user${i}`, '10.0.0.66');
  assert.equal(restraint('carol', '10.0.0.66'), undefined);
  fail('user9', '10.0.0.66');
  assert.deepEqual(restraint('carol', '10.0.0.66'), { cause: 'banned', retryAfterMs: 10 * MINUTE_MS });
  assert.equal(restraint('carol', '10.0.0.67'), undefined);
  clock.advance(10 * MINUTE_MS - 1);
  assert.deepEqual(restraint('carol', '10.0.0.66'), { cause: 'banned', retryAfterMs: 1 });
  clock.advance(1);
  assert.equal(restraint('carol', '10.0.0.66'), undefined);
  for (let level = 2; level <= 10; level += 1) {
    failTen();
    const forMs = Math.min(10 * MINUTE_MS * 2 ** (level - 1), 24 * HOUR_MS);
    assert.deepEqual(bans.at(-1), { address: '10.0.0.66', level, forMs });
    clock.advance(forMs);
  }
  clock.advance(24 * HOUR_MS - 1);
  failTen();
  assert.equal(bans.at(-1)?.level, 11, 'not quite a day');
  clock.advance(24 * HOUR_MS + 24 * HOUR_MS);
  failTen();
  assert.equal(bans.at(-1)?.level, 1, 'a quiet day is a new beginning');
});

test('a success does not clear what an address has on its account: its owner may have a user of its own', async (t) => {
  const { fail, succeed, restraint } = await world(t);
  for (let i = 0; i < 10; i += 1) {
    fail(`user${i}`, '10.0.0.66');
    succeed('mallory', '10.0.0.66');
  }
  assert.equal(restraint('mallory', '10.0.0.66')?.cause, 'banned');
});

test('all addresses of one IPv6 network are one', async (t) => {
  const { fail, restraint } = await world(t);
  for (let i = 0; i < 10; i += 1) fail(`user${i}`, `2001:db8:1:2::${i + 1}`);
  assert.equal(restraint('carol', '2001:db8:1:2:ffff::1')?.cause, 'banned');
  assert.equal(restraint('carol', '2001:db8:1:3::1'), undefined);
});

test('the loopback is never banned', async (t) => {
  const { bans, fail, restraint } = await world(t);
  for (const remote of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    for (let i = 0; i < 50; i += 1) fail(`user${i}`, remote);
    assert.equal(restraint('carol', remote), undefined);
  }
  assert.deepEqual(bans, []);
});

test('a jump of the clock neither frees nor locks anybody', async (t) => {
  const { clock, fail, restraint } = await world(t);
  for (let i = 0; i < 10; i += 1) fail(`user${i}`, '10.0.0.66');
  clock.setWall(Date.UTC(2040, 0, 1));
  assert.equal(restraint('carol', '10.0.0.66')?.retryAfterMs, 10 * MINUTE_MS);
  clock.setWall(0);
  assert.equal(restraint('carol', '10.0.0.66')?.retryAfterMs, 10 * MINUTE_MS);
  clock.advance(10 * MINUTE_MS);
  assert.equal(restraint('carol', '10.0.0.66'), undefined);
});

test('a restart is no amnesty', async (t) => {
  const { clock, make, fail, restraint, store } = await world(t);
  for (let i = 0; i < 10; i += 1) fail(`user${i}`, '10.0.0.66');
  for (let i = 0; i < 4; i += 1) fail('alice', `10.0.1.${i}`);
  clock.advance(1_000);
  // The store answers in order: once this is back, what was noted before is on the disk.
  await store.attempts.add({
    atMs: clock.now(),
    principalId: null,
    address: 'x',
    method: 'test',
    isOk: false,
  });

  const again = make();
  await again.load(async (principalId) => principalId.replace('id-of-', ''));
  assert.deepEqual(restraint('carol', '10.0.0.66', again), { cause: 'banned', retryAfterMs: 599_000 });
  assert.deepEqual(restraint('alice', '10.0.0.9', again), { cause: 'delayed', retryAfterMs: 1_000 });
  for (let i = 0; i < 10; i += 1) fail(`user${i}`, '10.0.0.66', again);
  clock.advance(10 * MINUTE_MS);
  assert.equal(restraint('carol', '10.0.0.66', again)?.cause, 'banned', 'and the next ban is the second');
});

test('a ban kept by a clock that was far ahead is no longer than it was', async (t) => {
  const { clock, make, fail, restraint, store } = await world(t);
  clock.setWall(Date.UTC(2040, 0, 1));
  for (let i = 0; i < 10; i += 1) fail(`user${i}`, '10.0.0.66');
  await store.attempts.bans();
  clock.setWall(Date.UTC(2026, 0, 1));
  const again = make();
  await again.load(async () => undefined);
  assert.equal(restraint('carol', '10.0.0.66', again)?.retryAfterMs, 10 * MINUTE_MS);
});
