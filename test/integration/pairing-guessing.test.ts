import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODE_FORMS, newPairingCode } from '../../src/auth/pairing-codes.ts';
import { WRONG_PER_BOX_MAX, WRONG_PER_PERSON_MAX } from '../../src/auth/pairing-limits.ts';
import { LIVE_CODES_MAX, LIVE_CODES_PER_ADDRESS_MAX } from '../../src/store/repositories/pairings.ts';
import { AT_THE_KIT, openPairing, refusedWith } from '../support/pairing-world.ts';

/** The limits that make short codes safe, at the core; test/integration/pairing-attack.test.ts tries them over HTTP. */

const MINUTE_MS = 60_000;
const WATCH = { kind: 'watch' };

test('five wrong codes of a session, wherever it asks from, and the sixth is not looked at', async (t) => {
  const { pairing, person, ask, clock } = await openPairing(t);
  const alice = await person('alice');
  const issued = await ask();
  const from = (i: number) => ({ ...alice, actor: { ...alice.actor, remote: `10.42.7.${i}` } });
  for (let i = 0; i < WRONG_PER_PERSON_MAX; i++) {
    await refusedWith('pairing.code_unknown', pairing.find(newPairingCode('short'), from(i)));
  }
  const error = await refusedWith('pairing.guessing', pairing.find(issued.code, from(99)));
  assert.equal(error.details?.['retryAfterSeconds'], 600);
  clock.advance(10 * MINUTE_MS);
  await refusedWith('pairing.code_unknown', pairing.find(issued.code, from(99)));
  assert.ok(await pairing.find((await ask()).code, from(99)));
});

test('five wrong codes from an address, whoever asks; others go on', async (t) => {
  const { pairing, person } = await openPairing(t);
  const bob = await person('bob');
  for (let i = 0; i < WRONG_PER_PERSON_MAX; i++) {
    await refusedWith(
      'pairing.code_unknown',
      pairing.typed({ code: 'AAAAAA', device: WATCH, remote: '10.42.0.66' }),
    );
  }
  const { code } = await pairing.open({}, AT_THE_KIT);
  await refusedWith('pairing.guessing', pairing.typed({ code, device: WATCH, remote: '10.42.0.66:51000' }));
  const same = { ...bob, actor: { ...bob.actor, remote: '10.42.0.66' } };
  await refusedWith('pairing.guessing', pairing.find(code, same));
  await pairing.typed({ code, device: WATCH, remote: '10.42.0.67' });
});

test('an IPv6 neighbour has one network, not 2^64 addresses', async (t) => {
  const { pairing } = await openPairing(t);
  for (let i = 0; i < WRONG_PER_PERSON_MAX; i++) {
    const remote = `[fd00:1:2:3::${i + 1}]:40000`;
    await refusedWith('pairing.code_unknown', pairing.typed({ code: 'AAAAAA', device: WATCH, remote }));
  }
  await refusedWith(
    'pairing.guessing',
    pairing.typed({ code: 'AAAAAA', device: WATCH, remote: 'fd00:1:2:3::ffff' }),
  );
});

test('fifty wrong codes an hour of the whole box; at the kit nothing is typed, and all goes on', async (t) => {
  const { pairing, person, ask, clock } = await openPairing(t);
  const alice = await person('alice');
  for (let i = 0; i < WRONG_PER_BOX_MAX; i++) {
    const remote = `10.42.${i}.1`;
    await refusedWith('pairing.code_unknown', pairing.typed({ code: 'AAAAAA', device: WATCH, remote }));
  }
  const issued = await ask();
  await refusedWith('pairing.guessing', pairing.find(issued.code, alice));
  await refusedWith(
    'pairing.guessing',
    pairing.typed({ code: 'AAAAAA', device: WATCH, remote: '10.42.200.1' }),
  );
  assert.equal((await pairing.find(issued.code, AT_THE_KIT)).id, issued.pairingId);
  await pairing.approve({ id: issued.pairingId }, AT_THE_KIT);
  clock.advance(60 * MINUTE_MS);
  assert.ok(await pairing.find((await ask()).code, alice));
});

test('a hundred guesses at one moment are no more than five', async (t) => {
  const { pairing, person } = await openPairing(t);
  const alice = await person('alice');
  const codes = await Promise.all(
    Array.from({ length: 100 }, () =>
      pairing.find(newPairingCode('short'), alice).catch((error) => error.code as string),
    ),
  );
  assert.equal(codes.filter((code) => code === 'pairing.code_unknown').length, WRONG_PER_PERSON_MAX);
});

