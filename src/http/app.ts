import { OpenAPIHono } from '@hono/zod-openapi';
import { routePath } from 'hono/route';
import type { SessionFacts } from '../auth/revoke.ts';
import { BivouacError } from '../core/errors.ts';
import { type Access, ALL_ROLES, SIGNED_IN_LISTENERS } from './access.ts';
import { createAdmission } from './admission.ts';
import type { AppDeps } from './app-deps.ts';
import { addressTest } from './client-address.ts';
import type { ConnectionProblem } from './connection-problem.ts';
import { troubleOf } from './connection-trouble.ts';
import { credentialsOf } from './credentials.ts';
import { ftsNotFound } from './dialects/freetakserver/not-found.ts';
import type { SocketServer } from './dialects/freetakserver/socket/socket-server.ts';
import { registerFreeTakServerRoutes } from './dialects/freetakserver.ts';
import { createOtsPasswordGrant, registerOtsTokenRoute } from './dialects/opentakserver-token.ts';
import { registerOpenTaxiiRoutes } from './dialects/opentaxii.ts';
import { registerTakeoutRoutes } from './dialects/takeout.ts';
import { createDownloadLinks } from './download-links.ts';
import type { AppEnv } from './env.ts';
import { errorResponse } from './errors.ts';
import { createInvitationsInProgress } from './invitation-progress.ts';
import type { FetchHandler } from './listener.ts';
import { createOnboarding } from './onboarding.ts';
import { isFtsListener, type Peer } from './peer.ts';
import { troubleOfRefusal } from './request-trouble.ts';
import { assertAllDeclared, createRouter, type DeclaredRoute } from './router.ts';
import { registerCaRoutes } from './routes/cas.ts';
import { registerCertRoutes } from './routes/certs.ts';
import { registerChannelRoutes } from './routes/channels.ts';
import { registerDiagnosisRoutes } from './routes/diagnosis.ts';
import { registerDisplayRoutes } from './routes/display.ts';
import { registerEnrolRoutes } from './routes/enrol.ts';
import { registerHistoryRoutes } from './routes/history.ts';
import { registerKitRoutes } from './routes/kit.ts';
import { registerMartiConnectRoutes } from './routes/marti-connect.ts';
import { registerMartiCotRoutes } from './routes/marti-cot.ts';
import { registerMartiVersionRoutes } from './routes/marti-version.ts';
import { registerMyCertRoutes } from './routes/my-certs.ts';
import { registerOnboardingRoutes } from './routes/onboarding.ts';
import { registerOpsRoutes } from './routes/ops.ts';
import { registerPackageRoutes } from './routes/packages.ts';
import { registerScreenRoutes } from './routes/pairing/screen-routes.ts';
import { registerPeopleRoutes } from './routes/people.ts';
import { registerPortalRoutes } from './routes/portal.ts';
import { registerScreenPages } from './routes/screen-pages.ts';
import { registerHotspotRoutes } from './routes/system-hotspot.ts';
import { registerPowerRoutes } from './routes/system-power.ts';
import { registerSystemScreensRoutes } from './routes/system-screens.ts';
import { registerTimeRoutes } from './routes/time.ts';
import { registerUserStoreRoutes } from './routes/user-store.ts';
import { registerWebRoutes } from './routes/web.ts';
import { registerSignInDoors } from './sign-in-doors.ts';

export interface HttpApp {
  readonly fetch: FetchHandler;
  readonly routes: readonly DeclaredRoute[];
  /** Who signed in on a connection last, for cutting it when that access ends. */
  principalOf(peer: Peer): string | undefined;
  /** The same, with what he signed in with as far as that can end alone. */
  sessionOf(peer: Peer): SessionFacts | undefined;
  /** FreeTAKServer's Socket.IO, beside the app on the same listeners. */
  readonly ftsSocket: SocketServer;
  /** To be told of connections that never became a request, or a session of the stream. */
  onProblem(problem: ConnectionProblem): void;
  /** OpenAPI 3.1 of our own API. */
  openApiDocument(): object;
}

