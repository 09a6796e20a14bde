import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startMailServer } from '../support/code-receivers.ts';
import { type DocumentServer, startDocumentServer } from '../support/document-client.ts';

/** What OpenTAKServer's page says of accounts, and of two factors, "if email support is enabled". */

const GOOD = 'nine copper kettles sing';
const OTHER = 'velvet harbour under rain';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** The links of mails lead to our pages; programs take their token. */
const tokenIn = (text: string) => /https?:\/\/\S+\/(?:confirm|new-password)#(\w+)$/m.exec(text)?.[1] ?? '';

async function startWithMail(t: TestContext, set: Readonly<Record<string, string>> = {}) {
  const mail = await startMailServer(t);
  const kit = await startDocumentServer('orchid-lantern-over-tundra', {
    'mail.server': mail.host,
    'mail.port': String(mail.port),
    'mail.security': 'none',
    'mail.from': 'kit@bivouac.example',
    'compat.opentakserver.OTS_ENABLE_EMAIL': 'true',
    ...set,
  });
  t.after(() => kit.stop());
  return { kit, mailTo: mail.mailTo };
}

const register = (kit: DocumentServer, username: string, email: string, password = GOOD) =>
  kit.sendJson('/api/register', { username, email, password });
const login = (kit: DocumentServer, body: object) => kit.sendJson('/api/login?include_auth_token', body);

test('accounts and codes by e-mail', { timeout: 60_000 }, async (t) => {
  const { kit, mailTo } = await startWithMail(t);

  await t.test('people register themselves, confirm by mail, and sign in with their address', async () => {
    const form = await kit.sendJson('/api/login', {}, { method: 'GET' });
    const { response } = form.json<{ response: { identity_attributes: string[] } }>();
    assert.deepEqual(response.identity_attributes, ['email', 'username']);

    const made = await register(kit, 'frank', 'frank@example.com');
    assert.equal(made.status, 200, made.text);
    assert.equal(made.json<{ meta: { code: number } }>().meta.code, 200);
    // Whoever has not confirmed is not in: a list of domains would mean nothing.
    assert.equal((await login(kit, { username: 'frank', password: GOOD })).status, 401);

    const { text } = await mailTo('frank@example.com', /confirm/);
    const token = tokenIn(text);
    const link = `/api/confirm/${token}`;
    const page = await kit.send(link, { headers: { accept: 'text/html' } });
    assert.equal(page.status, 303, 'a person is asked by a page');
    assert.equal(page.headers['location'], `/confirm#${token}`);
    assert.equal((await login(kit, { username: 'frank', password: GOOD })).status, 401);
    assert.equal((await kit.send(link)).status, 200);
    assert.equal((await kit.send(link)).status, 400, 'a link is good once');

    assert.equal((await login(kit, { username: 'frank', password: GOOD })).status, 200);
    for (const body of [{ username: 'frank@example.com' }, { email: 'frank@example.com' }]) {
      assert.equal((await login(kit, { ...body, password: GOOD })).status, 200, JSON.stringify(body));
    }
    const me = await login(kit, { username: 'FRANK@example.com', password: 'wrong wrong wrong' });
    assert.equal(me.status, 400);
    // Nobody becomes an administrator by himself.
    assert.equal((await kit.send('/api/people', { user: `frank:${GOOD}` })).status, 403);
  });

  await t.test('a stranger does not learn which addresses have accounts', async () => {
    const first = await register(kit, 'gina', 'gina@example.com');
    await mailTo('gina@example.com', /confirm/);
    const again = await register(kit, 'mallory', 'gina@example.com', OTHER);
    assert.equal(again.status, first.status);
    assert.deepEqual(Object.keys(again.json<object>()), Object.keys(first.json<object>()));
    await mailTo('gina@example.com', /your account/);
    assert.equal((await login(kit, { username: 'mallory', password: OTHER })).status, 400);

    for (const email of ['gina@example.com', 'nobody@example.com']) {
      for (const path of ['/api/password/reset', '/api/confirm']) {
        const reply = await kit.sendJson(path, { email });
        assert.equal(reply.status, 200);
        assert.equal(reply.text, '{"meta":{"code":200},"response":{}}');
      }
    }
    for (const [name, field] of [
      ['bad name', 'username'],
      ['gina', 'username'],
    ] as const) {
      const reply = await register(kit, name, 'other@example.com');
      assert.equal(reply.status, 400);
      assert.deepEqual(
        Object.keys(reply.json<{ response: { field_errors: object } }>().response.field_errors),
        [field],
      );
    }
  });

  await t.test('a forgotten password is set anew by a link, in a page or by a program', async () => {
    await register(kit, 'hana', 'hana@example.com');
    await kit.send(`/api/confirm/${tokenIn((await mailTo('hana@example.com', /confirm/)).text)}`);
    const before = await login(kit, { username: 'hana', password: GOOD });
    const old = before.json<{ response: { user: { authentication_token: string } } }>().response.user;

    await kit.sendJson('/api/password/reset', { email: 'hana@example.com' });
    const token = tokenIn((await mailTo('hana@example.com', /password/)).text);
    const link = `/api/password/reset/${token}`;
    const page = await kit.send(link, { headers: { accept: 'text/html' } });
    assert.equal(page.status, 303);
    assert.equal(page.headers['location'], `/new-password#${token}`);
    assert.equal((await kit.send(link)).status, 200);

    const send = (body: string) => kit.send(link, { method: 'POST', headers: FORM, body });
    const weak = await send('password=abc&password_confirm=abc');
    assert.equal(weak.status, 400);
    assert.match(weak.text, /too short/);
    const encoded = OTHER.replaceAll(' ', '+');
    assert.equal((await send(`password=${encoded}&password_confirm=else`)).status, 400);
    const done = await send(`password=${encoded}&password_confirm=${encoded}`);
    assert.equal(done.status, 200, done.text);
    assert.equal((await send(`password=${encoded}&password_confirm=${encoded}`)).status, 400, 'once');

    const headers = { 'Authentication-Token': old.authentication_token };
    assert.equal((await kit.send('/api/me', { headers })).status, 401);
    assert.equal((await login(kit, { username: 'hana', password: GOOD })).status, 400);
    assert.equal((await login(kit, { username: 'hana', password: OTHER })).status, 200);
  });

  await t.test('a code by e-mail as the second factor', async () => {
    const person = { name: 'ines', password: GOOD, email: 'ines@example.com' };
    assert.equal((await kit.console('POST', '/api/people', person)).status, 201);
    const jar = new Map<string, string>();
    const first = await kit.sendJson('/api/login', { username: 'ines', password: GOOD }, { jar });
    const { csrf_token: token } = first.json<{ response: { csrf_token: string } }>().response;
    const headers = { 'X-XSRF-TOKEN': token };
    const begun = await kit.sendJson('/api/tf-setup', { setup: 'email' }, { jar, headers });
    assert.equal(begun.status, 200, begun.text);
    const state = begun.json<{ response: { tf_method: string; tf_state_token: string } }>().response;
    assert.equal(state.tf_method, 'email');
    const codeIn = (text: string) => /\b\d{6}\b/.exec(text)?.[0] ?? '';
    const setUpMail = await mailTo('ines@example.com', /code/);
    const path = `/api/tf-setup/${state.tf_state_token}`;
    assert.equal((await kit.sendJson(path, { code: '000000' }, { jar, headers })).status, 400);
    const done = await kit.sendJson(path, { code: codeIn(setUpMail.text) }, { jar, headers });
    assert.equal(done.status, 200, done.text);

    const next = new Map<string, string>();
    const challenge = await kit.sendJson('/api/login', { username: 'ines', password: GOOD }, { jar: next });
    const asked = challenge.json<{ response: { tf_required: boolean; tf_method: string } }>().response;
    assert.equal(asked.tf_required, true);
    assert.equal(asked.tf_method, 'email');
    const deadlineMs = Date.now() + 5_000;
    let code = codeIn((await mailTo('ines@example.com', /code/)).text);
    while (code === codeIn(setUpMail.text) && Date.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      code = codeIn((await mailTo('ines@example.com', /code/)).text);
    }
    assert.equal((await kit.sendJson('/api/tf-validate', { code }, { jar: next })).status, 200);
    assert.equal((await kit.send('/api/me', { jar: next })).status, 200);
  });
});

