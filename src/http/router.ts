import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi';
import type { Handler, MiddlewareHandler } from 'hono';
import { type Access, isEnrolling } from './access.ts';
import type { Admission } from './admission.ts';
import { limitBody } from './body-limit.ts';
import { type AddressTest, clientAddress } from './client-address.ts';
import { credentialsOf } from './credentials.ts';
import type { AppEnv } from './env.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { refuseForeignOrigin } from './origin.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface DeclaredRoute {
  readonly method: Method;
  /** With `:name` for parameters. */
  readonly path: string;
  readonly access: Access;
}

/**
 * The only way to add a route: none without saying who may call it. A route is closed on every listener that
 * it does not name.
 */
export interface Router {
  /** A route of our own API, with schemas; it appears in docs/api.md. */
  api<R extends RouteConfig>(access: Access, route: R, handler: RouteHandler<R, AppEnv>): void;
  /** A route of a foreign protocol, or a page. */
  route(access: Access, method: Method, path: string, handler: Handler<AppEnv>): void;
  /** Every route that was added, in that order. */
  readonly declared: readonly DeclaredRoute[];
}

/** How requests are read before anybody judges them. */
export interface Reading {
  /** Whether an address is a reverse proxy that may say for whom it asks. */
  readonly isTrustedProxy: AddressTest;
  /** Query parameter that may hold OpenTAKServer's token; '' for none. */
  readonly tokenParameter: string;
}

const DIRECT: Reading = { isTrustedProxy: () => false, tokenParameter: '' };

export function createRouter(
  app: OpenAPIHono<AppEnv>,
  admission: Admission,
  { isTrustedProxy, tokenParameter }: Reading = DIRECT,
): Router {
  const declared: DeclaredRoute[] = [];

  function guardFor(access: Access): MiddlewareHandler<AppEnv> {
    return async (c, next) => {
      const peer = c.env.peer;
      if (!access.on.includes(peer.listener)) return c.notFound();
      if (access.challengesBasic === true) c.set('challenge', 'Basic realm="Bivouac"');
      c.set('refusal', access.refusal);
      const remote = clientAddress(peer.remoteAddress, c.req.header('x-forwarded-for'), isTrustedProxy);
      c.set('remote', remote);
      if (isEnrolling(access.who)) c.set('enrolmentStep', access.who.enrolling);
      if (access.who !== 'public') refuseForeignOrigin(c);
      c.set('caller', await admission.admit(access, peer, credentialsOf(c, { remote, tokenParameter })));
      await limitBody(c, access.maxBodyBytes ?? MAX_BODY_BYTES);
      return next();
    };
  }

  return {
    declared,
    api(access, route, handler) {
      const method = route.method.toUpperCase() as Method;
      declared.push({ method, path: route.path.replaceAll(/\{(\w+)\}/g, ':$1'), access });
      app.openapi({ ...route, middleware: guardFor(access) } as typeof route, handler);
    },
    route(access, method, path, handler) {
      declared.push({ method, path, access });
      app.on(method, path, guardFor(access), handler);
    },
  };
}

/** Throws when a route came in another way than through the router: it would be open to everybody. */
export function assertAllDeclared(app: OpenAPIHono<AppEnv>, declared: readonly DeclaredRoute[]): void {
  const known = new Set(declared.map(({ method, path }) => `${method} ${path}`));
  for (const { method, path } of app.routes) {
    if (method === 'ALL' && path === '/*') continue;
    if (!known.has(`${method} ${path}`))
      throw new Error(`route ${method} ${path} does not say who may call it`);
  }
}
