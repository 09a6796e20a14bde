import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, startDocumentServer } from '../support/document-client.ts';

const PASSWORD = 'orchid-lantern-over-tundra';
const OTHER = 'nine copper kettles sing';

describe('a new box, over the network', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer(undefined, { 'http.trustedProxies': '["127.0.0.1"]' });
  });
  after(() => kit.stop());

  const shown = async () => (await kit.console('GET', '/api/setup/code')).json<{ code: string }>().code;
  const isClaimed = async () => (await kit.send('/api/setup')).json<{ isClaimed: boolean }>().isClaimed;
  const claim = (body: object, headers: Record<string, string> = {}, jar?: Map<string, string>) =>
    kit.sendJson('/api/setup/claim', body, { headers, ...(jar === undefined ? {} : { jar }) });
  /** From another device of the same network. */
  const near = (host: number) => ({ 'x-forwarded-for': `127.0.0.${host}` });
  const codeOf = (reply: { json<T>(): T }) => reply.json<{ error: { code: string } }>().error.code;

  test('no credential that anybody knows opens anything', async () => {
    assert.equal(await isClaimed(), false);
    // Three tries in all: from the fourth on the kit makes whoever tries wait.
    const body = { username: 'administrator', password: 'password' };
    assert.equal((await kit.sendJson('/api/login', body)).status, 400);
    assert.equal((await kit.sendJson('/api/session', body)).status, 401);
    assert.equal((await kit.send('/api/v1/login', { user: 'administrator:password' })).status, 401);
    for (const user of ['admin:foobaz', 'admin:password', 'root:atakatak']) {
      assert.equal((await kit.send('/api/people', { user })).status, 401, user);
    }
    // People made at the box work; administrators do not before it has an owner.
    await kit.console('POST', '/api/people', { name: 'alice', password: OTHER });
    await kit.console('POST', '/api/people', { name: 'chief', password: OTHER, role: 'administrator' });
    assert.equal((await kit.send('/api/me/certs', { user: `alice:${OTHER}` })).status, 200);
    assert.equal((await kit.send('/api/people', { user: `chief:${OTHER}` })).status, 401);
  });

  test('the code is on no page and in no reply of the network', async () => {
    const code = await shown();
    assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
    assert.equal((await kit.send('/api/setup/code')).status, 404);
    for (const path of ['/', '/api/setup', '/api/session', '/api/login']) {
      const { text } = await kit.send(path);
      assert.ok(!text.includes(code), path);
    }
    assert.ok(!JSON.stringify(kit.server.logs).includes(code));
  });

  test('it counts from the box’s own networks only', async () => {
    const body = { code: await shown(), password: PASSWORD };
    const far = await claim(body, { 'x-forwarded-for': '203.0.113.9' });
    assert.equal(far.status, 403);
    assert.equal(codeOf(far), 'auth.forbidden');
    const foreign = await claim(body, { origin: 'https://evil.example' });
    assert.equal(foreign.status, 403);
    assert.equal(await isClaimed(), false);
  });

  test('the fifth wrong code makes another one', async () => {
    const first = await shown();
    for (let i = 0; i < 5; i += 1) {
      const reply = await claim({ code: 'BBBBBBBB', password: PASSWORD }, near(10 + i));
      assert.equal(reply.status, 401);
      assert.equal(codeOf(reply), 'setup.code_wrong');
    }
    assert.notEqual(await shown(), first);
    assert.equal((await claim({ code: first, password: PASSWORD }, near(20))).status, 401);
  });

  test('who goes on guessing waits, and keeps nobody else from it', async () => {
    const replies = [];
    for (let i = 0; i < 5; i += 1) {
      replies.push(await claim({ code: 'CCCCCCCC', password: PASSWORD }, near(30)));
    }
    assert.deepEqual(
      replies.map(({ status }) => status),
      [401, 401, 401, 401, 429],
    );
    assert.match(String(replies.at(-1)?.headers['retry-after']), /^[12]$/);
    assert.equal((await claim({ code: 'CCCCCCCC', password: PASSWORD }, near(31))).status, 401);
  });

  test('with the code, the first administrator is made and signed in; then 410 for ever', async () => {
    const code = await shown();
    const weak = await claim({ code, password: 'short' });
    assert.equal(weak.status, 400);
    const jar = new Map<string, string>();
    // As a person types it.
    const typed = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase();
    const done = await claim({ code: typed, username: 'chief.of.camp', password: PASSWORD }, {}, jar);
    assert.equal(done.status, 201, done.text);
    const opened = done.json<{ username: string; csrfToken: string }>();
    assert.equal(opened.username, 'chief.of.camp');
    const headers = { 'x-xsrf-token': opened.csrfToken };
    const added = await kit.sendJson('/api/people', { name: 'bob', password: OTHER }, { jar, headers });
    assert.equal(added.status, 201, added.text);

    assert.equal(await isClaimed(), true);
    for (const again of [code, 'BBBBBBBB']) {
      const reply = await claim({ code: again, password: PASSWORD });
      assert.equal(reply.status, 410);
      assert.equal(codeOf(reply), 'setup.claimed');
    }
    assert.equal((await kit.console('GET', '/api/setup/code')).status, 410);
    const console = await kit.console('POST', '/api/setup/claim-by-console', { password: PASSWORD });
    assert.equal(console.status, 410);
    assert.equal(
      (await kit.sendJson('/api/session', { username: 'administrator', password: 'password' })).status,
      401,
    );
  });
});

test('no password, token or code of all this is in the log, nor in the address of a reply', {
  timeout: 60_000,
}, async (t) => {
  const kit = await startDocumentServer(PASSWORD, { 'log.level': 'debug' });
  t.after(() => kit.stop());
  const canary = 'canary-7f3e of the whole tundra';
  await kit.console('POST', '/api/people', { name: 'alice', password: canary, role: 'administrator' });
  const login = await kit.sendJson('/api/login?include_auth_token', { username: 'alice', password: canary });
  const { response } = login.json<{
    response: { user: { authentication_token: string }; csrf_token: string };
  }>();
  const token = response.user.authentication_token;
  assert.equal((await kit.send(`/api/me?auth_token=${token}`)).status, 200);
  const rport = await kit.send('/api/v1/login', { user: `alice:${canary}` });
  const jwt = rport.json<{ data: { token: string } }>().data.token;
  await kit.send('/api/v1/clients', { headers: { authorization: `Bearer ${jwt}` } });
  await kit.sendJson('/api/session', { username: 'alice', password: `${canary}!` });
  await kit.send('/api/people', { user: `alice:${canary}?` });
  const made = await kit.sendJson(
    '/api/v1/me/tokens',
    { scope: 'read', name: 'ci' },
    { headers: { authorization: `Bearer ${jwt}` } },
  );
  const api = made.json<{ data: { token: string } }>().data.token;
  await kit.send('/api/v1/clients', { user: `alice:${api}` });

  const logged = JSON.stringify(kit.server.logs) + kit.server.stderr();
  const audited = (await kit.send('/api/v1/auditlog?page[limit]=500', { user: `alice:${canary}` })).text;
  assert.ok(audited.includes('alice'));
  for (const secret of [canary, token, jwt, api, response.csrf_token]) {
    assert.ok(!logged.includes(secret), `in the log: ${secret.slice(0, 12)}`);
    assert.ok(!audited.includes(secret), `in the audit log: ${secret.slice(0, 12)}`);
  }
  const people = await kit.send('/api/people', { user: `alice:${canary}` });
  assert.doesNotMatch(people.text, /canary|argon2/);
});
