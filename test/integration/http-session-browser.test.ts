import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { DATABASE_FILE } from '../../src/store/db.ts';
import { type Answer, type Ask, type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';
import { Browser, type SessionState as State } from '../support/kit-browser.ts';
import { totpCode } from '../support/totp-code.ts';

const MINUTE_MS = 60_000;
const OTHER = 'velvet harbour under rain';

describe('a session in a browser', { timeout: 60_000 }, () => {
  let http: HttpKit;
  before(async () => {
    http = await startHttpKit();
    await http.addUser('chief', 'administrator');
    for (const name of ['alice', 'bob', 'carol', 'dora']) await http.addUser(name);
  });
  after(() => http.stop());

  const codeOf = (answer: Answer) => answer.json<{ error: { code: string } }>().error.code;
  /** As if every session had been opened so long ago. */
  function age(byMs: number): void {
    const database = new DatabaseSync(join(http.kit.config.dataDir, DATABASE_FILE), { timeout: 5_000 });
    database.prepare('UPDATE sessions SET authenticated_ms = authenticated_ms - ?').run(byMs);
    database.close();
  }

  test('signs in, is told who it is, and signs out for good', async () => {
    const browser = new Browser(http);
    const before = (await browser.ask('/api/session')).json<State & { isClaimed: boolean }>();
    assert.equal(before.state, 'signed_out');
    assert.equal(before.isClaimed, true);
    assert.equal((await browser.signIn('alice')).state, 'signed_in');
    const now = (await browser.ask('/api/session')).json<State>();
    assert.deepEqual({ state: now.state, username: now.username }, { state: 'signed_in', username: 'alice' });
    assert.equal((await browser.ask('/api/me/certs')).status, 200);

    const stolen = new Browser(http);
    for (const [name, value] of browser.jar) stolen.jar.set(name, value);
    const out = await browser.send('DELETE', '/api/session');
    assert.equal(out.status, 204);
    assert.equal(out.headers['clear-site-data'], '"cache", "storage"');
    assert.equal(browser.jar.has('__Host-sid'), false);
    assert.equal((await stolen.ask('/api/me/certs')).status, 401);
    assert.equal((await browser.send('DELETE', '/api/session')).status, 204, 'twice does no harm');
  });

  test('its cookies are for this host, for TLS, and out of reach of scripts', async () => {
    const browser = new Browser(http);
    const answer = await browser.send('POST', '/api/session', { username: 'alice', password: PASSWORD });
    const lines = answer.headers['set-cookie'] ?? [];
    const names = lines.map((line) => line.split('=')[0]);
    assert.deepEqual(names.toSorted(), ['XSRF-TOKEN', '__Host-device', '__Host-sid']);
    for (const line of lines) {
      for (const flag of ['Secure', 'SameSite=Strict', 'Path=/']) assert.ok(line.includes(flag), line);
      assert.equal(line.includes('HttpOnly'), !line.startsWith('XSRF-TOKEN'), line);
      assert.ok(!/domain=/i.test(line), line);
    }
    const session = lines.find((line) => line.startsWith('__Host-sid='));
    assert.ok(!/max-age/i.test(session ?? ''), 'ends with the window');
    const remembered = new Browser(http);
    const answered = await remembered.send('POST', '/api/session', {
      username: 'alice',
      password: PASSWORD,
      isRemembered: true,
    });
    const kept = answered.headers['set-cookie']?.find((line) => line.startsWith('__Host-sid='));
    assert.match(kept ?? '', /Max-Age=2592000/);
  });

  test('changes nothing without its token against forgery, nor for another site', async () => {
    const browser = new Browser(http);
    await browser.signIn('bob');
    const order = { name: 'a program', scope: 'read' };
    const make = (headers: Record<string, string>) => browser.send('POST', '/api/me/tokens', order, headers);
    const { csrfToken } = browser;
    browser.csrfToken = '';
    assert.equal(codeOf(await make({})), 'csrf.missing');
    assert.equal(codeOf(await make({ 'x-xsrf-token': 'made up' })), 'csrf.invalid');
    const stranger = (await new Browser(http).ask('/api/session')).json<State>();
    assert.equal(codeOf(await make({ 'x-xsrf-token': stranger.csrfToken })), 'csrf.invalid');
    browser.csrfToken = csrfToken;
    const foreign = await make({ origin: 'https://evil.example' });
    assert.equal(foreign.status, 403);
    assert.equal(foreign.headers['access-control-allow-origin'], undefined);
    assert.equal((await make({ 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await make({})).status, 200);
  });

  test('a new sign-in is a new session: an id that somebody planted is worth nothing', async () => {
    const browser = new Browser(http);
    browser.jar.set('__Host-sid', '11111111-1111-4111-8111-111111111111');
    await browser.signIn('alice');
    const first = browser.jar.get('__Host-sid');
    assert.notEqual(first, '11111111-1111-4111-8111-111111111111');
    await browser.signIn('alice');
    assert.notEqual(browser.jar.get('__Host-sid'), first);
    const old = new Browser(http);
    old.jar.set('__Host-sid', first ?? '');
    assert.equal((await old.ask('/api/me/certs')).status, 401);
  });

  test('what changes who has power asks for a sign-in of the last five minutes', async () => {
    const browser = new Browser(http);
    await browser.signIn('chief');
    const add = (name: string) => browser.send('POST', '/api/people', { name, password: PASSWORD });
    assert.equal((await add('fresh')).status, 201);
    age(6 * MINUTE_MS);
    const stale = await add('stale');
    assert.equal(stale.status, 403);
    assert.equal(codeOf(stale), 'auth.step_up');
    // Everything else goes on.
    assert.equal((await browser.ask('/api/people')).status, 200);

    const wrong = await browser.send('POST', '/api/session/confirm', { password: OTHER });
    assert.equal(wrong.status, 401);
    assert.equal((await browser.send('POST', '/api/session/confirm', { password: PASSWORD })).status, 204);
    assert.equal((await add('again')).status, 201);

    // A certificate lies on a device; it is no person who has just signed in.
    const identity = await http.issue('chief');
    const byDevice = await http.ask('httpsCert', '/api/people', {
      method: 'POST',
      identity,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'by.device', password: PASSWORD }),
    });
    assert.equal(byDevice.status, 403);
    assert.equal(codeOf(byDevice), 'auth.step_up');
  });

  test('a change of the password ends every other session, and keeps this browser in', async () => {
    const here = new Browser(http);
    const elsewhere = new Browser(http);
    await here.signIn('carol');
    await elsewhere.signIn('carol');
    const rows = (await here.ask('/api/me/sessions')).json<{ isThisOne: boolean }[]>();
    assert.deepEqual(rows.map(({ isThisOne }) => isThisOne).toSorted(), [false, true]);
    const wrong = { oldPassword: OTHER, newPassword: OTHER };
    assert.equal((await here.send('PUT', '/api/me/password', wrong)).status, 401);
    const right = { oldPassword: PASSWORD, newPassword: OTHER };
    const changed = await here.send('PUT', '/api/me/password', right);
    assert.equal(changed.status, 200, changed.text);
    here.csrfToken = changed.json<State>().csrfToken;
    assert.equal((await elsewhere.ask('/api/me/certs')).status, 401);
    assert.equal((await here.ask('/api/me/certs')).status, 200);
    await elsewhere.signIn('carol', OTHER);
    const ended = await here.send('DELETE', '/api/me/sessions');
    assert.deepEqual(ended.json(), { ended: 1 });
    assert.equal((await elsewhere.ask('/api/me/certs')).status, 401);
  });

  test('two steps: the app is asked for once it has shown a code, and recovery codes get in without it', async () => {
    const browser = new Browser(http);
    await browser.signIn('dora');
    const made = await browser.send('POST', '/api/me/factors/totp');
    const { secret, qrSvg } = made.json<{ secret: string; qrSvg: string }>();
    assert.match(qrSvg, /^<svg/);
    assert.equal((await new Browser(http).signIn('dora')).state, 'signed_in');
    const activate = (code: string) => browser.send('POST', '/api/me/factors/totp/activate', { code });
    assert.equal((await activate('000000')).status, 401);
    assert.equal((await activate(totpCode(secret, -1))).status, 204);
    const renewed = await browser.send('POST', '/api/me/factors/recovery-codes');
    const [first, second] = renewed.json<{ codes: string[] }>().codes;
    const view = (await browser.ask('/api/me/factors')).json<{ totp: string; recoveryCodes: number }>();
    assert.deepEqual(
      { totp: view.totp, recoveryCodes: view.recoveryCodes },
      { totp: 'active', recoveryCodes: 10 },
    );

    const next = new Browser(http);
    const challenge = await next.signIn('dora');
    assert.equal(challenge.state, 'second_factor');
    assert.deepEqual(challenge.methods, ['totp', 'recovery_code']);
    assert.equal((await next.ask('/api/session')).json<State>().state, 'second_factor');
    assert.equal((await next.ask('/api/me/certs')).status, 401);
    assert.equal((await next.send('POST', '/api/session/code', { code: '000000' })).status, 401);
    const inside = await next.send('POST', '/api/session/code', { code: totpCode(secret) });
    assert.equal(inside.json<State>().state, 'signed_in');

    const lost = new Browser(http);
    await lost.signIn('dora');
    const byCode = await lost.send('POST', '/api/session/code', { code: first, method: 'recovery_code' });
    assert.equal(byCode.status, 200, byCode.text);
    const again = new Browser(http);
    await again.signIn('dora');
    assert.equal((await again.send('POST', '/api/session/code', { code: first })).status, 401);
    assert.equal((await again.send('POST', '/api/session/code', { code: second })).status, 200);

    const admin = new Browser(http);
    await admin.signIn('chief');
    assert.equal((await admin.send('DELETE', '/api/people/dora/factors')).status, 204);
    assert.equal((await new Browser(http).signIn('dora')).state, 'signed_in');
  });

  test('a ticket opens nothing but a WebSocket, and each way of signing in may ask for one', async () => {
    const browser = new Browser(http);
    await browser.signIn('alice');
    const { ticket } = (await browser.send('POST', '/api/ws-ticket')).json<{ ticket: string }>();
    assert.equal((await http.ask('https', '/api/me/certs', bearer(ticket))).status, 401);
    const identity = await http.issue('alice');
    assert.equal((await http.ask('httpsCert', '/api/ws-ticket', { method: 'POST', identity })).status, 200);
    assert.equal((await http.ask('https', '/api/ws-ticket', { method: 'POST' })).status, 401);
  });
});

function bearer(token: string): Ask {
  return { headers: { authorization: `Bearer ${token}` } };
}
