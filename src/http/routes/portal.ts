import { BivouacError } from '../../core/errors.ts';
import { CLIENT_KINDS, type ClientKind } from '../../packages/client-package.ts';
import { atakImportLink } from '../../packages/onboarding-links.ts';
import { derOf } from '../../pki/x509.ts';
import type { Access } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { attachment } from '../attachment.ts';
import type { DownloadLinks } from '../download-links.ts';
import type { AppContext } from '../env.ts';
import { appleProfile } from '../pages/ca-profile.ts';
import { joinPage, landingPage, lostLinkPage } from '../pages/landing.ts';
import { PAGE_HEADERS } from '../pages/page.ts';
import { pageLanguage } from '../pages/page-language.ts';
import { pagesUrl } from '../pages-url.ts';
import type { Router } from '../router.ts';
import { registerCaptiveRoutes } from './captive.ts';
import { APP, answerDocument } from './web.ts';

/** For devices that know nothing of the kit yet: nothing secret, and the same over TLS for those that do. */
const PORTAL: Access = { on: ['portal', 'https', 'http'], who: 'public' };
/** The landing page on the portal, and the app where people sign in (web.ts has its other addresses). */
const ROOT: Access = { on: ['portal', 'https', 'httpsCert', 'http'], who: 'public' };
/** Whoever checks certificates fetches this, with a certificate or without. */
const REVOCATION_LIST: Access = { on: ['portal', 'https', 'httpsCert', 'http'], who: 'public' };

export function registerPortalRoutes(
  router: Router,
  deps: Pick<AppDeps, 'authority' | 'kitName' | 'webFiles' | 'config' | 'kit'> & { links: DownloadLinks },
) {
  const { authority, kitName, links, webFiles } = deps;
  registerCaptiveRoutes(router);

  const landing = (c: AppContext) =>
    c.body(
      landingPage({
        kitName,
        fingerprint: authority.fingerprint(),
        pagesUrl: pagesUrl(c, deps),
        language: pageLanguage(c.req.header('accept-language')),
      }),
      200,
      { ...PAGE_HEADERS, vary: 'Accept-Language' },
    );
  router.route(ROOT, 'GET', '/', (c) =>
    c.env.peer.listener === 'portal' ? landing(c) : answerDocument(c, webFiles, APP),
  );
  router.route(PORTAL, 'GET', '/welcome', landing);

  router.route(PORTAL, 'GET', '/ca.pem', (c) =>
    c.body(authority.caChainPem(), 200, {
      'content-type': 'application/x-pem-file',
      'content-disposition': attachment('ca.pem'),
    }),
  );

  // Android and Windows install the first certificate of a file only: the newest.
  router.route(PORTAL, 'GET', '/ca.crt', (c) =>
    c.body(new Uint8Array(derOf(authority.caPems()[0] ?? '')), 200, {
      'content-type': 'application/x-x509-ca-cert',
      'content-disposition': attachment('ca.crt'),
    }),
  );

  router.route(PORTAL, 'GET', '/ca.mobileconfig', (c) =>
    c.body(appleProfile(kitName, authority.caPems()), 200, {
      'content-type': 'application/x-apple-aspen-config',
      'content-disposition': attachment('ca.mobileconfig'),
    }),
  );

  router.route(REVOCATION_LIST, 'GET', '/crl.der', async (c) =>
    answerCrl(c, await authority.crls(), undefined),
  );
  router.route(REVOCATION_LIST, 'GET', '/crl/:caId', async (c) =>
    answerCrl(c, await authority.crls(), c.req.param('caId')?.replace(/\.der$/, '')),
  );

  router.route(PORTAL, 'GET', '/join/:token/:file', (c) => {
    const { token, client } = linkOf(c);
    if (client === undefined || !links.has(token)) return c.body(lostLinkPage(kitName), 404, PAGE_HEADERS);
    const packageUrl = new URL(`/p/${token}/${client}.zip`, c.req.url).href;
    const importLink = atakImportLink(packageUrl);
    return c.body(joinPage({ kitName, client, packageUrl, importLink }), 200, PAGE_HEADERS);
  });

  router.route(PORTAL, 'GET', '/p/:token/:file', (c) => {
    const { token } = linkOf(c);
    // A look ahead, as browsers and messengers take it, uses nothing up.
    if (c.req.method === 'HEAD') return c.body(null, links.has(token) ? 200 : 404);
    const { remoteAddress, isTls } = c.env.peer;
    const file = links.take(token, { remoteAddress, isTls });
    if (file === undefined) {
      if (c.req.header('accept')?.includes('text/html'))
        return c.body(lostLinkPage(kitName), 404, PAGE_HEADERS);
      throw new BivouacError('request.not_found', 'This link is used up, or never was');
    }
    return c.body(new Uint8Array(file.content), 200, {
      'content-type': file.mediaType,
      'content-disposition': attachment(file.fileName),
    });
  });
}

function linkOf(c: AppContext): { token: string; client: ClientKind | undefined } {
  const name = c.req.param('file')?.replace(/\.zip$/, '');
  return { token: c.req.param('token') ?? '', client: CLIENT_KINDS.find((kind) => kind === name) };
}

/** The list of the newest CA, or of the one named. */
function answerCrl(
  c: AppContext,
  crls: Awaited<ReturnType<AppDeps['authority']['crls']>>,
  caId: string | undefined,
): Response {
  const crl = caId === undefined ? crls[0] : crls.find((candidate) => candidate.caId === caId);
  if (crl === undefined) throw new BivouacError('ca.unknown');
  return c.body(new Uint8Array(derOf(crl.pem)), 200, {
    'content-type': 'application/pkix-crl',
    'last-modified': new Date(crl.thisUpdateMs).toUTCString(),
    expires: new Date(crl.nextUpdateMs).toUTCString(),
  });
}
