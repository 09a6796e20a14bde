import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { APIAuthPassword, TAKAPI } from '@tak-ps/node-tak';
import { type DocumentServer, type Reply, startDocumentServer } from '../support/document-client.ts';
import { totpCode } from '../support/totp-code.ts';

/** OpenTAKServer's `/oauth/token`, with which programs sign in that have no pages (CloudTAK, TAKX). */

const ADMIN_PASSWORD = 'orchid-lantern-over-tundra';
const GOOD = 'nine copper kettles sing';
const HOUR_S = 3_600;

interface Granted {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: string;
}

describe('OpenTAKServer: OAuth with name and password', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer(ADMIN_PASSWORD);
    for (const name of ['alice', 'carol', 'dora']) {
      await kit.console('POST', '/api/people', { name, password: GOOD, groups: ['blue'] });
    }
  });
  after(() => kit.stop());

  const form = (fields: Record<string, string>): Promise<Reply> =>
    kit.send('/oauth/token', {
      method: 'POST',
      body: String(new URLSearchParams(fields)),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  function assertGranted(reply: Reply): Granted {
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers['cache-control'], 'no-store');
    const granted = reply.json<Granted>();
    assert.deepEqual(Object.keys(granted).toSorted(), ['access_token', 'expires_in', 'token_type']);
    assert.equal(granted.token_type, 'Bearer');
    // The server of others says a year; nobody can take such a token back there.
    assert.ok(granted.expires_in > 12 * HOUR_S - 60 && granted.expires_in <= 12 * HOUR_S);
    return granted;
  }

  test('by form, with the grant named or not, by JSON, and in the address', async () => {
    const who = { username: 'alice', password: GOOD };
    const query = String(new URLSearchParams(who));
    for (const reply of [
      await form({ grant_type: 'password', ...who }),
      await form(who),
      await kit.sendJson('/oauth/token', who),
      await kit.send(`/oauth/token?grant_type=password&${query}`, { method: 'POST' }),
      await kit.send(`/oauth/token?${query}`),
    ]) {
      const { access_token } = assertGranted(reply);
      assert.equal((await kit.send('/api/me', bearer(access_token))).status, 200);
    }
    assert.ok(!JSON.stringify(kit.server.logs).includes(GOOD));
  });

  test('whatever is wrong is told with one text', async () => {
    await kit.console('PATCH', '/api/people/carol', { isEnabled: false });
    for (const fields of [
      { username: 'alice', password: 'wrong' },
      { username: 'nobody', password: GOOD },
      { username: 'carol', password: GOOD },
      { username: '', password: '' },
    ]) {
      const reply = await form({ grant_type: 'password', ...fields });
      assert.equal(reply.status, 400);
      assert.equal(reply.text, '{"error":"Invalid username or password","success":false}');
    }
  });

  test('who has a second factor gets none: there is no second step here', async () => {
    const made = await kit.console('POST', '/api/people/dora/factors/totp');
    const { secret } = made.json<{ secret: string }>();
    const code = totpCode(secret);
    assert.equal((await kit.console('POST', '/api/people/dora/factors/totp/activate', { code })).status, 200);
    const reply = await form({ username: 'dora', password: GOOD });
    assert.equal(reply.text, '{"error":"Invalid username or password","success":false}');
  });

  test('its token is the dialect’s own: no other dialect takes it, and logging out ends it', async () => {
    const { access_token } = assertGranted(await form({ username: 'alice', password: GOOD }));
    for (const path of ['/api/v1/me', '/api/tracks/x/location']) {
      assert.equal((await kit.send(path, bearer(access_token))).status, 401, path);
    }
    const out = await kit.send('/api/logout', { method: 'POST', ...bearer(access_token) });
    assert.equal(out.status, 200);
    assert.equal((await kit.send('/api/me', bearer(access_token))).status, 401);
  });

  test('another site cannot sign a browser in by it', async () => {
    const reply = await kit.send('/oauth/token', {
      method: 'POST',
      body: String(new URLSearchParams({ username: 'alice', password: GOOD })),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
    });
    assert.equal(reply.status, 403);
  });

  test('node-tak signs in as it does with a TAK server', async () => {
    const api = await TAKAPI.init(new URL(kit.base), new APIAuthPassword('alice', GOOD));
    const { contents } = await api.OAuth.login({ username: 'alice', password: GOOD });
    assert.equal(contents.sub, 'alice');
    await assert.rejects(TAKAPI.init(new URL(kit.base), new APIAuthPassword('alice', 'wrong')));
  });
});
