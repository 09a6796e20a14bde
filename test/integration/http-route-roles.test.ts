import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LISTENER_NAMES, type ListenerName } from '../../src/http/peer.ts';
import type { DeclaredRoute } from '../../src/http/router.ts';
import { CALLER_SETTINGS, type Caller, makeCallers, NOBODY, peerFor } from '../support/callers.ts';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';
import { PUBLIC_ROUTES } from '../support/public-routes.ts';
import { classByRoute, type RouteClass } from '../support/route-classes.ts';

/**
 * Whoever is let in is told that the body is too large, before the route does anything with it: so each of them can
 * be asked by everybody, those that end sessions and take rights away too.
 */
const TOO_LARGE = { 'content-length': String(Number.MAX_SAFE_INTEGER) };

type Outcome = 'in' | 401 | 403;

/** By the table alone, without a look at the route. */
function expectedOf(routeClass: RouteClass, method: string, listener: ListenerName, caller: Caller): Outcome {
  const { name, roles, ways, isPower = false, letsNobodyIn = false } = routeClass;
  const { role, way, scope, isStale = false } = caller;
  const isChange = method !== 'GET' && method !== 'OPTIONS';
  if (listener === 'control') return 'in';
  if (listener === 'httpsCert') {
    if (way !== 'certificate') return 401;
  } else if (way === undefined || way === 'certificate') return letsNobodyIn ? 'in' : 401;
  // A browser sends its cookie by itself: where it means nothing, it is nothing.
  else if (!ways.includes(way)) return letsNobodyIn && way === 'cookie' ? 'in' : 401;
  const isWide = scope === undefined || (scope === 'read' && method === 'GET');
  // A certificate lies on a device, whoever holds it.
  const isFresh = !isStale && way !== 'certificate';
  const mayDo = role !== undefined && roles.includes(role) && isWide && (isFresh || !isPower || !isChange);
  // TAXII has one word for both.
  return mayDo ? 'in' : name.startsWith('OpenTAXII') ? 401 : 403;
}

const isProgram = ({ way }: Caller) => way === 'api_token';
const isChiefsProgram = (caller: Caller) => isProgram(caller) && caller.role === 'administrator';
const isLookingOn = ({ role }: Caller) => role === 'viewer';

/** Whom routes refuse that their class lets in. */
const FINER: Readonly<Record<string, (caller: Caller) => boolean>> = {
  'GET /api/pairings': isProgram,
  'GET /api/me/passkeys': isProgram,
  'GET /api/tf-setup': isProgram,
  'GET /api/atak_qr_string': isProgram,
  'GET /api/v1/me/totp-secret': isProgram,
  'GET /api/v1/auditlog': ({ role }) => role !== 'administrator',
  'GET /Clients': isLookingOn,
  // It is asked for name and password of somebody, and gets none.
  'GET /AuthenticateUser': () => true,
};

/** Changes that ask for the person, with orders that would be good ones. */
const PERSON_ONLY: readonly (readonly [route: string, order: object])[] = [
  ['POST /api/me/tokens', { name: 'more', scope: 'read' }],
  ['PUT /api/me/tokens/abcdefgh', { name: 'other' }],
  ['DELETE /api/me/tokens/abcdefgh', {}],
  ['DELETE /api/me/sessions', {}],
  ['DELETE /api/me/sessions/11111111-1111-4111-8111-111111111111', {}],
  ['POST /api/me/factors/totp', {}],
  ['POST /api/me/factors/totp/activate', { code: '123456' }],
  ['DELETE /api/me/factors/totp', {}],
  ['POST /api/me/factors/recovery-codes', {}],
  ['PUT /api/me/factors/codes', { sendTo: 'me@example.org' }],
  ['POST /api/me/factors/codes/confirm', { code: '123456' }],
  ['DELETE /api/me/factors/codes', {}],
  ['POST /api/me/passkeys/options', {}],
  ['DELETE /api/me/passkeys/some', {}],
  ['POST /api/pairings/open', {}],
  ['POST /api/pairings/11111111-1111-4111-8111-111111111111/approve', {}],
  ['POST /api/pairings/11111111-1111-4111-8111-111111111111/refuse', {}],
  ['DELETE /api/pairings/11111111-1111-4111-8111-111111111111', {}],
  ['POST /api/mf-recovery-codes', {}],
  ['POST /api/tf-setup', { setup: 'authenticator' }],
  ['POST /api/tf-setup', { setup: 'disable' }],
  ['POST /api/atak_qr_string', {}],
  ['DELETE /api/atak_qr_string', {}],
  ['POST /api/certificate', { username: 'program' }],
  ['PUT /api/v1/me', { password: 'a', old_password: 'b' }],
  ['POST /api/v1/me/tokens', { name: 'more', scope: 'read' }],
  ['PUT /api/v1/me/tokens/abcdefgh', { name: 'other' }],
  ['DELETE /api/v1/me/tokens/abcdefgh', {}],
  ['DELETE /api/v1/me/totp-secret', {}],
];

