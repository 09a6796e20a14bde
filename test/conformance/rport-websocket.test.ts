import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { type DocumentServer, startDocumentServer } from '../support/document-client.ts';
import { openStream, type ScreenClient } from '../support/screen-client.ts';

/** RPort's WebSockets, which take its token in the address: `/api/v1/ws/*?access_token=`. */

const ADMIN_PASSWORD = 'orchid-lantern-over-tundra';
const GOOD = 'nine copper kettles sing';

describe('RPort: a WebSocket with access_token', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer(ADMIN_PASSWORD);
    await kit.console('POST', '/api/people', { name: 'alice', password: GOOD, groups: ['blue'] });
  });
  after(() => kit.stop());

  function open(query: string, path = '/api/v1/ws/clients'): ScreenClient {
    return openStream(new WebSocket(`${kit.base.replace('http', 'ws')}${path}${query}`));
  }

  async function tokenOf(): Promise<string> {
    const login = await kit.send('/api/v1/login', { user: `alice:${GOOD}` });
    return login.json<{ data: { token: string } }>().data.token;
  }

  test('it tells what the person may hear, until the token ends', async () => {
    const token = await tokenOf();
    const stream = open(`?access_token=${token}`);
    await stream.next(({ type }) => type === 'snapshot', 'snapshot');
    const out = await kit.send('/api/v1/logout', {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(out.status, 204);
    assert.equal((await stream.closed).code, 4403);
    assert.equal((await open(`?access_token=${token}`).refused).status, 401);
    assert.ok(!JSON.stringify(kit.server.logs).includes(token));
  });

  test('a token of another kind, in another place, or none opens nothing', async () => {
    const body = { username: 'alice', password: GOOD };
    const ots = (await kit.sendJson('/api/login?include_auth_token', body)).json<{
      response: { user: { authentication_token: string } };
    }>().response.user.authentication_token;
    for (const query of ['', '?access_token=', `?access_token=${ots}`, `?ticket=${await tokenOf()}`]) {
      assert.equal((await open(query).refused).status, 401, query);
    }
    const other = open(`?access_token=${await tokenOf()}`, '/api/stream');
    assert.equal((await other.refused).status, 401);
  });

  test('what runs commands on clients there is not here', async () => {
    const token = await tokenOf();
    for (const path of ['commands', 'scripts', 'uploads']) {
      const stream = open(`?access_token=${token}`, `/api/v1/ws/${path}`);
      assert.equal((await stream.refused).status, 404, path);
    }
  });
});
