import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  activeGenerations,
  type CaGeneration,
  clientIssuer,
  serverIssuer,
} from '../../src/pki/generations.ts';
import { DAY_MS } from '../../src/pki/validity.ts';

const NOW_MS = Date.UTC(2030, 0, 1);

function generation(ordinal: number, changes: Partial<CaGeneration> = {}): CaGeneration {
  return {
    id: `id-${ordinal}`,
    ordinal,
    origin: 'made',
    isRetired: false,
    name: `CA ${ordinal}`,
    serial: '',
    fingerprint: '',
    pem: '',
    notBeforeMs: 0,
    notAfterMs: NOW_MS + 1_000 * DAY_MS,
    ...changes,
  };
}

test('clients are issued from the newest, the server from the oldest that is trusted', () => {
  const all = [generation(1, { isRetired: true }), generation(2), generation(3)];
  assert.equal(clientIssuer(all, NOW_MS).ordinal, 3);
  assert.equal(serverIssuer(all, NOW_MS).ordinal, 2);
  assert.deepEqual(
    activeGenerations(all).map(({ ordinal }) => ordinal),
    [3, 2],
  );
});

test('a CA near its end leaves the server certificate to a younger one, if there is one', () => {
  const ending = generation(1, { notAfterMs: NOW_MS + 10 * DAY_MS });
  assert.equal(serverIssuer([ending, generation(2)], NOW_MS).ordinal, 2);
  assert.equal(serverIssuer([ending], NOW_MS).ordinal, 1);
});

test('when all have ended, the dates are said: the clock may be the culprit', () => {
  const ended = [generation(1, { notAfterMs: Date.UTC(2029, 11, 24) })];
  for (const choose of [clientIssuer, serverIssuer]) {
    assert.throws(() => choose(ended, NOW_MS), {
      code: 'ca.unusable',
      message: /ended on 2029-12-24.*says 2030-01-01/,
    });
  }
});
