import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from 'bcryptjs';
import fc from 'fast-check';
import { hashArgon2, parsePhc } from '../../src/auth/argon2.ts';
import { createGate } from '../../src/auth/gate.ts';
import { COST_FLOOR, createHashCost } from '../../src/auth/hash-calibration.ts';
import { normalisePassword } from '../../src/auth/password-policy.ts';
import { createPasswords } from '../../src/auth/passwords.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type LogFields, silentLog } from '../../src/core/log.ts';
import { CHEAP_HASH, GOOD_PASSWORD } from '../support/auth-fixture.ts';
import { openTestStore } from '../support/store-fixture.ts';

const cheap = () => Promise.resolve(CHEAP_HASH);

test('every printable password comes back, in whatever form it is typed', async () => {
  const passwords = createPasswords({ cost: cheap, compareBcrypt: compare, log: silentLog });
  const printable = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(printable, async (raw) => {
      const password = normalisePassword(raw);
      assert.ok(password !== undefined);
      const phc = await passwords.hash(password);
      assert.equal(await passwords.verify(raw, phc), 'match');
      assert.equal(await passwords.verify(raw.normalize('NFD'), phc), 'match');
      assert.equal(await passwords.verify(`${raw}x`, phc), 'mismatch');
      assert.ok(!phc.includes(raw) || raw.length < 4);
    }),
    { numRuns: 100 },
  );
});

test('two hashes of one password differ', async () => {
  assert.notEqual(await hashArgon2('x', CHEAP_HASH), await hashArgon2('x', CHEAP_HASH));
});

test('hashes of unknown or damaged form are refused, never compared as text', async () => {
  const events: [string, LogFields | undefined][] = [];
  const log = {
    ...silentLog,
    warnRarely: (_: string, ev: string, fields?: LogFields) => events.push([ev, fields]),
  };
  const passwords = createPasswords({ cost: cheap, compareBcrypt: compare, log });
  const good = await passwords.hash(GOOD_PASSWORD);
  for (const phc of [
    GOOD_PASSWORD,
    '',
    '$2b$12$abcdefghijklmnopqrstuuK6f5JQh0Q9mF7QbqYtGm1q9l3h8v3e2',
    '{PLAIN}quiet lantern',
    good.replace('argon2id', 'argon2i'),
    good.replace('v=19', 'v=16'),
    good.replace('m=8', 'm=9999999'),
    good.replace('m=8', 'm=1'),
    good.replace('t=1', 't=999'),
    good.replace('p=1', 'p=0'),
    good.slice(0, -24),
    `${good}$x`,
    ` ${good}`,
  ]) {
    const before = passwords.hashCount();
    assert.equal(await passwords.verify(GOOD_PASSWORD, phc), 'mismatch', phc);
    assert.equal(passwords.hashCount(), before + 1, 'it takes as long as a real one');
    assert.equal(await passwords.isOutdated(phc), true);
  }
  assert.equal(await passwords.verify(GOOD_PASSWORD, good), 'match');
  assert.ok(events.length > 0);
  assert.ok(!JSON.stringify(events).includes(GOOD_PASSWORD), 'the row may be a password in the clear');
});

test('nobody’s password costs a hash as well', async () => {
  const passwords = createPasswords({ cost: cheap, compareBcrypt: compare, log: silentLog });
  assert.equal(await passwords.verify(GOOD_PASSWORD, undefined), 'mismatch');
  assert.equal(await passwords.verify('\ud800', undefined), 'mismatch');
  assert.equal(await passwords.verify('x'.repeat(10_000), undefined), 'mismatch');
  assert.equal(passwords.hashCount(), 3);
});