test('what cannot be a code is no guess, and right codes are not counted', async (t) => {
  const { pairing, person, ask, clock } = await openPairing(t);
  const alice = await person('alice');
  for (const text of ['', 'K7M', 'K7M42', '000000', 'ILOJ10', 'ÄÖÜ', 'A'.repeat(10_000), 'AEIOUAEI']) {
    await refusedWith('pairing.code_unknown', pairing.find(text, alice));
  }
  for (let i = 0; i < 20; i++) {
    clock.advance(10_000);
    const { code, pairingId } = await ask();
    assert.equal((await pairing.find(code, alice)).id, pairingId);
  }
});

test('four live codes per address: the oldest that waits gives way, an approved one does not', async (t) => {
  const { pairing, person, ask, poll, clock } = await openPairing(t);
  const alice = await person('alice');
  const issued = [];
  for (let i = 0; i < LIVE_CODES_PER_ADDRESS_MAX; i++) {
    issued.push(await ask());
    clock.advance(1_000);
  }
  await pairing.approve({ id: issued[0]!.pairingId }, alice);
  const fifth = await ask();
  assert.equal((await poll(issued[1]!)).state, 'unknown');
  assert.equal((await poll(issued[2]!)).state, 'pending');
  assert.equal((await poll(fifth)).state, 'pending');
  assert.equal((await poll(issued[0]!)).state, 'paired');
  assert.equal(pairing.shown().requests.length, 3);
});

test('twenty live codes in all, and the kit can still show its own', async (t) => {
  const { pairing, ask, clock } = await openPairing(t);
  for (let i = 0; i < LIVE_CODES_MAX; i++) {
    await ask({ remote: `10.42.3.${i}` });
    clock.advance(2_000);
  }
  const error = await refusedWith('pairing.too_many', ask({ remote: '10.42.4.1' }));
  assert.equal(error.details?.['retryAfterSeconds'], 60);
  // An address that has one may have another in its place only beyond its four: it is refused like all.
  await refusedWith('pairing.too_many', ask({ remote: '10.42.3.1' }));
  await pairing.open({}, AT_THE_KIT);
  clock.advance(5 * MINUTE_MS);
  assert.ok(await ask({ remote: '10.42.4.1' }));
});

test('who asks for codes without end is refused before the card is written', async (t) => {
  const { ask, clock, withDatabase } = await openPairing(t);
  let refused = 0;
  for (let i = 0; i < 100; i++) {
    await ask({ remote: '10.42.0.5' }).catch((error) => {
      assert.equal(error.code, 'pairing.too_many');
      refused += 1;
    });
  }
  assert.equal(refused, 88);
  const rows = withDatabase((database) => database.prepare('SELECT count(*) AS n FROM pairings').get());
  assert.equal(rows?.['n'], LIVE_CODES_PER_ADDRESS_MAX);
  clock.advance(MINUTE_MS);
  assert.ok(await ask({ remote: '10.42.0.5' }));
});

test("a kit's codes mean nothing to another kit", async (t) => {
  const [one, other] = [await openPairing(t), await openPairing(t)];
  const alice = await other.person('alice');
  const issued = await one.ask();
  const opened = await one.pairing.open({}, AT_THE_KIT);
  await refusedWith('pairing.code_unknown', other.pairing.find(issued.code, alice));
  await refusedWith(
    'pairing.code_unknown',
    other.pairing.typed({ code: opened.code, device: WATCH, remote: '10.42.0.1' }),
  );
  assert.equal((await other.poll(issued)).state, 'unknown');
  const token = await one.auth.codeTokens.issue({ id: issued.pairingId, expiresMs: issued.expiresMs });
  assert.deepEqual(await other.auth.codeTokens.check(token), { refused: 'malformed' });
  assert.deepEqual(await one.auth.codeTokens.check(token), { pairingId: issued.pairingId });
});

test('the odds, recomputed for these alphabets and limits', (t) => {
  const perHour = (form: keyof typeof CODE_FORMS, live: number) => {
    const { alphabet, chars } = CODE_FORMS[form];
    return (WRONG_PER_BOX_MAX * live) / alphabet.length ** chars;
  };
  const odds = {
    'any of 20 short codes, per hour': perHour('short', LIVE_CODES_MAX),
    'any of 20 long codes, per hour': perHour('long', LIVE_CODES_MAX),
    "the kit's own code, per hour": perHour('short', 1),
  };
  for (const [what, chance] of Object.entries(odds)) {
    t.diagnostic(`${what}: ${chance.toExponential(1)} (1 in ${Math.round(1 / chance).toLocaleString('en')})`);
    assert.ok(chance < 1.5e-6, what);
  }
});
