import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codingFor } from '../../src/http/routes/web.ts';
import { problemOf } from '../../src/web/api/problem.ts';
import { addressOf, createApi } from '../../src/web/api/request.ts';
import { codeOfFragment } from '../../src/web/claim/fragment-code.ts';
import { passwordRules } from '../../src/web/claim/password-rules.ts';
import { wifiText } from '../../src/web/kit/wifi-text.ts';
import { after as pictureAfter } from '../../src/web/live/picture.ts';
import { clientOf } from '../../src/web/people/client-of.ts';
import { matchRoute } from '../../src/web/router/match.ts';
import { groupedCode } from '../../src/web/ui/grouped-code.ts';
import { fill } from '../../src/web/words/fill.ts';

test('a page is found by the form of its address, and only at its depth', () => {
  const routes = [
    { pattern: '/', page: 'home' },
    { pattern: '/people/new', page: 'new' },
    { pattern: '/people/:name', page: 'person' },
  ];
  assert.deepEqual(matchRoute('/', routes), { page: 'home', parameters: {} });
  assert.deepEqual(matchRoute('/people/new/', routes), { page: 'new', parameters: {} });
  assert.deepEqual(matchRoute('/people/Anna%20%26%20B', routes), {
    page: 'person',
    parameters: { name: 'Anna & B' },
  });
  assert.equal(matchRoute('/people/a/b', routes), undefined);
  // Half an escape is what somebody typed, not a reason to fail.
  assert.equal(matchRoute('/people/%E0%A4%A', routes)?.parameters['name'], '%E0%A4%A');
});

test('parts of an address and parameters are escaped', () => {
  assert.equal(addressOf('/api/people/{name}', { name: 'a/b?c#d' }), '/api/people/a%2Fb%3Fc%23d');
  assert.equal(
    addressOf('/api/calls', {}, { limit: 5, beforeId: undefined, text: 'a&b' }),
    '/api/calls?limit=5&text=a%26b',
  );
});

test('a call carries the token against forgery when it changes something, and says what was refused', async () => {
  const seen: { address: string; init: RequestInit }[] = [];
  const answers = [
    Response.json([]),
    Response.json({ error: { code: 'user.exists', message: 'Taken' } }, { status: 409 }),
    new Response(null, { status: 204 }),
  ];
  const api = createApi({
    csrfToken: () => 'mark',
    fetch: async (address, init) => {
      seen.push({ address: String(address), init: init! });
      return answers.shift()!;
    },
  });
  assert.deepEqual(await api('GET /api/people'), []);
  await assert.rejects(api('POST /api/people', { body: { name: 'anna' } }), {
    code: 'user.exists',
    status: 409,
    message: 'Taken',
  });
  assert.equal(await api('DELETE /api/people/{name}', { path: { name: 'anna' } }), undefined);
  assert.deepEqual(
    seen.map(({ init }) => [init.method, (init.headers as Record<string, string>)['x-xsrf-token']]),
    [
      ['GET', undefined],
      ['POST', 'mark'],
      ['DELETE', 'mark'],
    ],
  );
  const lost = createApi({
    csrfToken: () => undefined,
    fetch: async () => {
      throw new TypeError('no network');
    },
  });
  await assert.rejects(lost('GET /api/people'), { code: 'kit.lost', isLost: true });
});

test('an answer that is not ours is a problem all the same', () => {
  assert.equal(problemOf(502, undefined).code, 'http.502');
  assert.equal(problemOf(500, { error: 'text' }).code, 'http.500');
  assert.deepEqual(
    problemOf(429, { error: { code: 'a.b', message: 'm', details: { retryAfterMs: 5 } } }).details,
    {
      retryAfterMs: 5,
    },
  );
});

test('texts are filled in, in the form that their number asks for', () => {
  const english = (n: number) => new Intl.PluralRules('en').select(n);
  assert.equal(fill('{n} phone|{n} phones', { n: 1 }, english), '1 phone');
  assert.equal(fill('{n} phone|{n} phones', { n: 0 }, english), '0 phones');
  assert.equal(fill('Hello {name}, {other}', { name: '{other}' }, english), 'Hello {other}, {other}');
});

