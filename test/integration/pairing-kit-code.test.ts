import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT_THE_BUTTON } from '../../src/auth/pairing-ports.ts';
import { AT_THE_KIT, openPairing, refusedWith } from '../support/pairing-world.ts';

/** Direction B: the kit shows a code for a moment, and the device types it. */

const SECOND_MS = 1_000;
const REMOTE = '10.42.0.30';
const WATCH = { name: 'Watch of Bo', kind: 'watch' };

test('a watch types what the kit shows, and is a display of who opened it', async (t) => {
  const { pairing, person, clock } = await openPairing(t);
  const chief = await person('chief', { role: 'administrator', groups: ['blue'] });
  const opened = await pairing.open({ channels: ['blue'] }, chief);
  assert.match(opened.code, /^[2-9A-HKMNP-Z]{6}$/);
  assert.equal(opened.expiresMs, clock.now() + 120 * SECOND_MS);
  assert.deepEqual(pairing.shown().open, opened);
  const typed = `${opened.code.slice(0, 3)} ${opened.code.slice(3)}`.toLowerCase();
  const { display } = await pairing.typed({ code: typed, device: WATCH, remote: REMOTE });
  assert.deepEqual(
    [display.kind, display.name, display.groups],
    ['display', 'Watch of Bo', [{ name: 'blue', direction: 'OUT' }]],
  );
  assert.equal(pairing.shown().open, undefined);
  const [row] = await pairing.list(chief);
  assert.deepEqual([row?.state, row?.kind, row?.owner, row?.remote], ['paired', 'watch', 'chief', REMOTE]);
});

test('one code, one device: of many that type it at once, one is in', async (t) => {
  const { pairing } = await openPairing(t);
  const { code } = await pairing.open({}, AT_THE_BUTTON);
  const tries = Array.from({ length: 8 }, (_, i) =>
    pairing.typed({ code, device: WATCH, remote: `10.42.0.${100 + i}` }).then(
      () => 'in',
      (error) => error.code as string,
    ),
  );
  const results = await Promise.all(tries);
  assert.deepEqual(results.filter((result) => result === 'in').length, 1);
  assert.deepEqual(new Set(results), new Set(['in', 'pairing.code_unknown']));
  await refusedWith('pairing.code_unknown', pairing.typed({ code, device: WATCH, remote: REMOTE }));
});

test('after 120 s, after closing, and after another was opened, a code is none', async (t) => {
  const { pairing, clock } = await openPairing(t);
  const type = (code: string) => pairing.typed({ code, device: WATCH, remote: REMOTE });
  const late = await pairing.open({}, AT_THE_KIT);
  clock.advance(120 * SECOND_MS);
  assert.equal(pairing.shown().open, undefined);
  await refusedWith('pairing.code_unknown', type(late.code));

  const first = await pairing.open({}, AT_THE_KIT);
  const second = await pairing.open({}, AT_THE_KIT);
  assert.equal(pairing.shown().open?.id, second.id);
  await refusedWith('pairing.code_unknown', type(first.code));
  await pairing.close(AT_THE_KIT);
  assert.equal(pairing.shown().open, undefined);
  await refusedWith('pairing.code_unknown', type(second.code));
});

test('the name that was given when it was opened counts', async (t) => {
  const { pairing } = await openPairing(t);
  const { code } = await pairing.open({ name: 'Medic' }, AT_THE_KIT);
  const { display } = await pairing.typed({ code, device: WATCH, remote: REMOTE });
  assert.equal(display.name, 'Medic');
});

test('the codes of the two directions are two things', async (t) => {
  const { pairing, person, ask } = await openPairing(t);
  const alice = await person('alice');
  const opened = await pairing.open({}, AT_THE_KIT);
  const asked = await ask();
  // What a device shows is not good for typing, and what the kit shows is not there to be approved or polled.
  await refusedWith(
    'pairing.code_unknown',
    pairing.typed({ code: asked.code, device: WATCH, remote: REMOTE }),
  );
  await refusedWith('pairing.code_unknown', pairing.find(opened.code, alice));
  await refusedWith('pairing.unknown', pairing.approve({ id: opened.id }, alice));
  const polled = await pairing.poll({ by: { pairingId: opened.id, code: opened.code }, remote: REMOTE });
  assert.equal(polled.state, 'unknown');
});

test('only the kit and who may open one see the code in the list', async (t) => {
  const { pairing, person, ask } = await openPairing(t);
  const operator = await person('op', { role: 'operator' });
  const alice = await person('alice');
  const opened = await pairing.open({}, operator);
  const asked = await ask();
  const codes = async (by: typeof alice) => (await pairing.list(by)).map(({ state, code }) => [state, code]);
  assert.deepEqual(await codes(AT_THE_KIT), [
    ['open', opened.code],
    ['pending', asked.code],
  ]);
  // To approve a device, a person has to look at it: its code is not told.
  assert.deepEqual(await codes(operator), [
    ['open', opened.code],
    ['pending', undefined],
  ]);
  assert.deepEqual(await codes(alice), []);
});