test('a flood is told at once that there is no room, and those in line are served', async () => {
  const passwords = createPasswords({ cost: cheap, compareBcrypt: compare, log: silentLog });
  const phc = await passwords.hash(GOOD_PASSWORD);
  const verdicts = await Promise.all(Array.from({ length: 40 }, () => passwords.verify(GOOD_PASSWORD, phc)));
  assert.deepEqual(
    verdicts,
    Array.from({ length: 40 }, (_, i) => (i < 18 ? 'match' : 'busy')),
  );
  const hashes = await Promise.allSettled(Array.from({ length: 40 }, () => passwords.hash(GOOD_PASSWORD)));
  const refused = hashes.filter((hash) => hash.status === 'rejected');
  assert.equal(refused.length, 22);
  assert.ok(refused.every(({ reason }) => reason.code === 'auth.busy'));
  assert.equal(await passwords.verify(GOOD_PASSWORD, phc), 'match');
});

test('who has waited is asked again whether it is still wanted', async () => {
  const passwords = createPasswords({ cost: cheap, compareBcrypt: compare, log: silentLog });
  assert.equal(await passwords.verify(GOOD_PASSWORD, undefined, () => false), 'unwanted');
  assert.equal(passwords.hashCount(), 0);
});

test('the gate never lets more through than it says, also when tasks fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), async (outcomes) => {
      const gate = createGate({ concurrent: 2, waiting: 100 });
      let running = 0;
      let most = 0;
      const results = await Promise.allSettled(
        outcomes.map((isGood) =>
          gate.run(async () => {
            running += 1;
            most = Math.max(most, running);
            await Promise.resolve();
            running -= 1;
            if (!isGood) throw new Error('as asked');
            return 'done';
          }),
        ),
      );
      assert.deepEqual(
        results.map(({ status }) => status === 'fulfilled'),
        outcomes,
      );
      assert.equal(most, Math.min(2, outcomes.length));
      assert.equal(await gate.run(async () => 'open'), 'open');
    }),
    { numRuns: 50 },
  );
});

test('the cost is measured once per board, never below the floor, and kept', async (t) => {
  const { store } = await openTestStore(t);
  const events: string[] = [];
  const log = { ...silentLog, info: (ev: string) => events.push(ev) };
  const on = (totalMemoryBytes: number) =>
    createHashCost({ store, clock: systemClock, log, totalMemoryBytes });
  const small = await on(512 * 1024 ** 2)();
  assert.equal(small.memoryKib, COST_FLOOR.memoryKib);
  assert.ok(small.passes >= COST_FLOOR.passes);
  assert.deepEqual(await on(512 * 1024 ** 2)(), small);
  assert.deepEqual(events, ['auth.hash_calibrated']);
  const large = await on(4 * 1024 ** 3)();
  assert.equal(large.memoryKib, 64 * 1024);
  assert.equal(events.length, 2, 'the card is in another board');
});

test('a stored cost below the floor is measured again', async (t) => {
  const { store } = await openTestStore(t);
  await store.settings.set({
    key: 'auth.hashCost',
    value: { memoryKib: 8, passes: 1, board: 512 },
    nowMs: 0,
  });
  const cost = createHashCost({
    store,
    clock: systemClock,
    log: silentLog,
    totalMemoryBytes: 512 * 1024 ** 2,
  });
  assert.ok((await cost()).memoryKib >= COST_FLOOR.memoryKib);
});

test('hashes of today parse, and say when they are too cheap', async () => {
  const phc = await hashArgon2('x', { memoryKib: 16, passes: 2 });
  const parsed = parsePhc(phc);
  assert.equal(parsed?.memoryKib, 16);
  assert.equal(parsed?.passes, 2);
  assert.equal(parsed?.salt.length, 16);
  assert.equal(parsed?.tag.length, 32);
  const of = (memoryKib: number, passes: number) =>
    createPasswords({
      cost: () => Promise.resolve({ memoryKib, passes }),
      compareBcrypt: compare,
      log: silentLog,
    }).isOutdated(phc);
  assert.deepEqual(await Promise.all([of(16, 2), of(8, 1), of(17, 2), of(16, 3)]), [
    false,
    false,
    true,
    true,
  ]);
});
