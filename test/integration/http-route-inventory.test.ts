import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Access } from '../../src/http/access.ts';
import type { ListenerName } from '../../src/http/peer.ts';
import type { DeclaredRoute } from '../../src/http/router.ts';
import { NOBODY, peerFor } from '../support/callers.ts';
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
  const overNetwork = (names: readonly ListenerName[]) => names.filter((name) => name !== 'control');

  before(async () => {
    http = await startHttpKit();
    routes = http.kit.http.routes;
  });
  after(() => http.stop());

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

  test('another method opens nothing that its own does not', async () => {
    // TAXII tells a refusal inside of an answer, which HEAD has none of.
    const asked = routes.filter(({ access, path }) => !isPublic(access) && !path.startsWith('/services/'));
    for (const route of asked) {
      const listener = overNetwork(route.access.on)[0];
      if (listener === undefined) continue;
      const taken = routes.filter(({ path }) => path === route.path).map(({ method }): string => method);
      for (const method of ['HEAD', 'PUT', 'PATCH', 'PROPFIND', 'QUERY']) {
        if (taken.includes(method)) continue;
        const request = new Request(`https://localhost${pathOf(route)}`, { method });
        const { status } = await http.kit.http.fetch(request, peerFor(listener, NOBODY));
        // The certificate port tells nothing without one; FreeTAKServer's says which methods there are.
        assert.ok([401, 404, 405].includes(status), `${method} ${route.path} on ${listener}: ${status}`);
        if (method === 'HEAD' && taken.includes('GET')) {
          assert.equal(status, 401, `HEAD ${route.path} on ${listener}`);
        }
      }
    }
  });

  test('without a certificate the certificate port tells nothing, also not what does not exist', async () => {
    for (const path of ['/', '/nothing', '/healthz', '/Marti/api/version']) {
      assert.equal((await http.ask('httpsCert', path)).status, 401, path);
    }
  });
});
