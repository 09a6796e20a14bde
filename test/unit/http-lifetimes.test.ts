import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { User } from '../../src/auth/ports.ts';
import { BivouacError } from '../../src/core/errors.ts';
import type { Caller } from '../../src/http/access.ts';
import { createPollResults } from '../../src/http/dialects/opentaxii/results.ts';
import type { AppEnv } from '../../src/http/env.ts';
import type { Peer } from '../../src/http/peer.ts';
import { createRouter } from '../../src/http/router.ts';
import { type PairPageDeps, registerPairPage } from '../../src/http/routes/pairing/pair-page.ts';
import { refuseStale } from '../../src/http/step-up.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Lives that HTTP keeps by itself, from both sides. test/lifetimes.md has the whole list. */

const MINUTE_MS = 60_000;
const ALICE = { id: 'alice-id', name: 'alice', role: 'user', kind: 'user', state: 'enabled' } as User;

test('a change of power asks for a sign-in of the last five minutes, to the millisecond', () => {
  const nowMs = Date.UTC(2026, 5, 1);
  const signedIn = (agoMs: number) =>
    ({ kind: 'user', user: ALICE, via: 'session', session: { authenticatedMs: nowMs - agoMs } }) as Caller;
  refuseStale(signedIn(5 * MINUTE_MS), nowMs);
  refuseStale(signedIn(0), nowMs);
  const stale = { code: 'auth.step_up' };
  assert.throws(() => refuseStale(signedIn(5 * MINUTE_MS + 1), nowMs), stale);
  assert.throws(() => refuseStale(signedIn(-1), nowMs), stale, 'signed in after now: the clock was set back');
  const byCertificate = { kind: 'user', user: ALICE, via: 'certificate' } as Caller;
  assert.throws(() => refuseStale(byCertificate, nowMs), stale);
  refuseStale({ kind: 'user', user: ALICE, via: 'password' } as Caller, nowMs);
});

test('a result of TAXII that nobody fetches from is forgotten after ten minutes', () => {
  const clock = new FakeClock();
  const results = createPollResults(clock);
  const order = { accountId: 'alice', collection: 'all', window: {}, start: 1 } as never;
  const { id } = results.open(order);
  clock.advance(10 * MINUTE_MS - 1);
  assert.equal(results.find(id)?.id, id);
  clock.advance(10 * MINUTE_MS - 1);
  assert.equal(results.find(id)?.id, id, 'a part that was fetched begins its time anew');
  clock.advance(10 * MINUTE_MS);
  assert.equal(results.find(id), undefined);
});

test('between signing in on the page for a screen and letting it in there are five minutes', async () => {
  const clock = new FakeClock();
  const app = new OpenAPIHono<AppEnv>();
  const router = createRouter(app, { admit: async () => undefined, sessionOf: () => undefined });
  const request = { id: 'pairing-1', kind: 'tv', name: 'TV tent', remote: '10.42.0.9', channels: [] };
  const approved: string[] = [];
  registerPairPage(router, {
    clock,
    users: { byId: async () => ALICE },
    doors: { signIn: { withPassword: async () => ({ state: 'signed_in', proof: { user: ALICE } }) } },
    pairing: {
      find: async () => ({ ...request, createdMs: clock.now(), expiresMs: clock.now() + MINUTE_MS }),
      approve: async ({ id }: { id: string }) => {
        approved.push(id);
        return request;
      },
      refuse: async () => Promise.reject(new BivouacError('pairing.over')),
    },
  } as unknown as PairPageDeps);
  const peer = { listener: 'https', remoteAddress: '10.42.0.7', isTls: true } as Peer;
  const send = (path: string, fields: Readonly<Record<string, string>>, cookie = '') => {
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const body = String(new URLSearchParams(fields));
    return app.fetch(new Request(`https://kit${path}`, { method: 'POST', headers, body }), { peer });
  };
  async function decideAfter(ms: number): Promise<number> {
    const page = await send('/pair', { code: 'BCDF-GHJK', user: 'alice', pass: 'x' });
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? '';
    assert.match(page.headers.get('set-cookie') ?? '', /Max-Age=300;/);
    clock.advance(ms);
    return (await send('/pair/decision', { decision: 'approve' }, cookie)).status;
  }
  assert.equal(await decideAfter(5 * MINUTE_MS - 1), 200);
  assert.deepEqual(approved, ['pairing-1']);
  assert.notEqual(await decideAfter(5 * MINUTE_MS), 200);
  assert.equal(approved.length, 1);
});
