import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CODE_FORMS, newPairingCode } from '../../src/auth/pairing-codes.ts';
import { WRONG_PER_BOX_MAX, WRONG_PER_PERSON_MAX } from '../../src/auth/pairing-limits.ts';
import { LIVE_CODES_MAX } from '../../src/store/repositories/pairings.ts';
import { type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';
import { AT_THE_KIT } from '../support/pairing-world.ts';

/**
 * Attacks on pairing over HTTP, as fast as the machine goes. Strangers come from many addresses of the loopback's
 * network. What needs other times (replay after expiry) or another kit stands in pairing-guessing.test.ts and
 * pairing-approval.test.ts, at the core; bans in pairing-ban.test.ts.
 */

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

/** What a stranger at `from` (the last two numbers of 127.x.y.z) sends. */
interface Shot {
  readonly from?: number;
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const PARALLEL = 16;
const JSON_BODY = { 'content-type': 'application/json' };

describe('attacks on pairing', { timeout: 60_000 }, () => {
  let http: HttpKit;

  before(async () => {
    http = await startHttpKit();
    await http.addUser('alice');
    await http.addUser('mallory');
  });
  after(() => http.stop());

  function fire({ from = 1, method = 'POST', path, body, headers = {} }: Shot): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port: http.port('http'),
          localAddress: `127.1.${from >> 8}.${from & 255}`,
          agent: false,
          method,
          path,
          headers,
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            text += chunk;
          });
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, text, retryAfter: answer.headers['retry-after'] }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** All shots, some at a time; how many got which status, and how fast it went. */
  async function volley(shots: readonly Shot[]) {
    const replies: Reply[] = [];
    let next = 0;
    const startMs = performance.now();
    const shooter = async () => {
      for (let i = next++; i < shots.length; i = next++) replies[i] = await fire(shots[i]!);
    };
    await Promise.all(Array.from({ length: PARALLEL }, shooter));
    const perSecond = Math.round((1_000 * shots.length) / (performance.now() - startMs));
    const count = (status: number) => replies.filter((reply) => reply.status === status).length;
    return { replies, count, perSecond };
  }

  const typeCode = (code: string, from: number): Shot => ({
    from,
    path: '/api/pair',
    body: JSON.stringify({ code, kind: 'watch' }),
    headers: JSON_BODY,
  });

  async function newCode(from: number): Promise<{ AccessToken: string; Code: string }> {
    const reply = await fire({ from, method: 'GET', path: '/api/code' });
    assert.equal(reply.status, 200, reply.text);
    return JSON.parse(reply.text);
  }

  const poll = (token: string, code: string, from = 9): Shot => ({
    from,
    path: '/api/code',
    body: JSON.stringify({ Code: code }),
    headers: { ...JSON_BODY, authorization: `Bearer ${token}` },
  });

  const asPerson = (name: string, path: string, body: object, from = 1): Shot => ({
    from,
    path,
    body: JSON.stringify(body),
    headers: {
      ...JSON_BODY,
      authorization: `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}`,
    },
  });

  async function approve(code: string): Promise<void> {
    const { pairing } = http.kit.auth;
    await pairing.approve({ id: (await pairing.find(code, AT_THE_KIT)).id }, AT_THE_KIT);
  }

  /** What one test left live must not stand in the way of the next. */
  beforeEach(async () => {
    const { pairing } = http.kit.auth;
    for (const { id } of await pairing.list(AT_THE_KIT)) await pairing.revoke(id, AT_THE_KIT);
  });

  test('cross-redeem: a token opens its own code and no other, approved or not', async () => {
    const codes = await Promise.all([1, 2, 3, 4].map((from) => newCode(200 + from)));
    for (const { Code } of codes) await approve(Code);
    const crossed = codes.flatMap((mine) =>
      codes.filter((other) => other !== mine).map((other) => poll(mine.AccessToken, other.Code)),
    );
    const { count } = await volley(crossed);
    assert.equal(count(401), crossed.length);
    const { count: own } = await volley(codes.map(({ AccessToken, Code }) => poll(AccessToken, Code)));
    assert.equal(own(200), codes.length, 'and nobody lost his by that');
  });

  test('double redeem: of 64 that fetch at one moment, one gets tokens', async (t) => {
    const { AccessToken, Code } = await newCode(210);
    await approve(Code);
    const { replies, count } = await volley(Array.from({ length: 64 }, () => poll(AccessToken, Code)));
    assert.equal(count(200), 1);
    assert.equal(count(200) + count(401), replies.length, 'never 429, never an error');
    assert.equal((await http.kit.auth.pairing.list(AT_THE_KIT)).length, 1);
    t.diagnostic(`64 redemptions at once: ${count(200)} good`);
  });

  test('asking at full speed whether it was approved: always 403, and cheap', async (t) => {
    const { AccessToken, Code } = await newCode(220);
    const { replies, count, perSecond } = await volley(
      Array.from({ length: 300 }, () => poll(AccessToken, Code)),
    );
    assert.equal(count(403), replies.length);
    assert.ok(replies.filter(({ retryAfter }) => retryAfter === '1').length > 290);
    t.diagnostic(`${perSecond} polls per second`);
    await approve(Code);
    assert.equal((await fire(poll(AccessToken, Code))).status, 200, 'the flood did not hold it up');
  });

  test('a person who guesses what others show: five looks, however fast', async (t) => {
    const { pairing } = http.kit.auth;
    const device = { kind: 'tv' };
    await pairing.request({ form: 'short', device, remote: '10.9.9.9' });
    const find = (code: string) => asPerson('mallory', '/api/pairings/find', { code }, 700);
    // The first signs in; the others find the password verified.
    await fire(find(newPairingCode('short')));
    const { count, perSecond } = await volley(
      Array.from({ length: 200 }, () => find(newPairingCode('short'))),
    );
    assert.equal(count(404), WRONG_PER_PERSON_MAX - 1);
    assert.equal(count(429), 200 - count(404));
    t.diagnostic(`${perSecond} guesses per second sent, ${WRONG_PER_PERSON_MAX} looked at`);
    const alice = await fire(asPerson('alice', '/api/pairings/find', { code: newPairingCode('short') }, 701));
    assert.equal(alice.status, 404, 'somebody else is not held up');
  });

  test("strangers guess the kit's own code from 100 addresses at full speed: fifty looks in an hour", async (t) => {
    const { pairing } = http.kit.auth;
    const { code } = await pairing.open({}, AT_THE_KIT);
    const shots = Array.from({ length: 1_000 }, (_, i) => {
      const guess = newPairingCode('short');
      return typeCode(guess === code ? 'AAAAAA' : guess, 800 + (i % 100));
    });
    const { replies, count, perSecond } = await volley(shots);
    const looked = count(404);
    assert.equal(looked + count(429), replies.length);
    // A few wrong ones were counted by the tests before.
    assert.ok(looked <= WRONG_PER_BOX_MAX && looked >= WRONG_PER_BOX_MAX - 10, String(looked));
    assert.equal((await fire(typeCode(code, 950))).status, 429, 'even the right one is not looked at now');
    const { alphabet, chars } = CODE_FORMS.short;
    const odds = WRONG_PER_BOX_MAX / alphabet.length ** chars;
    const without = (perSecond * 120) / alphabet.length ** chars;
    t.diagnostic(
      `${perSecond} guesses per second sent, ${looked} looked at: a hit with ${odds.toExponential(1)} ` +
        `(without the limit ${without.toExponential(1)} in the 120 s)`,
    );
    // The way that needs no code stays open.
    const { id } = await pairing
      .request({ form: 'short', device: { kind: 'tv' }, remote: '10.9.9.8' })
      .then(({ pairingId }) => ({ id: pairingId }));
    await pairing.approve({ id }, AT_THE_KIT);
  });

  test('1,000 devices ask for a code: 20 get one, the kit goes on', async (t) => {
    const before = process.memoryUsage().rss;
    const shots = Array.from(
      { length: 1_000 },
      (_, i): Shot => ({ from: 300 + (i % 250), method: 'GET', path: '/api/code' }),
    );
    const { replies, count, perSecond } = await volley(shots);
    assert.equal(count(200) + count(429), replies.length);
    const live = (await http.kit.auth.pairing.list(AT_THE_KIT)).length;
    assert.equal(live, LIVE_CODES_MAX);
    assert.ok(count(200) <= 60, `${count(200)} rows were written within a minute`);
    assert.ok(replies.every(({ status, retryAfter }) => status === 200 || Number(retryAfter) > 0));
    const grownMb = (process.memoryUsage().rss - before) / 1024 ** 2;
    t.diagnostic(
      `${perSecond} requests per second; ${count(200)} answered with a code, ${live} live, RSS +${grownMb.toFixed(0)} MB`,
    );
    // Whoever stands at the kit pairs all the same: its own code is not one of the twenty, and approving needs none.
    const { pairing } = http.kit.auth;
    const { code } = await pairing.open({}, AT_THE_KIT);
    assert.equal(pairing.shown().open?.code, code);
    await pairing.approve({ id: pairing.shown().requests[0]!.id }, AT_THE_KIT);
  });
});