test('white and black lists of domains and top-level domains', { timeout: 60_000 }, async (t) => {
  const setting = (name: string, value: string) => [`compat.opentakserver.${name}`, value] as const;
  const white = await startWithMail(
    t,
    Object.fromEntries([setting('OTS_EMAIL_DOMAIN_WHITELIST', '["example.com"]')]),
  );
  for (const [email, status] of [
    ['a@example.com', 200],
    ['a@other.com', 400],
    ['a@sub.example.com', 400],
    ['a@example.com.evil.net', 400],
  ] as const) {
    assert.equal((await register(white.kit, `u${email.length}`, email)).status, status, email);
  }
  const tlds = await startWithMail(
    t,
    Object.fromEntries([setting('OTS_EMAIL_TLD_WHITELIST', '["gov", "mil"]')]),
  );
  for (const [email, status] of [
    ['a@agency.gov', 200],
    ['b@army.mil', 200],
    ['c@agency.com', 400],
  ] as const) {
    assert.equal((await register(tlds.kit, `t${email[0]}`, email)).status, status, email);
  }
  const black = await startWithMail(
    t,
    Object.fromEntries([
      setting('OTS_EMAIL_DOMAIN_BLACKLIST', '["spam.example"]'),
      setting('OTS_EMAIL_TLD_BLACKLIST', '["zip"]'),
    ]),
  );
  for (const [email, status] of [
    ['a@spam.example', 400],
    ['b@files.zip', 400],
    ['c@anything.org', 200],
  ] as const) {
    const reply = await register(black.kit, `b${email[0]}`, email);
    assert.equal(reply.status, status, email);
    if (status === 400) assert.match(reply.text, /"field_errors":\{"email":/);
  }
});
