import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';
import { Browser, type SessionState } from '../support/kit-browser.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

const ORIGIN = 'https://kit.example:8446';

describe('passkeys by our own API', { timeout: 60_000 }, () => {
  let http: HttpKit;
  before(async () => {
    http = await startHttpKit();
    for (const name of ['alice', 'bob']) await http.addUser(name);
  });
  after(() => http.stop());

  async function add(browser: Browser, origin = ORIGIN, name = 'My phone') {
    const key = new SoftwarePasskey();
    const options = await browser.send('POST', '/api/me/passkeys/options');
    assert.equal(options.status, 200, options.text);
    const response = key.create(options.json(), origin);
    return { key, answer: await browser.send('POST', '/api/me/passkeys', { name, response }) };
  }

  async function signIn(key: SoftwarePasskey, browser: Browser, origin = ORIGIN) {
    const options = await browser.send('POST', '/api/session/passkey/options');
    assert.equal(options.status, 200, options.text);
    return browser.send('POST', '/api/session/passkey', { response: key.get(options.json(), origin) });
  }

  test('added by who has just signed in, it signs in alone, and is gone when removed', async () => {
    const browser = new Browser(http, ORIGIN);
    await browser.signIn('alice');
    const { key, answer } = await add(browser);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json<{ host: string }>().host, 'kit.example');

    const other = new Browser(http, ORIGIN);
    const opened = await signIn(key, other);
    assert.equal(opened.status, 200, opened.text);
    const { state, username, csrfToken } = opened.json<SessionState>();
    assert.deepEqual([state, username], ['signed_in', 'alice']);
    other.csrfToken = csrfToken;
    const list = (await other.ask('/api/me/passkeys')).json<{ passkeys: { id: string; name: string }[] }>();
    assert.deepEqual(
      list.passkeys.map(({ id, name }) => [id, name]),
      [[key.id, 'My phone']],
    );

    assert.equal((await other.send('DELETE', `/api/me/passkeys/${key.id}`)).status, 204);
    // What may have been signed in with it is signed out, but for the page that took it away.
    assert.equal((await other.ask('/api/me/certs')).status, 200);
    assert.equal((await browser.ask('/api/me/certs')).status, 401);
    assert.equal((await signIn(key, new Browser(http, ORIGIN))).status, 401);
  });

  test('on a page without a name there are none, and the page can know it before', async () => {
    const browser = new Browser(http, 'https://10.42.0.1:8446');
    await browser.signIn('bob');
    const list = (await browser.ask('/api/me/passkeys')).json<{ isPossibleHere: boolean }>();
    assert.equal(list.isPossibleHere, false);
    for (const path of ['/api/me/passkeys/options', '/api/session/passkey/options']) {
      const answer = await browser.send('POST', path);
      assert.equal(answer.status, 400);
      assert.equal(answer.json<{ error: { code: string } }>().error.code, 'passkey.impossible');
    }
  });

  test('a page of somebody else gets no challenge, and an answer that it caught opens nothing', async () => {
    const browser = new Browser(http, ORIGIN);
    await browser.signIn('bob');
    const { key } = await add(browser);
    const stranger = new Browser(http);
    const headers = { origin: 'https://evil.example', host: 'kit.example:8446' };
    assert.equal((await stranger.send('POST', '/api/session/passkey/options', {}, headers)).status, 403);
    // The authenticator signs the origin of the page that asked it.
    const caught = await signIn(key, new Browser(http, ORIGIN), 'https://evil.example');
    assert.equal(caught.status, 401);
    assert.equal((await signIn(key, new Browser(http, ORIGIN))).status, 200);
  });

  test('without a token against forgery, or without a sign-in, none is added', async () => {
    const browser = new Browser(http, ORIGIN);
    await browser.signIn('bob');
    browser.csrfToken = '';
    assert.equal((await browser.send('POST', '/api/me/passkeys/options')).status, 400);
    const nobody = new Browser(http, ORIGIN);
    assert.equal((await nobody.send('POST', '/api/me/passkeys/options')).status, 401);
    assert.equal((await nobody.send('POST', '/api/session/passkey', { response: {} })).status, 401);
  });
});
