import type { Access } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import type { AppContext } from '../env.ts';
import { html, PAGE_HEADERS, page } from '../pages/page.ts';
import type { Router } from '../router.ts';
import type { Coding, WebFile, WebFiles } from '../web-files.ts';

/** The pages hold nothing of the kit: what they show, they ask the API for. */
const PAGES: Access = { on: ['https', 'httpsCert', 'http'], who: 'public' };

/** The name changes with the content: a year is as good as for ever. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Kept, but asked about each time: the next version of the kit must not meet the page of the last one. */
const ASK_FIRST = 'no-cache';

/**
 * Nothing inline, nothing from elsewhere, in no frame, and no text ever becomes markup. `blob:` and `data:` are for
 * pictures that a page draws itself.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const DOCUMENT_HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(self), microphone=(), payment=(), usb=()',
};

/** The document of the app. */
export const APP = '/index.html';

/**
 * Addresses of the pages, by the document that answers them; each document finds its page by the address itself.
 * Three steps deep at the most (`/people/anna/phones`). The root is shared with the portal, see
 * portal.ts; so are `/tv` and `/watch`, see screen-pages.ts.
 */
const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  [APP]: [
    '/setup',
    '/recover',
    '/sign-in',
    '/register',
    '/confirm',
    '/forgot',
    '/new-password',
    '/add',
    '/people',
    '/people/:name',
    '/people/:name/:part',
    '/channels',
    '/channels/:name',
    '/screens',
    '/screens/:part',
    '/kit',
    '/kit/:part',
    '/me',
    '/me/:part',
  ],
};

export function registerWebRoutes(router: Router, { webFiles }: Pick<AppDeps, 'webFiles'>): void {
  for (const [document, paths] of Object.entries(DOCUMENTS)) {
    for (const path of paths) {
      router.route(PAGES, 'GET', path, (c) => answerDocument(c, webFiles, document));
    }
  }
  router.route(PAGES, 'GET', '/assets/:file', (c) => {
    const file = webFiles.find(`/assets/${c.req.param('file')}`);
    return file === undefined ? c.notFound() : answer(c, file, FOR_EVER, {});
  });
}

/** The document of an entry. */
export function answerDocument(
  c: AppContext,
  webFiles: WebFiles,
  document: string,
): Response | Promise<Response> {
  const file = webFiles.find(document);
  if (file !== undefined) return answer(c, file, ASK_FIRST, DOCUMENT_HEADERS);
  return webFiles.isBuilt() ? c.notFound() : c.body(NOT_BUILT, 503, PAGE_HEADERS);
}

const NOT_BUILT = page(
  'Pages missing',
  html`<h1>The pages are not built</h1>
<p>This server runs from its sources, and dist/web is missing. Run <span class="mono">make web</span> there, then start it again.</p>`,
);

function answer(
  c: AppContext,
  file: WebFile,
  cacheControl: string,
  extra: Readonly<Record<string, string>>,
): Response {
  const coding = codingFor(c.req.header('accept-encoding') ?? '', file);
  // Strong tags name bytes, and each coding has its own.
  const etag = `"${file.hash}-${coding}"`;
  const headers = { ...extra, etag, vary: 'Accept-Encoding', 'cache-control': cacheControl };
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  // For HEAD the body is dropped below us, its length is not.
  return c.body(file.read(coding), 200, {
    ...headers,
    'content-type': file.mediaType,
    ...(coding === 'identity' ? {} : { 'content-encoding': coding }),
  });
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}

/** The best form that the client takes. `q=0` says no; other weights are no reason to send more bytes. */
export function codingFor(acceptEncoding: string, { codings }: Pick<WebFile, 'codings'>): Coding {
  const taken = new Map(
    acceptEncoding.split(',').map((part) => {
      const [name = '', weight = ''] = part.split(';').map((word) => word.trim().toLowerCase());
      return [name, !/^q=0(\.0*)?$/.test(weight)] as const;
    }),
  );
  return codings.find((coding) => taken.get(coding) === true) ?? 'identity';
}
