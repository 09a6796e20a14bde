import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import { type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';

const YEAR_MS = 365 * 86_400_000;

describe('personal tokens over HTTP', { timeout: 60_000 }, () => {
  let http: HttpKit;
  const ids = new Map<string, string>();

  before(async () => {
    http = await startHttpKit();
    for (const name of ['alice', 'bob']) ids.set(name, await http.addUser(name));
    ids.set('chief', await http.addUser('chief', 'administrator'));
  });
  after(() => http.stop());

  async function tokenOf(name: string, scope: string, label = scope): Promise<string> {
    const order = { principalId: ids.get(name)!, name: label, scope };
    return (await http.kit.auth.apiTokens.create(order, CONSOLE)).token;
  }
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const codeOf = (answer: { json<T>(): T }) => answer.json<{ error: { code: string } }>().error.code;

  test('one is good in place of the password, and as Bearer in any case', async () => {
    const token = await tokenOf('alice', 'read');
    const path = '/api/me/certs';
    assert.equal((await http.ask('https', path, { as: 'alice', password: token })).status, 200);
    for (const scheme of ['Bearer', 'bearer', 'Bearer:']) {
      const headers = { authorization: `${scheme} ${token}` };
      assert.equal((await http.ask('https', path, { headers })).status, 200, scheme);
    }
  });

  test('the owner comes from the token: another name beside it is refused', async () => {
    const token = await tokenOf('alice', 'read', 'owner');
    const answer = await http.ask('https', '/api/me/certs', { as: 'bob', password: token });
    assert.equal(answer.status, 401);
    assert.equal(codeOf(answer), 'auth.failed');
  });

  test('its scope holds: reading only reads, and the password of the stream opens nothing here', async () => {
    const reading = await tokenOf('chief', 'read');
    const writing = await tokenOf('chief', 'read+write');
    const stream = await tokenOf('chief', 'cot');
    const add = (name: string) => ({ method: 'POST', body: JSON.stringify({ name, password: PASSWORD }) });
    const json = { 'content-type': 'application/json' };
    const asked = async (token: string, order: object) =>
      http.ask('https', '/api/people', { ...order, headers: { ...bearer(token).headers, ...json } });

    assert.equal((await asked(reading, {})).status, 200);
    const refused = await asked(reading, add('carol'));
    assert.equal(refused.status, 403);
    assert.equal(codeOf(refused), 'auth.scope');
    assert.equal((await asked(writing, add('carol'))).status, 201);
    assert.equal((await asked(stream, {})).status, 403);
  });

  test('one that is unknown, removed or its owner’s who is gone is refused at once', async () => {
    const unknown = 'abcdefgh_00000000-0000-4000-8000-000000000000';
    const refused = await http.ask('https', '/api/me/certs', bearer(unknown));
    assert.equal(refused.status, 401);
    assert.equal(codeOf(refused), 'auth.token_invalid');

    const removed = await tokenOf('bob', 'read', 'to be removed');
    await http.kit.auth.apiTokens.remove(
      { principalId: ids.get('bob')!, prefix: removed.slice(0, 8) },
      CONSOLE,
    );
    assert.equal((await http.ask('https', '/api/me/certs', bearer(removed))).status, 401);

    const kept = await tokenOf('bob', 'read', 'kept');
    assert.equal((await http.ask('https', '/api/me/certs', bearer(kept))).status, 200);
    await http.kit.auth.users.delete('bob', CONSOLE);
    assert.equal((await http.ask('https', '/api/me/certs', bearer(kept))).status, 401);
    ids.set('bob', await http.addUser('bob'));
    assert.equal((await http.ask('https', '/api/me/certs', bearer(kept))).status, 401);
  });

  test('letters that mean something to a database mean nothing in a token', async () => {
    for (const token of [`x"`, `' OR 1=1 --`, `"; DROP TABLE api_tokens; --`].map(encodeURI)) {
      assert.equal((await http.ask('https', '/api/me/certs', bearer(token))).status, 401, token);
    }
    assert.equal(
      (await http.ask('https', '/api/me/certs', { headers: { authorization: 'Bearer x"' } })).status,
      401,
    );
  });

  test('none lives longer than two years', async () => {
    const order = { principalId: ids.get('alice')!, name: 'long', scope: 'read' };
    await assert.rejects(
      http.kit.auth.apiTokens.create({ ...order, expiresMs: Date.now() + 3 * YEAR_MS }, CONSOLE),
      { code: 'token.expiry_invalid' },
    );
  });

  test('a token does not enrol devices, and is no client certificate', async () => {
    const token = await tokenOf('alice', 'read+write');
    const config = await http.ask('https', '/Marti/api/tls/config', { as: 'alice', password: token });
    assert.equal(config.status, 401);
    assert.equal((await http.ask('httpsCert', '/api/me/certs', bearer(token))).status, 401);
  });
});
