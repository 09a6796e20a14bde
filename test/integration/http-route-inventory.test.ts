import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Access } from '../../src/http/access.ts';
import { LISTENER_NAMES, type ListenerName } from '../../src/http/peer.ts';
import type { DeclaredRoute } from '../../src/http/router.ts';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';

/** Everything that anybody can reach without credentials. A line here is a decision: think before adding one. */
const PUBLIC = [
  'GET /healthz on ops, control',
  'GET /metrics on ops, control',
  'GET /Marti/api/version on https, httpsCert, http',
  'GET /Marti/api/version/config on https, httpsCert, http',
  'GET /Marti/api/version/info on https, httpsCert, http',
  'GET /Marti/api/node/id on https, httpsCert, http',
  'GET /generate_204 on portal',
  'GET /gen_204 on portal',
  'GET /hotspot-detect.html on portal',
  'GET /library/test/success.html on portal',
  'GET /connecttest.txt on portal',
  'GET /ncsi.txt on portal',
  'GET /redirect on portal',
  'GET /success.txt on portal',
  'GET /canonical.html on portal',
  'GET /check_network_status.txt on portal',
  'GET /nm on portal',
  'GET /kindle-wifi/wifistub.html on portal',
  'GET / on portal, https, httpsCert, http',
  'GET /welcome on portal, https, http',
  'GET /ca.pem on portal, https, http',
  'GET /ca.crt on portal, https, http',
  'GET /ca.mobileconfig on portal, https, http',
  'GET /crl.der on portal, https, httpsCert, http',
  'GET /crl/:caId on portal, https, httpsCert, http',
  'GET /join/:token/:file on portal, https, http',
  'GET /p/:token/:file on portal, https, http',
  // A screen has nothing to show yet; what it asks for, somebody must approve.
  'POST /api/pair on https, http',
  'GET /api/code on https, http',
  'POST /api/code on https, http',
  // These ask for name and password themselves.
  'POST /api/link on https, http',
  'POST /link on https, http',
  'GET /.well-known/oauth-authorization-server on https, http',
  'POST /oauth/device_authorization on https, http',
  'POST /oauth/token on https, http',
  'POST /oauth/revoke on https, http',
  'GET /pair on https, http',
  'POST /pair on https, http',
  'POST /pair/decision on https, http',
  // Name and password in the address, as OpenTAKServer takes them.
  'GET /oauth/token on https, http',
  // A code, until somebody approves the screen; on the portal only where an administrator allowed that.
  'GET /tv on portal, https, httpsCert, http',
  'GET /tv/type on portal',
  'POST /tv/type on portal',
  'GET /tv/again on portal',
  'GET /watch on portal, https, httpsCert, http',
  'GET /watch/type on portal',
  'POST /watch/type on portal',
  'GET /watch/again on portal',
  'GET /plain.css on portal',
  'GET /plain.js on portal',
  // The pages hold nothing of the kit: what they show, they ask the API for.
  'GET /setup on https, httpsCert, http',
  'GET /recover on https, httpsCert, http',
  'GET /sign-in on https, httpsCert, http',
  'GET /register on https, httpsCert, http',
  'GET /confirm on https, httpsCert, http',
  'GET /forgot on https, httpsCert, http',
  'GET /new-password on https, httpsCert, http',
  'GET /add on https, httpsCert, http',
  'GET /people on https, httpsCert, http',
  'GET /people/:name on https, httpsCert, http',
  'GET /people/:name/:part on https, httpsCert, http',
  'GET /screens on https, httpsCert, http',
  'GET /screens/:part on https, httpsCert, http',
  'GET /kit on https, httpsCert, http',
  'GET /kit/:part on https, httpsCert, http',
  'GET /me on https, httpsCert, http',
  'GET /me/:part on https, httpsCert, http',
  'GET /assets/:file on https, httpsCert, http',
  // Ways in. What comes behind the first step is judged by the handler, by its login token.
  'GET /api/setup on https, http',
  'POST /api/setup/claim on https, http',
  'POST /api/setup/recover on https, http',
  'GET /api/session on https, http',
  'POST /api/session on https, http',
  'POST /api/session/code on https, http',
  'POST /api/session/code/send on https, http',
  'POST /api/session/totp on https, http',
  'DELETE /api/session on https, http',
  'POST /api/accounts on https, http',
  'POST /api/accounts/confirmation on https, http',
  'POST /api/accounts/confirm on https, http',
  'POST /api/accounts/reset on https, http',
  'POST /api/accounts/password on https, http',
  'POST /api/session/passkey/options on https, http',
  'POST /api/session/passkey on https, http',
  'GET /api/login on https, http',
  'POST /api/login on https, http',
  'POST /api/logout on https, http',
  'POST /api/tf-setup on https, http',
  'POST /api/tf-setup/:state on https, http',
  'POST /api/tf-validate on https, http',
  'GET /api/tf-select on https, http',
  'POST /api/tf-select on https, http',
  'GET /api/tf-rescue on https, http',
  'POST /api/tf-rescue on https, http',
  'POST /api/mf-recovery on https, http',
  'POST /api/register on https, http',
  'POST /api/confirm on https, http',
  'GET /api/confirm/:token on https, http',
  'POST /api/password/reset on https, http',
  'GET /api/password/reset/:token on https, http',
  'POST /api/password/reset/:token on https, http',
  'GET /api/truststore on https, http, portal',
  'GET /api/v1/login on https, http',
  'POST /api/v1/login on https, http',
  'POST /api/v1/verify-2fa on https, http',
  'DELETE /api/v1/logout on https, http',
  'GET /api/v1/auth/provider on https, http',
  'GET /auth on https, http',
  'POST /api/v1/me/totp-secret on https, http',
  'GET /management/health on https, httpsCert, http',
  'POST /management/auth on https, httpsCert, http',
  'POST /api/token on https, httpsCert, http',
  'GET /api/token on https, httpsCert, http',
  'POST /login on https, http',
  // What it opens is said by the token in its query.
  'GET /d/* on https, httpsCert, http',
  'GET /Alive on ftsRest, ftsRestPlain',
];

