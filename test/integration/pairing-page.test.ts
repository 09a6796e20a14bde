import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import { type Answer, type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';

/** The page that the QR code of a TV leads to, as a phone's browser without scripts walks through it. */

describe('the page for pairing a screen', { timeout: 60_000 }, () => {
  let http: HttpKit;

  before(async () => {
    http = await startHttpKit();
    await http.addUser('alice');
  });
  after(() => http.stop());

  const request = async (name = 'TV <tent>') => {
    const issued = await http.kit.auth.pairing.request({
      form: 'long',
      device: { name, kind: 'tv' },
      remote: '10.0.0.9',
    });
    const spaced = `${issued.code.slice(0, 4)}-${issued.code.slice(4)}`;
    const poll = () =>
      http.kit.auth.pairing.poll({ by: { deviceCode: issued.deviceCode }, remote: '10.0.0.9' });
    return { ...issued, spaced, poll };
  };

  const send = (
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    http.ask('https', path, {
      method: 'POST',
      body: String(new URLSearchParams(fields)),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });

  const signIn = (code: string, pass = PASSWORD) =>
    send('/pair', { code, user: 'alice', pass, passcode: '' });

  function cookieOf(answer: Answer): string {
    const [cookie] = answer.headers['set-cookie'] ?? [];
    assert.match(
      cookie ?? '',
      /^__Host-pairing=[^;]+; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    return cookie!.split(';')[0]!;
  }

  test('scan, sign in, compare, allow', async () => {
    const { spaced, poll } = await request();
    const form = await http.ask('https', `/pair?code=${spaced}`);
    assert.equal(form.status, 200);
    assert.ok(form.text.includes(`value="${spaced}"`), 'nobody types what was scanned');
    assert.match(String(form.headers['content-security-policy']), /default-src 'none'.*form-action 'self'/);
    const shown = await signIn(spaced);
    assert.equal(shown.status, 200, shown.text);
    for (const fact of ['TV &lt;tent&gt;', spaced, '10.0.0.9', 'the channel blue', 's ago']) {
      assert.ok(shown.text.includes(fact), `${fact} in ${shown.text}`);
    }
    const cookie = cookieOf(shown);
    assert.ok(!shown.text.includes(cookie.split('=')[1]!), 'the secret is in no page');
    assert.ok(!shown.text.includes(PASSWORD));
    assert.equal((await poll()).state, 'pending', 'nothing is given yet');
    const done = await send('/pair/decision', { decision: 'approve' }, { cookie });
    assert.ok(done.text.includes('TV &lt;tent&gt; is paired'), done.text);
    assert.equal((await poll()).state, 'paired');
    const again = await send('/pair/decision', { decision: 'approve' }, { cookie });
    assert.equal(again.status, 409, 'a decision is made once');
  });

  test('refuse', async () => {
    const { spaced, poll } = await request();
    const cookie = cookieOf(await signIn(spaced));
    const done = await send('/pair/decision', { decision: 'refuse' }, { cookie });
    assert.ok(done.text.includes('was refused'));
    assert.equal((await poll()).state, 'refused');
  });

  test('a wrong password, a wrong code: said on the page, with what was typed but the password', async () => {
    const { spaced } = await request();
    const wrong = await signIn(spaced, 'wrong <password>');
    assert.equal(wrong.status, 401);
    assert.ok(wrong.text.includes('Wrong user name or password') && wrong.text.includes('value="alice"'));
    assert.ok(!wrong.text.includes('wrong &lt;password'));
    const unknown = await signIn('BCDF-GHJK');
    assert.equal(unknown.status, 404);
    assert.equal(unknown.headers['set-cookie'], undefined);
  });

  test('without having signed in, or from another site, nothing is decided', async () => {
    const { spaced, poll } = await request();
    const cookie = cookieOf(await signIn(spaced));
    assert.equal((await send('/pair/decision', { decision: 'approve' })).status, 409);
    const foreign = { cookie, origin: 'https://evil.example' };
    assert.equal((await send('/pair/decision', { decision: 'approve' }, foreign)).status, 403);
    assert.equal((await poll()).state, 'pending');
  });

  test('who was disabled between the two pages approves nothing', async () => {
    const { spaced, poll } = await request();
    const cookie = cookieOf(await signIn(spaced));
    await http.kit.auth.users.change('alice', { isEnabled: false }, CONSOLE);
    assert.equal((await send('/pair/decision', { decision: 'approve' }, { cookie })).status, 403);
    assert.equal((await poll()).state, 'pending');
    await http.kit.auth.users.change('alice', { isEnabled: true }, CONSOLE);
  });
});