/**
 * Who is asked. A way that opens nothing opens nothing whoever goes it: the administrator's is enough. And what is
 * said of TLS is said of the same app in plain: there a few have to do.
 */
function callersAt(listener: ListenerName, { ways }: RouteClass, all: readonly Caller[]): readonly Caller[] {
  if (listener === 'control') return [NOBODY];
  const isPlain = listener === 'http' || listener === 'ftsRestPlain';
  const asked = all.filter(({ role, way, isOdd = false }) => {
    if (isPlain) return !isOdd && (way === 'cookie' || way === 'api_token');
    return isOdd || role === 'administrator' || ways.includes(way!);
  });
  return [NOBODY, ...asked];
}

describe('routes and roles', { timeout: 60_000 }, () => {
  let http: HttpKit;
  let routes: readonly DeclaredRoute[];
  let callers: readonly Caller[];
  const classes = classByRoute();
  const nameOf = ({ method, path }: DeclaredRoute) => `${method} ${path}`;
  const pathOf = ({ path }: DeclaredRoute) =>
    path.replaceAll(/:\w+(\{[^}]*\})?/g, 'nothing-of-this-name').replace('*', 'nothing');

  before(async () => {
    http = await startHttpKit(CALLER_SETTINGS);
    routes = http.kit.http.routes;
    callers = await makeCallers(http);
  });
  after(() => http.stop());

  async function outcomeOf(route: DeclaredRoute, listener: ListenerName, caller: Caller): Promise<Outcome> {
    const request = new Request(`https://localhost${pathOf(route)}`, {
      method: route.method,
      headers: { ...caller.headers, ...TOO_LARGE },
    });
    const answer = await http.kit.http.fetch(request, peerFor(listener, caller));
    const { status, text } = { status: answer.status, text: await answer.text() };
    if (status === 413) return 'in';
    // TAXII says it inside of an answer that is good for HTTP.
    if (status === 200 && text.includes(' status_type="UNAUTHORIZED"/>')) return 401;
    assert.ok(status === 401 || status === 403, `${nameOf(route)} by ${caller.name}: ${status} ${text}`);
    return status;
  }

  /** For everybody who is asked about the route, at one time: most of that time others work. */
  async function everyCaller(
    route: DeclaredRoute,
    work: (routeClass: RouteClass, listener: ListenerName, caller: Caller) => Promise<void>,
  ): Promise<void> {
    const routeClass = classes.get(nameOf(route));
    if (routeClass === undefined) return;
    const asked = routeClass.on.flatMap((listener) =>
      callersAt(listener, routeClass, callers).map((caller) => work(routeClass, listener, caller)),
    );
    await Promise.all(asked);
  }

  test('every route is public or stands in one class, and nothing else does', () => {
    const written = [...PUBLIC_ROUTES.map((line) => line.replace(/ on .*/, '')), ...classes.keys()];
    assert.deepEqual(routes.map(nameOf).toSorted(), [...new Set(written)].toSorted());
  });

  test('whoever may is let in, and nobody else, by every way of showing who one is', async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const route of routes) {
      await everyCaller(route, async (routeClass, listener, caller) => {
        const expected = expectedOf(routeClass, route.method, listener, caller);
        const outcome = await outcomeOf(route, listener, caller);
        asked += 1;
        if (outcome === expected) return;
        const where = `${nameOf(route)} on ${listener}`;
        wrong.push(`${where}, ${caller.name}: ${outcome} and not ${expected} (${routeClass.name})`);
      });
    }
    assert.deepEqual(wrong, []);
    assert.ok(asked > 5_000, `${asked} asked`);
  });

  test('a route is where its line says, and does not exist elsewhere, for the console neither', async () => {
    const publicOn = new Map(PUBLIC_ROUTES.map((line) => line.split(' on ') as [string, string]));
    for (const route of routes) {
      const on = classes.get(nameOf(route))?.on ?? publicOn.get(nameOf(route))?.split(', ') ?? [];
      for (const listener of LISTENER_NAMES.filter((name) => !on.some((one) => one === name))) {
        const way = { httpsCert: 'certificate', ftsRest: 'api_token' }[listener as string] ?? 'password';
        const chief = callers.find((caller) => caller.role === 'administrator' && caller.way === way)!;
        const { method } = route;
        const request = new Request(`https://localhost${pathOf(route)}`, { method, headers: chief.headers });
        const { status } = await http.kit.http.fetch(request, peerFor(listener, chief));
        assert.equal(status, 404, `${nameOf(route)} on ${listener}`);
      }
    }
  });

  test('what is public asks nobody, and on the certificate port for a certificate alone', async () => {
    const phone = callers.find(({ name }) => name === 'viewer by certificate')!;
    for (const route of routes.filter((one) => !classes.has(nameOf(one)))) {
      for (const listener of route.access.on) {
        const isOpen = listener !== 'httpsCert';
        assert.equal(await outcomeOf(route, listener, NOBODY), isOpen ? 'in' : 401, nameOf(route));
        if (!isOpen) assert.equal(await outcomeOf(route, listener, phone), 'in', nameOf(route));
      }
    }
  });

  test('who is let in gets what he asked for, where the route itself does not know better', async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      await everyCaller(route, async (routeClass, listener, caller) => {
        // One way each: what a handler knows of its caller is the role, and whether a program asks.
        const isAsked = caller.isOdd || caller.way === routeClass.ways[0] || isChiefsProgram(caller);
        if (listener === 'http' || listener === 'ftsRestPlain') return;
        if (listener === 'https' && !isAsked) return;
        if (expectedOf(routeClass, route.method, listener, caller) !== 'in') return;
        const request = new Request(`https://localhost${pathOf(route)}`, { headers: caller.headers });
        const { status } = await http.kit.http.fetch(request, peerFor(listener, caller));
        asked += 1;
        const isRefused = status === 401 || status === 403;
        const isFiner = FINER[nameOf(route)]?.(caller) ?? false;
        if (isRefused !== isFiner) wrong.push(`${nameOf(route)} on ${listener}, ${caller.name}: ${status}`);
      });
    }
    assert.deepEqual(wrong, []);
    assert.ok(asked > 200, `${asked} asked`);
  });

  test('a sign-in of long ago sets up no second factor where the route judges that itself', async () => {
    const order = { 'content-type': 'application/json' };
    const changes = [
      ['rport', '/api/v1/me/totp-secret', {}],
      ['cookie', '/api/tf-setup', { setup: 'authenticator' }],
      ['cookie', '/api/tf-setup', { setup: 'disable' }],
      ['cookie', '/api/mf-recovery-codes', {}],
    ] as const;
    for (const [way, path, body] of changes) {
      const { headers } = callers.find((caller) => caller.isStale && caller.way === way)!;
      const ask = { method: 'POST', headers: { ...headers, ...order }, body: JSON.stringify(body) };
      const answer = await http.ask('https', path, ask);
      assert.equal(answer.status, 403, `${path}: ${answer.text}`);
    }
  });

  test('a token that somebody gave to a program does nothing that the person itself has to do', async () => {
    const json = { 'content-type': 'application/json' };
    const programs = callers.filter(
      (one) => one.name === 'a program' || (isChiefsProgram(one) && !one.isOdd),
    );
    for (const [route, body] of PERSON_ONLY) {
      const [method = '', path = ''] = route.split(' ');
      for (const { name, headers } of programs) {
        const sent = method === 'DELETE' ? {} : { body: JSON.stringify(body) };
        const answer = await http.ask('https', path, { method, headers: { ...headers, ...json }, ...sent });
        assert.equal(answer.status, 403, `${route} by ${name}: ${answer.text}`);
      }
    }
  });
});