/** The one app behind all listeners, the control socket and the command line. */
export function createHttpApp(deps: AppDeps): HttpApp {
  const { log } = deps;
  const app = new OpenAPIHono<AppEnv>({
    // `/Marti/api/tls/signClient/` and the same without its slash are both in use by clients.
    strict: false,
    defaultHook: (result) => {
      if (result.success) return;
      const problems = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      const first = problems[0];
      const sentence = first === undefined ? undefined : `${first.path || result.target}: ${first.message}`;
      throw new BivouacError('request.invalid', sentence, { problems });
    },
  });

  const admission = createAdmission({
    httpLogin: deps.httpLogin,
    certificateLogin: deps.certificateLogin,
    clock: deps.clock,
    sessions: deps.doors.sessions,
    apiTokens: deps.doors.apiTokens,
    csrf: deps.doors.csrf,
    users: deps.users,
    judgeCertificate: deps.authority.judge,
    async isCertificateRevoked(serial) {
      const certificate = await deps.certificates.bySerial(serial);
      return certificate === undefined || certificate.revokedAtMs !== null;
    },
  });

  app.onError(async (error, c) => {
    const trouble = await troubleOfRefusal(error, c, deps.users);
    if (trouble !== undefined) deps.diagnosis.note(trouble);
    const shape = c.get('refusal');
    return errorResponse(error, log, c.get('challenge'), shape && ((refusal) => shape(refusal, c)));
  });
  app.notFound(async (c) => {
    if (isFtsListener(c.env.peer.listener)) return ftsNotFound(c, router.declared);
    // Nothing is told of what exists on the certificate port to those who have none.
    const access = { on: ['httpsCert'], who: 'public' } as const;
    const { remoteAddress } = c.env.peer;
    await admission.admit(
      access,
      c.env.peer,
      credentialsOf(c, { remote: remoteAddress, tokenParameter: '' }),
    );
    return errorResponse(new BivouacError('request.not_found'), log);
  });
  app.use('*', async (c, next) => {
    const startedMs = deps.clock.monotonicMs();
    await next();
    log.debug('http.request', {
      listener: c.env.peer.listener,
      remote: c.env.peer.remoteAddress,
      method: c.req.method,
      // The pattern, never the path itself: that may be a one-time link.
      route: routePath(c, -1),
      status: c.res.status,
      ms: Math.round(deps.clock.monotonicMs() - startedMs),
    });
    c.res.headers.set('x-content-type-options', 'nosniff');
    c.res.headers.set('referrer-policy', 'no-referrer');
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
    if (!c.res.headers.has(CSP)) c.res.headers.set(CSP, NO_PAGE);
  });

  const router = createRouter(app, admission, {
    isTrustedProxy: addressTest([
      ...deps.config.http.trustedProxies,
      ...deps.config.compat.rport.trusted_proxies,
    ]),
    tokenParameter: deps.config.compat.opentakserver.SECURITY_TOKEN_AUTHENTICATION_KEY,
  });
  registerOpsRoutes(router, deps);
  registerKitRoutes(router, deps);
  registerPeopleRoutes(router, deps);
  registerChannelRoutes(router, deps);
  registerUserStoreRoutes(router, deps);
  registerCertRoutes(router, deps);
  registerCaRoutes(router, deps);
  registerPackageRoutes(router, deps);
  registerHistoryRoutes(router, deps);
  registerDiagnosisRoutes(router, deps);
  registerTimeRoutes(router, deps);
  registerDisplayRoutes(router, deps);
  registerHotspotRoutes(router, deps);
  registerPowerRoutes(router, deps);
  registerMyCertRoutes(router, deps);
  const progress = createInvitationsInProgress({
    clock: deps.clock,
    clients: () => deps.kit.clients(),
    diagnosis: deps.diagnosis,
  });
  registerEnrolRoutes(router, { ...deps, progress });
  registerMartiVersionRoutes(router, deps);
  registerMartiConnectRoutes(router, deps);
  registerMartiCotRoutes(router, deps);

  const links = createDownloadLinks(deps);
  const onboarding = createOnboarding({
    ...deps,
    links,
    progress,
    hasPublicCertificate: () => deps.authority.material().isExternal,
    isServerRunning: () => deps.kit.startedAtMs !== undefined,
    listeners: deps.kit.listeners,
  });
  registerOnboardingRoutes(router, { ...deps, onboarding, progress });
  registerPortalRoutes(router, { ...deps, links });
  const passwordGrant = createOtsPasswordGrant(deps);
  registerScreenRoutes(router, { ...deps, passwordGrant });
  registerOtsTokenRoute(router, passwordGrant);
  registerSystemScreensRoutes(router, deps);
  registerScreenPages(router, deps);
  registerWebRoutes(router, deps);
  registerSignInDoors(router, { ...deps, onboarding });
  registerOpenTaxiiRoutes(router, deps);
  registerTakeoutRoutes(router, deps);
  const ftsSocket = registerFreeTakServerRoutes(router, { ...deps, links });
  const openApiDocument = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Bivouac API', version: deps.kit.version },
    });
  router.route(OPEN_API, 'GET', '/api/openapi.json', (c) => c.json(openApiDocument()));
  assertAllDeclared(app, router.declared);

  return {
    fetch: (request, peer) => app.fetch(request, { peer }),
    routes: router.declared,
    principalOf: (peer) => admission.sessionOf(peer)?.principalId,
    sessionOf: admission.sessionOf,
    ftsSocket,
    onProblem(problem) {
      const trouble = troubleOf(problem, deps.kit.listeners()['cotTls']);
      if (trouble !== undefined) deps.diagnosis.note(trouble);
    },
    openApiDocument,
  };
}

const CSP = 'content-security-policy';

/**
 * For what is no page of ours: an error page, or the event that somebody sent, which a browser would otherwise run
 * as a page of the kit where its XML has a script in it.
 */
const NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The API says what it is to whoever may use some of it. */
const OPEN_API: Access = { on: ['control', ...SIGNED_IN_LISTENERS], who: ['console', ...ALL_ROLES] };
