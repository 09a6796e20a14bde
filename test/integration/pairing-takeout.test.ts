import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSOLE } from '../../src/auth/ports.ts';
import { type Answer, type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';

/**
 * TakeoutFM's code flow as its watch (takeout_app a3d84343) and `curl` drive it, compared with what its server
 * (v0.26.0) answered, but where that server was unsafe: a code belongs to its token, and is good once.
 */

interface Code {
  readonly AccessToken: string;
  readonly Code: string;
}

describe('the code flow of TakeoutFM', { timeout: 60_000 }, () => {
  let http: HttpKit;

  before(async () => {
    http = await startHttpKit();
    await http.addUser('defsub');
  });
  after(() => http.stop());

  /** As `curl -d` sends it: JSON that says to be a form. */
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    http.ask('https', path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });

  async function getCode(): Promise<Code> {
    const answer = await http.ask('https', '/api/code');
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.ok(answer.text.endsWith('}\n'));
    const code = answer.json<Code>();
    assert.deepEqual(Object.keys(code), ['AccessToken', 'Code']);
    return code;
  }

  const poll = ({ AccessToken, Code }: Code, bearer = `Bearer ${AccessToken}`) =>
    post('/api/code', JSON.stringify({ Code }), { authorization: bearer });

  const link = (members: object) => post('/api/link', JSON.stringify(members));

  function assertText(answer: Answer, status: number, text: string): void {
    assert.deepEqual([answer.status, answer.text], [status, `${text}\n`]);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  }

  test('from the code to the tokens', async () => {
    const code = await getCode();
    assert.match(code.Code, /^[2-9A-HKMNP-Z]{6}$/);
    const claims = JSON.parse(Buffer.from(code.AccessToken.split('.')[1]!, 'base64url').toString('utf8'));
    assert.ok(Math.abs(claims.exp - Date.now() / 1_000 - 300) < 5, 'five minutes');
    assertText(await poll(code), 403, 'access denied');
    const linked = await link({ Code: code.Code, User: 'defsub', Pass: PASSWORD });
    assert.deepEqual([linked.status, linked.text], [204, '']);
    const answer = await poll(code);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    const tokens = answer.json<Record<string, string>>();
    assert.deepEqual(Object.keys(tokens), ['AccessToken', 'RefreshToken', 'MediaToken']);
    const ticket = await http.ask('https', '/api/ws-ticket', {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens['AccessToken']}` },
    });
    assert.equal(ticket.status, 200, 'the access token is one');
    // Its server gave the tokens as often as somebody asked.
    assertText(await poll(code), 401, 'invalid code');
  });

  test('what the watch takes for "try again" and for a dead code', async () => {
    const code = await getCode();
    const other = await getCode();
    const bearer = { authorization: `Bearer ${code.AccessToken}` };
    assertText(await post('/api/code', '{}'), 401, 'missing code token');
    assertText(await post('/api/code', '{}', { authorization: 'Bearer bad' }), 401, 'invalid token');
    for (const broken of ['{', '', '[]', '"x"'])
      assertText(await post('/api/code', broken, bearer), 401, 'invalid JSON');
    assertText(await post('/api/code', '{"Code":"ZZZZZZ"}', bearer), 401, 'invalid code');
    assertText(await post('/api/code', '{"Code":7}', bearer), 401, 'invalid code');
    // Its server let any token fetch any code.
    assertText(await post('/api/code', JSON.stringify({ Code: other.Code }), bearer), 401, 'invalid code');
    assertText(await poll(code), 403, 'access denied');
  });

  test('who asks too often is told to wait in words that the watch understands', async () => {
    const code = await getCode();
    const answers = [await poll(code), await poll(code), await poll(code)];
    for (const answer of answers) assertText(answer, 403, 'access denied');
    assert.deepEqual(
      answers.map(({ headers }) => headers['retry-after']),
      [undefined, '1', '1'],
    );
    await sleep(1_000);
    assert.equal((await poll(code)).headers['retry-after'], undefined);
  });

  test('members in any case, a code in any case, a token without the word Bearer', async () => {
    const code = await getCode();
    assertText(await poll(code, code.AccessToken), 403, 'access denied');
    const typed = code.Code.toLowerCase();
    assert.equal((await link({ code: typed, user: 'DEFSUB', pass: PASSWORD })).status, 204);
    const answer = await post('/api/code', JSON.stringify({ code: typed }), {
      authorization: code.AccessToken,
    });
    assert.equal(answer.status, 200);
  });

  test('links that fail', async () => {
    const { Code } = await getCode();
    const unknown = await link({ Code, User: 'nobody', Pass: 'wrong' });
    const wrong = await link({ Code, User: 'defsub', Pass: 'wrong' });
    assert.equal(unknown.status, 401);
    assert.deepEqual([wrong.status, wrong.text], [401, unknown.text], 'nobody learns which names exist');
    assertText(await post('/api/link', '{'), 401, 'invalid JSON');
    assertText(await link({ Code: 'ZZZZZZ', User: 'defsub', Pass: PASSWORD }), 500, 'bummer');
    assert.equal((await link({ Code, User: 'defsub', Pass: PASSWORD })).status, 204);
    assertText(await link({ Code, User: 'defsub', Pass: PASSWORD }), 500, 'bummer');
  });

  test('the web form', async () => {
    const code = await getCode();
    const form = (pass: string) =>
      post('/link', String(new URLSearchParams({ code: code.Code, user: 'defsub', pass })));
    const failed = await form('wrong');
    assert.deepEqual([failed.status, failed.headers.location], [303, '/static/link.html']);
    const done = await form(PASSWORD);
    assert.deepEqual([done.status, done.headers.location], [303, '/']);
    assert.equal((await poll(code)).status, 200);
  });

  test('another site cannot link a code for somebody', async () => {
    const { Code } = await getCode();
    const body = JSON.stringify({ Code, User: 'defsub', Pass: PASSWORD });
    const answer = await post('/api/link', body, { origin: 'https://evil.example' });
    assert.equal(answer.status, 403);
  });

  test('what the device says of itself is shown before it is approved', async () => {
    const answer = await http.ask('https', `/api/code?name=${encodeURIComponent('Watch of Bo')}&kind=watch`);
    const found = await http.ask('https', '/api/pairings/find', {
      method: 'POST',
      as: 'defsub',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: answer.json<Code>().Code }),
    });
    const { name, kind, remote } = found.json<Record<string, string>>();
    assert.deepEqual([name, kind, remote], ['Watch of Bo', 'watch', '127.0.0.1']);
  });

  test('a viewer may not link, whatever he knows', async () => {
    await http.addUser('looker', 'viewer');
    const { Code } = await getCode();
    assert.equal((await link({ Code, User: 'looker', Pass: PASSWORD })).status, 403);
    assert.equal((await http.kit.auth.users.byName('looker'))?.role, 'viewer');
    await http.kit.auth.users.delete('looker', CONSOLE);
  });
});
