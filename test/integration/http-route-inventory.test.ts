import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Access } from '../../src/http/access.ts';
import { LISTENER_NAMES, type ListenerName } from '../../src/http/peer.ts';
import type { DeclaredRoute } from '../../src/http/router.ts';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';
import { PUBLIC_ROUTES } from '../support/public-routes.ts';

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
    assert.deepEqual(routes.filter(({ access }) => isPublic(access)).map(lineOf), PUBLIC_ROUTES);
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
