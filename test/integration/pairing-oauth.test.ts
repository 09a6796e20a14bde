import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';
import { AT_THE_KIT } from '../support/pairing-world.ts';

/** RFC 8628 as a client that knows nothing but the RFC drives it, and what belongs to it (6749, 7009, 8414). */

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

interface Authorization {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
}

describe('the device grant', { timeout: 60_000 }, () => {
  let http: HttpKit;

  before(async () => {
    http = await startHttpKit();
    await http.addUser('alice');
    await http.addUser('bob');
  });
  after(() => http.stop());

  const post = (path: string, fields: Readonly<Record<string, string>>) =>
    http.ask('https', path, {
      method: 'POST',
      body: String(new URLSearchParams(fields)),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  async function authorize(more: Readonly<Record<string, string>> = {}): Promise<Authorization> {
    const answer = await post('/oauth/device_authorization', { client_id: 'bivouac-tv', ...more });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['cache-control'], 'no-store');
    return answer.json<Authorization>();
  }

  const ask = (device_code: string) =>
    post('/oauth/token', { grant_type: DEVICE_GRANT, device_code, client_id: 'bivouac-tv' });

  async function refusalOf(answer: ReturnType<typeof ask>, status = 400): Promise<string> {
    const { status: got, headers, json, text } = await answer;
    assert.equal(got, status, text);
    assert.equal(headers['cache-control'], 'no-store');
    return json<{ error: string }>().error;
  }

  /** A signed-in person at the API: looks the code up, and decides. */
  const person = (as: string, path: string, body: object) =>
    http.ask('https', path, {
      method: 'POST',
      as,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

  async function decide(user_code: string, decision: 'approve' | 'refuse', as = 'alice') {
    const found = await person(as, '/api/pairings/find', { code: user_code });
    assert.equal(found.status, 200, found.text);
    const { id } = found.json<{ id: string }>();
    const answer = await person(as, `/api/pairings/${id}/${decision}`, {});
    assert.equal(answer.status, 200, answer.text);
    return id;
  }

  async function pair(): Promise<Tokens & { id: string }> {
    const { device_code, user_code } = await authorize();
    const id = await decide(user_code, 'approve');
    const answer = await ask(device_code);
    assert.equal(answer.status, 200, answer.text);
    return { id, ...answer.json<Tokens>() };
  }

  test('from the code to the tokens', async () => {
    const authorization = await authorize({ device_name: 'TV tent', device_kind: 'tv' });
    const { device_code, user_code, verification_uri, verification_uri_complete } = authorization;
    assert.match(user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    assert.match(verification_uri, /^https:\/\/[^/]+\/pair$/);
    assert.equal(verification_uri_complete, `${verification_uri}?code=${user_code}`);
    assert.equal(authorization.interval, 5);
    assert.ok(authorization.expires_in > 295 && authorization.expires_in <= 300);
    assert.equal(await refusalOf(ask(device_code)), 'authorization_pending');
    await decide(user_code.toLowerCase().replace('-', ''), 'approve');
    const answer = await ask(device_code);
    assert.equal(answer.status, 200, answer.text);
    const tokens = answer.json<Tokens>();
    assert.equal(tokens.token_type, 'Bearer');
    assert.ok(tokens.expires_in > 4 * 3_600 - 10 && tokens.expires_in <= 4 * 3_600);
    assert.equal(await refusalOf(ask(device_code)), 'invalid_grant', 'a device code is good once');
    const rows = (await http.ask('https', '/api/pairings', { as: 'alice' })).json<
      Record<string, unknown>[]
    >();
    const { state, name, kind, owner, channels } = rows[0]!;
    assert.deepEqual([state, name, kind, owner, channels], ['paired', 'TV tent', 'tv', 'alice', ['blue']]);
    assert.ok(!JSON.stringify(rows).includes('oken'), 'a list holds no token');
  });

  test('too fast: slow_down; refused: access_denied; unknown: invalid_grant', async () => {
    const { device_code, user_code } = await authorize();
    assert.equal(await refusalOf(ask(device_code)), 'authorization_pending');
    assert.equal(await refusalOf(ask(device_code)), 'slow_down');
    await decide(user_code, 'refuse');
    assert.equal(await refusalOf(ask(device_code)), 'access_denied');
    assert.equal(await refusalOf(ask('nonsense')), 'invalid_grant');
  });

  test('what is missing or meant for somebody else', async () => {
    assert.equal(await refusalOf(post('/oauth/device_authorization', {})), 'invalid_request');
    assert.equal(await refusalOf(post('/oauth/token', { grant_type: DEVICE_GRANT })), 'invalid_request');
    assert.equal(await refusalOf(post('/oauth/token', { grant_type: 'refresh_token' })), 'invalid_request');
    assert.equal(
      await refusalOf(post('/oauth/token', { grant_type: 'client_credentials' })),
      'unsupported_grant_type',
    );
    // The code that a person sees is not the code that the device holds.
    const { user_code } = await authorize();
    assert.equal(await refusalOf(ask(user_code)), 'invalid_grant');
  });

  test('a refresh token is good once; spent again from elsewhere, it ends the family', async () => {
    const { access_token, refresh_token } = await pair();
    const refresh = (token: string, userAgent = 'tv') =>
      http.ask('https', '/oauth/token', {
        method: 'POST',
        body: String(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token })),
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': userAgent },
      });
    const next = (await refresh(refresh_token)).json<Tokens>();
    assert.notEqual(next.refresh_token, refresh_token);
    const ticket = (token: string) =>
      http.ask('https', '/api/ws-ticket', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    assert.equal((await ticket(next.access_token)).status, 200);
    assert.equal(await refusalOf(refresh(refresh_token, 'thief')), 'invalid_grant');
    for (const token of [access_token, next.access_token]) assert.equal((await ticket(token)).status, 401);
    assert.equal(await refusalOf(refresh(next.refresh_token)), 'invalid_grant');
  });

  test('a device signs itself off (RFC 7009)', async () => {
    const { id, access_token, refresh_token } = await pair();
    assert.equal((await post('/oauth/revoke', { token: 'nonsense' })).status, 200);
    assert.equal((await post('/oauth/revoke', { token: refresh_token })).status, 200);
    const ticket = await http.ask('https', '/api/ws-ticket', {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}` },
    });
    assert.equal(ticket.status, 401);
    const rows = (await http.ask('https', '/api/pairings', { as: 'alice' })).json<{ id: string }[]>();
    assert.ok(!rows.some((row) => row.id === id));
    assert.equal(await refusalOf(post('/oauth/revoke', {})), 'invalid_request');
  });

  test('the metadata names what is there', async () => {
    const answer = await http.ask('https', '/.well-known/oauth-authorization-server');
    const metadata = answer.json<Record<string, unknown>>();
    const issuer = metadata['issuer'] as string;
    assert.match(issuer, /^https:\/\/[^/]+$/);
    assert.deepEqual(metadata['grant_types_supported'], [DEVICE_GRANT, 'refresh_token', 'password']);
    for (const name of ['device_authorization_endpoint', 'token_endpoint', 'revocation_endpoint']) {
      const path = new URL(metadata[name] as string).pathname;
      assert.ok(
        http.kit.http.routes.some((route) => route.method === 'POST' && route.path === path),
        path,
      );
    }
  });

  test('a display may look on, and nothing else', async () => {
    const { access_token } = await pair();
    const bearer = { authorization: `Bearer ${access_token}` };
    for (const { method, path, access } of http.kit.http.routes) {
      if (access.who === 'public' || path === '/api/ws-ticket') continue;
      for (const listener of ['https', 'http'] as const) {
        if (!access.on.includes(listener)) continue;
        const { status, text } = await http.ask(listener, path.replaceAll(/:\w+(\{[^}]*\})?/g, 'x'), {
          method,
          headers: bearer,
        });
        // TAXII says it in a message of its own, which is a good answer for HTTP.
        const isClosed = status === 401 || status === 403 || /status_type="UNAUTHORIZED"/.test(text);
        assert.ok(isClosed || access.by?.includes('takeout') === true, `${method} ${path}: ${status}`);
      }
    }
  });

  test('the API: everybody his own, administrators all; rename, revoke', async () => {
    const { id } = await pair();
    const list = async (as: string) =>
      (await http.ask('https', '/api/pairings', { as })).json<{ id: string; name: string }[]>();
    assert.ok(!(await list('bob')).some((row) => row.id === id));
    assert.ok((await list('administrator')).some((row) => row.id === id));
    const change = (as: string, body: object) =>
      http.ask('https', `/api/pairings/${id}`, {
        method: 'PATCH',
        as,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    assert.equal((await change('bob', { name: 'Mine' })).status, 404);
    assert.equal((await change('alice', { name: 'Kitchen' })).status, 204);
    assert.equal((await list('alice')).find((row) => row.id === id)?.name, 'Kitchen');
    assert.equal(
      (await http.ask('https', `/api/pairings/${id}`, { method: 'DELETE', as: 'alice' })).status,
      204,
    );
    assert.equal(
      (await http.ask('https', `/api/pairings/${id}`, { method: 'DELETE', as: 'alice' })).status,
      404,
    );
  });

  test('the kit shows a code for administrators, and a device types it', async () => {
    assert.equal((await person('alice', '/api/pairings/open', {})).status, 403);
    const opened = await person('administrator', '/api/pairings/open', { channels: ['blue'] });
    assert.equal(opened.status, 201, opened.text);
    const { code } = opened.json<{ code: string }>();
    assert.equal(http.kit.auth.pairing.shown().open?.code, code);
    const typed = () =>
      http.ask('https', '/api/pair', {
        method: 'POST',
        body: JSON.stringify({ code, name: 'Watch', kind: 'watch' }),
        headers: { 'content-type': 'application/json' },
      });
    const answer = await typed();
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json<Tokens>().token_type, 'Bearer');
    assert.equal((await typed()).status, 404);
    await person('administrator', '/api/pairings/open', {});
    await http.ask('https', '/api/pairings/open', { method: 'DELETE', as: 'administrator' });
    assert.equal(http.kit.auth.pairing.shown().open, undefined);
    assert.ok(await http.kit.auth.pairing.list(AT_THE_KIT));
  });
});