const ROLES = ['administrator', 'operator', 'user', 'viewer'] as const;

function lineOf({ method, path, access }: DeclaredRoute): string {
  return `${method} ${path} on ${access.on.join(', ')}`;
}

/** Open to somebody who shows nothing. */
function isPublic({ who, mayBeAnonymous }: Access): boolean {
  return who === 'public' || mayBeAnonymous === true;
}

function rolesOf({ who }: Access): readonly string[] {
  return typeof who === 'object' && 'enrolling' in who ? ROLES : who === 'public' ? ROLES : [...who];
}

/** A path that the route answers, with parameters that name nothing. */
function pathOf({ path }: DeclaredRoute): string {
  return path.replaceAll(/:\w+(\{[^}]*\})?/g, 'nothing-of-this-name');
}

describe('the routes', { timeout: 60_000 }, () => {
  let http: HttpKit;
  let routes: readonly DeclaredRoute[];
  const identities = new Map<string, { cert: string; key: string }>();
  const tokens = new Map<string, string>();
  const overNetwork = (names: readonly ListenerName[]) => names.filter((name) => name !== 'control');

  before(async () => {
    http = await startHttpKit();
    routes = http.kit.http.routes;
    for (const role of ROLES) {
      const principalId = await http.addUser(role === 'administrator' ? 'chief' : role, role);
      const order = { principalId, name: 'for tests', scope: 'read+write' };
      tokens.set(role, (await http.kit.auth.apiTokens.create(order, CONSOLE)).token);
      identities.set(role, await http.issue(role === 'administrator' ? 'chief' : role));
    }
  });
  after(() => http.stop());

  const asRole = (listener: ListenerName, role: string, by?: Access['by']) => {
    if (listener === 'httpsCert') return { identity: identities.get(role)! };
    const isByToken = by?.includes('password') === false && by.includes('api_token');
    return isByToken
      ? { headers: { authorization: `Bearer ${tokens.get(role)}` } }
      : { as: role === 'administrator' ? 'chief' : role };
  };

  test('without credentials nothing is open but what is listed here', () => {
    assert.deepEqual(routes.filter(({ access }) => isPublic(access)).map(lineOf), PUBLIC);
  });

  test('every route says who may call it and where, and says it once', () => {
    for (const route of routes) {
      assert.ok(route.access.on.length > 0, lineOf(route));
      assert.ok(isPublic(route.access) || rolesOf(route.access).length > 0, lineOf(route));
    }
    const names = routes.map(({ method, path }) => `${method} ${path}`);
    assert.equal(new Set(names).size, names.length);
  });

  test('the portal and plain HTTP for machines carry nothing that needs signing in', () => {
    for (const route of routes.filter(({ access }) =>
      access.on.some((name) => name === 'portal' || name === 'ops'),
    )) {
      assert.ok(isPublic(route.access), lineOf(route));
    }
  });

  test('a stranger gets 401 from every route that is not public', async () => {
    for (const route of routes.filter(({ access }) => !isPublic(access))) {
      for (const listener of overNetwork(route.access.on)) {
        const answer = await http.ask(listener, pathOf(route), { method: route.method });
        // TAXII says it inside of an answer that is good for HTTP.
        const status = answer.text.includes(' status_type="UNAUTHORIZED"/>') ? 401 : answer.status;
        assert.equal(status, 401, `${lineOf(route)}, asked on ${listener}: ${answer.text}`);
        // A dialect has its own words for it.
        if (route.access.refusal !== undefined) continue;
        assert.equal(answer.json<{ error: { code: string } }>().error.code, 'auth.required');
      }
    }
  });

  test('without a certificate the certificate port tells nothing, also not what does not exist', async () => {
    for (const path of ['/', '/nothing', '/healthz', '/Marti/api/version']) {
      assert.equal((await http.ask('httpsCert', path)).status, 401, path);
    }
  });

  test('a route does not exist on other listeners, also not for an administrator', async () => {
    for (const route of routes) {
      for (const listener of LISTENER_NAMES.filter((name) => !route.access.on.includes(name))) {
        const credentials = listener === 'control' ? {} : asRole(listener, 'administrator');
        const answer = await http.ask(listener, pathOf(route), { method: route.method, ...credentials });
        assert.equal(answer.status, 404, `${lineOf(route)}, asked on ${listener}`);
      }
    }
  });

  test('a role that a route does not name gets 403', async () => {
    let asked = 0;
    for (const route of routes.filter(({ access }) => !isPublic(access))) {
      for (const role of ROLES.filter((name) => !rolesOf(route.access).includes(name))) {
        for (const listener of overNetwork(route.access.on)) {
          const answer = await http.ask(listener, pathOf(route), {
            method: route.method,
            ...asRole(listener, role, route.access.by),
          });
          assert.equal(
            answer.status,
            403,
            `${lineOf(route)}, asked on ${listener} as ${role}: ${answer.text}`,
          );
          asked += 1;
        }
      }
    }
    assert.ok(asked > 0);
  });
});
