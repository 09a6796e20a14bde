import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, type Reply, startDocumentServer } from '../support/document-client.ts';
import { totpCode } from '../support/totp-code.ts';

/** Two-factor authentication with an authenticator app, as OpenTAKServer's web page does it over its API. */

const GOOD = 'nine copper kettles sing';

interface Answer {
  meta: { code: number };
  response: Record<string, unknown> & { user?: { authentication_token?: string } };
}

describe('OpenTAKServer: an authenticator app', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer('orchid-lantern-over-tundra');
  });
  after(() => kit.stop());

  const responseOf = (reply: Reply) => reply.json<Answer>().response;

  async function addUser(name: string): Promise<void> {
    const reply = await kit.console('POST', '/api/people', { name, password: GOOD, groups: ['blue'] });
    assert.equal(reply.status, 201, reply.text);
  }

  /** A browser that has signed in: cookies, and the headers that its page sends. */
  async function browserOf(username: string) {
    const jar = new Map<string, string>();
    const reply = await kit.sendJson('/api/login', { username, password: GOOD }, { jar });
    const headers = { 'X-XSRF-TOKEN': String(responseOf(reply)['csrf_token']), Referer: kit.base };
    return { jar, headers, reply };
  }

  /** Sets the app up, as the page does; its first code was that of the step before. */
  async function setUp(username: string): Promise<{ secret: string }> {
    const { jar, headers } = await browserOf(username);
    const begun = responseOf(
      await kit.sendJson('/api/tf-setup', { setup: 'authenticator' }, { jar, headers }),
    );
    const secret = String(begun['tf_authr_key']);
    const path = `/api/tf-setup/${String(begun['tf_state_token'])}`;
    const done = await kit.sendJson(path, { code: totpCode(secret, -1) }, { jar, headers });
    assert.equal(done.status, 200, done.text);
    return { secret };
  }

  test('Setup 2FA: the code to copy, the PIN below it, and nothing counts before the first good PIN', async () => {
    await addUser('alice');
    const { jar, headers } = await browserOf('alice');
    const state = responseOf(await kit.send('/api/tf-setup', { jar, headers }));
    assert.deepEqual(
      { ...state, csrf_token: undefined },
      {
        csrf_token: undefined,
        tf_available_methods: ['authenticator'],
        tf_method: null,
        tf_phone_number: null,
        tf_primary_method: null,
        tf_required: false,
      },
    );

    const unguarded = await kit.sendJson('/api/tf-setup', { setup: 'authenticator' }, { jar });
    assert.equal(unguarded.status, 400);
    assert.match(unguarded.text, /The CSRF token is missing\./);
    const email = await kit.sendJson('/api/tf-setup', { setup: 'email' }, { jar, headers });
    assert.deepEqual(email.json(), {
      meta: { code: 400 },
      response: {
        errors: ['Marked method is not valid'],
        field_errors: { setup: ['Marked method is not valid'] },
      },
    });

    const begun = responseOf(
      await kit.sendJson('/api/tf-setup', { setup: 'authenticator' }, { jar, headers }),
    );
    assert.deepEqual(Object.keys(begun).sort(), [
      'csrf_token',
      'tf_authr_issuer',
      'tf_authr_key',
      'tf_authr_username',
      'tf_method',
      'tf_primary_method',
      'tf_state',
      'tf_state_token',
    ]);
    assert.match(String(begun['tf_authr_key']), /^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/);
    assert.equal(begun['tf_authr_username'], 'alice');
    assert.equal(begun['tf_state'], 'validating_profile');
    // Somebody who stops here still gets in with the password alone.
    assert.equal((await browserOf('alice')).reply.status, 200);

    const path = `/api/tf-setup/${String(begun['tf_state_token'])}`;
    for (const wrongPath of [path, '/api/tf-validate']) {
      const wrong = await kit.sendJson(wrongPath, { code: '000000' }, { jar, headers });
      assert.equal(wrong.status, 400);
      assert.deepEqual(wrong.json<Answer>().response, {
        errors: ['Invalid code'],
        field_errors: { code: ['Invalid code'] },
      });
    }
    const code = totpCode(String(begun['tf_authr_key']));
    const done = await kit.sendJson(path, { code }, { jar, headers });
    assert.equal(done.status, 200, done.text);
    assert.deepEqual(
      { ...responseOf(done), csrf_token: undefined },
      {
        csrf_token: undefined,
        tf_method: 'authenticator',
        tf_phone: null,
        tf_primary_method: 'authenticator',
      },
    );
    const { response } = (await browserOf('alice')).reply.json<Answer>();
    assert.equal(response['tf_required'], true);
  });

  test('signing in then takes two steps, and the first gives nothing away', async () => {
    await addUser('bella');
    const { secret } = await setUp('bella');
    const jar = new Map<string, string>();
    const path = '/api/login?include_auth_token';
    const first = await kit.sendJson(path, { username: 'bella', password: GOOD }, { jar });
    assert.equal(first.status, 200);
    assert.deepEqual(
      { ...responseOf(first), csrf_token: undefined },
      {
        csrf_token: undefined,
        tf_method: 'authenticator',
        tf_primary_method: 'authenticator',
        tf_required: true,
        tf_state: 'ready',
      },
    );
    assert.equal(jar.has('sid'), false);
    assert.equal((await kit.send('/api/me', { jar })).status, 401);

    const validate = '/api/tf-validate?include_auth_token';
    const wrong = await kit.sendJson(validate, { code: '000000' }, { jar });
    assert.deepEqual(wrong.json(), {
      meta: { code: 400 },
      response: { errors: ['Invalid code'], field_errors: { code: ['Invalid code'] } },
    });
    const code = totpCode(secret);
    const elsewhere = await kit.sendJson(validate, { code });
    assert.equal(elsewhere.status, 400);
    assert.match(elsewhere.text, /You currently do not have permissions to access this page/);

    const second = await kit.sendJson(validate, { code }, { jar });
    assert.equal(second.status, 200, second.text);
    const token = responseOf(second).user?.authentication_token ?? '';
    assert.equal((await kit.send('/api/me', { headers: { 'Authentication-Token': token } })).status, 200);
    assert.equal((await kit.send('/api/me', { jar })).status, 200);

    // The same code a second time opens nothing: OpenTAKServer takes it for two minutes.
    const next = new Map<string, string>();
    await kit.sendJson(path, { username: 'bella', password: GOOD }, { jar: next });
    assert.equal((await kit.sendJson(validate, { code }, { jar: next })).status, 400);
    assert.equal((await kit.sendJson(validate, { code: totpCode(secret, 1) }, { jar: next })).status, 200);
  });

  test('the password alone opens no other door either', async () => {
    await addUser('carol');
    const before = await kit.sendJson('/api/login?include_auth_token', { username: 'carol', password: GOOD });
    const old = { 'Authentication-Token': responseOf(before).user?.authentication_token ?? '' };
    await setUp('carol');
    assert.equal((await kit.send('/api/me', { headers: old })).status, 401, 'a token of before');
    assert.equal((await kit.send('/api/me', { user: `carol:${GOOD}` })).status, 401);
    assert.equal((await kit.send('/api/v1/me', { user: `carol:${GOOD}` })).status, 401);
  });

  test('five tries, then the sign-in is over', async () => {
    await addUser('dora');
    const { secret } = await setUp('dora');
    const jar = new Map<string, string>();
    await kit.sendJson('/api/login', { username: 'dora', password: GOOD }, { jar });
    const replies = [];
    for (let i = 0; i < 5; i += 1) {
      replies.push(await kit.sendJson('/api/tf-validate', { code: '000000' }, { jar }));
    }
    assert.ok(replies.every(({ status }) => status >= 400));
    const late = await kit.sendJson('/api/tf-validate', { code: totpCode(secret) }, { jar });
    assert.notEqual(late.status, 200);
  });

  test('a lost phone: recovery codes, each for one use', async () => {
    await addUser('emil');
    const { secret } = await setUp('emil');
    const jar = new Map<string, string>();
    const first = await kit.sendJson('/api/login', { username: 'emil', password: GOOD }, { jar });
    await kit.sendJson('/api/tf-validate', { code: totpCode(secret) }, { jar });
    const headers = { 'X-XSRF-TOKEN': jar.get('XSRF-TOKEN') ?? '' };
    assert.equal(first.status, 200);
    const made = await kit.sendJson('/api/mf-recovery-codes', {}, { jar, headers });
    const codes = responseOf(made)['recovery_codes'] as string[];
    assert.equal(codes.length, 10);

    const lost = new Map<string, string>();
    await kit.sendJson('/api/login', { username: 'emil', password: GOOD }, { jar: lost });
    const options = await kit.send('/api/tf-rescue', { jar: lost });
    assert.deepEqual(responseOf(options)['recovery_options'], { recovery_code: '/api/mf-recovery' });
    const asked = await kit.sendJson('/api/tf-rescue', { help_setup: 'recovery_code' }, { jar: lost });
    assert.equal(asked.status, 200);
    assert.equal((await kit.sendJson('/api/mf-recovery', { code: 'AAAA-BBBB' }, { jar: lost })).status, 400);
    const inside = await kit.sendJson('/api/mf-recovery', { code: codes[0] }, { jar: lost });
    assert.equal(inside.status, 200, inside.text);

    const again = new Map<string, string>();
    await kit.sendJson('/api/login', { username: 'emil', password: GOOD }, { jar: again });
    assert.equal((await kit.sendJson('/api/mf-recovery', { code: codes[0] }, { jar: again })).status, 400);
    assert.equal((await kit.sendJson('/api/mf-recovery', { code: codes[1] }, { jar: again })).status, 200);
  });

  test('without a sign-in that waits, the second step is nobody’s', async () => {
    for (const path of ['/api/tf-validate', '/api/mf-recovery', '/api/tf-select', '/api/tf-rescue']) {
      const reply = await kit.sendJson(path, { code: '123456' });
      assert.equal(reply.status, 400, path);
      assert.match(reply.text, /You currently do not have permissions to access this page/, path);
    }
  });

  test('setup "disable" does without it again', async () => {
    await addUser('fred');
    const { secret } = await setUp('fred');
    const jar = new Map<string, string>();
    await kit.sendJson('/api/login', { username: 'fred', password: GOOD }, { jar });
    await kit.sendJson('/api/tf-validate', { code: totpCode(secret) }, { jar });
    const headers = { 'X-XSRF-TOKEN': jar.get('XSRF-TOKEN') ?? '' };
    const off = await kit.sendJson('/api/tf-setup', { setup: 'disable' }, { jar, headers });
    assert.equal(off.status, 200, off.text);
    assert.deepEqual(Object.keys(responseOf(off)), ['csrf_token']);
    assert.equal((await browserOf('fred')).reply.json<Answer>().response['tf_required'], undefined);
  });
});
