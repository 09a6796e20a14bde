import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDownloadLinks, type LinkOrder } from '../../src/http/download-links.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE_MS = 60_000;
const FIRST = { remoteAddress: '10.42.0.17', isTls: false };
const SECOND = { remoteAddress: '10.42.0.18', isTls: false };

function order(changes: Partial<LinkOrder> = {}): LinkOrder {
  const file = { fileName: 'a.zip', mediaType: 'application/zip', content: new Uint8Array([1]) };
  return { file, holdsKey: false, lifeMs: 15 * MINUTE_MS, ...changes };
}

test('the first device that asks has it, and may ask again for two minutes', () => {
  const clock = new FakeClock();
  const links = createDownloadLinks({ clock });
  const { token } = links.add(order());
  assert.ok(links.take(token, FIRST));
  assert.equal(links.take(token, SECOND), undefined);
  clock.advance(119_000);
  assert.ok(links.take(token, FIRST), 'its Wi-Fi broke off');
  clock.advance(2_000);
  assert.equal(links.take(token, FIRST), undefined);
  assert.equal(links.has(token), false);
});

test('a link that nobody took ends with its time, also when the wall clock jumps', () => {
  const clock = new FakeClock();
  const links = createDownloadLinks({ clock });
  const { token } = links.add(order());
  clock.setWall(clock.now() + 10 * 365 * 86_400_000);
  clock.advance(15 * MINUTE_MS - 1);
  assert.equal(links.has(token), true);
  clock.advance(1);
  assert.equal(links.has(token), false);
  assert.equal(links.take(token, FIRST), undefined);
});

test('what holds a key needs TLS, and a plain attempt does not use it up', () => {
  const links = createDownloadLinks({ clock: new FakeClock() });
  const { token } = links.add(order({ holdsKey: true }));
  assert.equal(links.take(token, FIRST), undefined);
  assert.ok(links.take(token, { ...SECOND, isTls: true }));
});

test('tokens are long, and their number is bounded', () => {
  const clock = new FakeClock();
  const links = createDownloadLinks({ clock });
  const tokens = Array.from({ length: 200 }, () => links.add(order()).token);
  assert.equal(new Set(tokens).size, 200);
  assert.match(tokens[0]!, /^[a-km-np-z2-9]{26}$/);
  assert.throws(() => links.add(order()), { code: 'link.too_many' });
  clock.advance(16 * MINUTE_MS);
  assert.ok(links.add(order()).token);
});