test('codes are grouped as the display groups them', () => {
  assert.equal(groupedCode('K7M42P'), 'K7M 42P');
  assert.equal(groupedCode('HQRTXDLM'), 'HQRT-XDLM');
  assert.equal(groupedCode('HQRT-XDLM'), 'HQRT-XDLM');
  assert.equal(groupedCode('12345'), '12345');
});

test('the code of an address is taken only when it is one', () => {
  assert.equal(codeOfFragment('#hqrtxdlm'), 'HQRTXDLM');
  assert.equal(codeOfFragment('#HQRT-XDLM'), 'HQRT-XDLM');
  for (const other of ['', '#', '#top', '#<script>', '#HQRTXDLMM'])
    assert.equal(codeOfFragment(other), '', other);
});

test('the rules for passwords count characters as the kit does', () => {
  const policy = { minLength: 4, forbiddenChars: '@:' };
  const met = (password: string) => passwordRules(password, policy).map(({ isMet }) => isMet);
  assert.deepEqual(met('abc'), [false, true]);
  assert.deepEqual(met('🐻🐻🐻🐻'), [true, true]);
  assert.deepEqual(met('ab:cd'), [true, false]);
  assert.equal(passwordRules('', { minLength: 1, forbiddenChars: '' }).length, 1);
});

test('a file is sent in the best form that the client takes', () => {
  const file = { codings: ['br', 'gzip'] as const };
  assert.equal(codingFor('gzip, deflate, br', file), 'br');
  assert.equal(codingFor('GZIP;q=0.5', file), 'gzip');
  assert.equal(codingFor('br;q=0, gzip;q=0.0', file), 'identity');
  assert.equal(codingFor('', file), 'identity');
  assert.equal(codingFor('br', { codings: [] }), 'identity');
});

test('a Wi-Fi with odd signs is one that cameras can read', () => {
  assert.equal(wifiText('a;b', 'c:d\\e'), 'WIFI:T:WPA;S:a\\;b;P:c\\:d\\\\e;;');
});

test('a certificate is used by the device of its name, or by the only one there can be', () => {
  const clients = [{ uid: 'A' }, { uid: 'B' }];
  const mine = { deviceUid: 'B', revokedAtMs: null };
  assert.equal(clientOf(mine, [mine, mine], clients)?.uid, 'B');
  assert.equal(clientOf({ ...mine, deviceUid: null }, [mine, mine], clients), undefined);
  assert.equal(clientOf({ ...mine, deviceUid: null }, [mine], clients)?.uid, 'A');
  assert.equal(clientOf({ ...mine, revokedAtMs: 1 }, [mine], clients), undefined);
});

test('the stream tells who is there, who has left, and who calls for help', () => {
  const nothing = { mates: new Map(), alerts: new Map(), isLive: false };
  const mate = { type: 'position', uid: 'A', callsign: 'MEDIC-1', isSelf: true } as const;
  const marker = { type: 'position', uid: 'M', callsign: 'Tree' } as const;
  const first = pictureAfter(nothing, { type: 'snapshot', isFirst: true, events: [mate, marker] }, 1_000);
  assert.deepEqual([[...first.mates.keys()], first.isLive], [['A'], true]);
  const called = pictureAfter(first, { type: 'alert', uid: 'X', callsign: 'MEDIC-1', alert: '911' }, 2_000);
  assert.equal(called.alerts.size, 1);
  const over = pictureAfter(called, { type: 'alert', uid: 'X', isOver: true }, 3_000);
  assert.equal(over.alerts.size, 0);
  const part = pictureAfter(
    over,
    { type: 'snapshot', isFirst: false, events: [{ ...mate, uid: 'B' }] },
    4_000,
  );
  assert.deepEqual([...part.mates.keys()], ['A', 'B']);
  assert.equal(pictureAfter(part, { type: 'gone', uid: 'A' }, 5_000).mates.size, 1);
});
