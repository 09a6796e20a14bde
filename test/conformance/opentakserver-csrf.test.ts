import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, type Reply, startDocumentServer } from '../support/document-client.ts';

/**
 * OpenTAKServer's `SECURITY_CSRF_PROTECT_MECHANISMS`: for which ways of signing in a request that changes
 * something needs a CSRF token. The document's two lines are our default.
 */

const ADMIN_PASSWORD = 'orchid-lantern-over-tundra';
const GOOD = 'nine copper kettles sing';
const MISSING = '{"meta":{"code":400},"response":{"errors":["The CSRF token is missing."]}}';
const SUCCESS = '{"success":true}';

const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  document: {},
  sessionOnly: { 'compat.opentakserver.SECURITY_CSRF_PROTECT_MECHANISMS': '["session"]' },
  all: { 'compat.opentakserver.SECURITY_CSRF_PROTECT_MECHANISMS': '["session", "basic", "token"]' },
};

interface LoginAnswer {
  readonly response: {
    readonly csrf_token: string;
    readonly user: { readonly authentication_token?: string };
  };
}

describe('OpenTAKServer: what needs a CSRF token', { timeout: 60_000 }, () => {
  const kits = new Map<string, DocumentServer>();
  let added = 0;

  before(async () => {
    const started = await Promise.all(
      Object.entries(SETTINGS).map(
        async ([name, set]) => [name, await startDocumentServer(ADMIN_PASSWORD, set)] as const,
      ),
    );
    for (const [name, kit] of started) kits.set(name, kit);
  });
  after(() => Promise.all([...kits.values()].map((kit) => kit.stop())));

  /** Adds somebody, signed in by `way`; `withToken`: with a CSRF token that was fetched before, as the page has it. */
  async function add(
    setting: string,
    way: 'session' | 'basic' | 'token',
    withToken: boolean,
  ): Promise<Reply> {
    const kit = kits.get(setting) ?? assert.fail();
    const jar = new Map<string, string>();
    const first = await kit.sendJson('/api/login', {}, { method: 'GET', jar });
    const csrf = withToken ? { 'X-XSRF-TOKEN': first.json<LoginAnswer>().response.csrf_token } : {};
    added += 1;
    const user = { username: `user${added}`, password: GOOD, confirm_password: GOOD, roles: ['user'] };
    const path = '/api/user/add';
    if (way === 'basic') {
      return kit.sendJson(path, user, { jar, headers: csrf, user: `administrator:${ADMIN_PASSWORD}` });
    }
    const credentials = { username: 'administrator', password: ADMIN_PASSWORD };
    if (way === 'session') {
      assert.equal((await kit.sendJson('/api/login', credentials, { jar })).status, 200);
      return kit.sendJson(path, user, { jar, headers: csrf });
    }
    const { response } = (
      await kit.sendJson('/api/login?include_auth_token', credentials)
    ).json<LoginAnswer>();
    const headers = { 'Authentication-Token': response.user.authentication_token ?? '', ...csrf };
    return kit.sendJson(path, user, { jar, headers });
  }

  for (const [setting, needing] of [
    ['document', ['session', 'basic']],
    ['sessionOnly', ['session']],
    ['all', ['session', 'basic', 'token']],
  ] as const) {
    test(`${setting}: ${needing.join(', ')}`, async () => {
      for (const way of ['session', 'basic', 'token'] as const) {
        const bare = await add(setting, way, false);
        const isNeeded = needing.some((one) => one === way);
        assert.equal(bare.text, isNeeded ? MISSING : SUCCESS, way);
        assert.equal(bare.status, isNeeded ? 400 : 200, way);
        assert.equal((await add(setting, way, true)).text, SUCCESS, `${way} with a CSRF token`);
      }
    });
  }

  test('whatever is set, a page of another site changes nothing', async () => {
    const kit = kits.get('sessionOnly') ?? assert.fail();
    const reply = await kit.sendJson(
      '/api/user/add',
      { username: 'x', password: GOOD, confirm_password: GOOD, roles: ['user'] },
      { user: `administrator:${ADMIN_PASSWORD}`, headers: { Origin: 'http://evil.example' } },
    );
    assert.equal(reply.status, 403);
  });

  test('a way that does not exist is a mistake in the configuration', async () => {
    const set = { 'compat.opentakserver.SECURITY_CSRF_PROTECT_MECHANISMS': '["session", "cookie"]' };
    await assert.rejects(startDocumentServer(ADMIN_PASSWORD, set), /SECURITY_CSRF_PROTECT_MECHANISMS/);
  });
});
