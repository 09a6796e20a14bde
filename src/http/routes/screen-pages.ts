import { spacedCode } from '../../auth/pairing-codes.ts';
import type { PlainToken } from '../../auth/plain-screen-ports.ts';
import { BivouacError } from '../../core/errors.ts';
import type { Access } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { channelsOf } from '../caller-channels.ts';
import { type CookieName, cookieOf, dropCookie, keepCookie } from '../cookies.ts';
import type { AppContext } from '../env.ts';
import { refuseForeignOrigin } from '../origin.ts';
import type { Html } from '../pages/page.ts';
import { type PageLanguage, pageLanguage } from '../pages/page-language.ts';
import {
  PLAIN_HEADERS,
  PLAIN_SCRIPT,
  PLAIN_STYLE,
  type PlainKind,
  plainPage,
  plainParts,
} from '../pages/plain-board.ts';
import { pagesUrl } from '../pages-url.ts';
import type { Router } from '../router.ts';
import { visitOf } from './pairing/approver.ts';
import { answerDocument } from './web.ts';

/** The page of the web app over TLS, the read-only one on the portal. */
const SCREENS: Access = { on: ['portal', 'https', 'httpsCert', 'http'], who: 'public' };
/** Asked by the device itself, with a cookie that is good nowhere else. */
const PLAIN: Access = { on: ['portal'], who: 'public' };

const KINDS: readonly PlainKind[] = ['tv', 'watch'];

/** Of a paired device; of one that waits. */
const SCREEN_COOKIE = 'plain_screen';
const WAITING_COOKIE = 'plain_waiting';

export type ScreenPagesDeps = Pick<AppDeps, 'clock' | 'config' | 'kit' | 'kitName' | 'webFiles'> & {
  readonly doors: Pick<AppDeps['doors'], 'plainScreens'>;
};

/** Where a television and a watch begin: `/tv` and `/watch`. */
export function registerScreenPages(router: Router, deps: ScreenPagesDeps): void {
  const { clock, kit, kitName, webFiles } = deps;
  const { plainScreens } = deps.doors;

  for (const kind of KINDS) {
    router.route(SCREENS, 'GET', `/${kind}`, (c) =>
      c.env.peer.listener === 'portal'
        ? answerPlain(c, kind)
        : answerDocument(c, webFiles, `/${kind}/index.html`),
    );
    router.route(PLAIN, 'GET', `/${kind}/type`, async (c) => {
      if (!(await plainScreens.isAllowed())) return answerPlain(c, kind);
      return whole(c, plainParts.type(languageOf(c), kind, ''), { isLive: false });
    });
    router.route(PLAIN, 'POST', `/${kind}/type`, async (c) => {
      refuseForeignOrigin(c);
      if (!(await plainScreens.isAllowed())) return answerPlain(c, kind);
      const code = new URLSearchParams(await c.req.text()).get('code') ?? '';
      try {
        keep(c, SCREEN_COOKIE, await plainScreens.typed(code, { kind }, visitOf(c)));
        return c.redirect(`/${kind}`, 303);
      } catch (error) {
        if (!(error instanceof BivouacError)) throw error;
        const part = plainParts.type(languageOf(c), kind, `${error.message}.`);
        return whole(c, part, { isLive: false, status: error.status });
      }
    });
    router.route(PLAIN, 'GET', `/${kind}/again`, (c) => {
      dropCookie(c, WAITING_COOKIE);
      return c.redirect(`/${kind}`, 303);
    });
  }

  router.route(PLAIN, 'GET', '/plain.css', (c) =>
    c.body(PLAIN_STYLE, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }),
  );
  router.route(PLAIN, 'GET', '/plain.js', (c) =>
    c.body(PLAIN_SCRIPT, 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
    }),
  );

  /** The whole page, or what the page's script asks for to put in the place of the last. */
  async function answerPlain(c: AppContext, kind: PlainKind): Promise<Response> {
    const { part, isOpen } = await partFor(c, kind);
    if (c.req.query('part') === undefined)
      return whole(c, part, { isLive: true, status: isOpen ? 200 : 403 });
    return c.body(part.html, isOpen ? 200 : 403, PLAIN_HEADERS);
  }

  function whole(
    c: AppContext,
    part: Html,
    { isLive, status = 200 }: { readonly isLive: boolean; readonly status?: number },
  ): Response {
    const body = plainPage(languageOf(c), kitName, part, { isLive });
    return c.body(body, status as 200, { ...PLAIN_HEADERS, vary: 'Accept-Language' });
  }

  async function partFor(c: AppContext, kind: PlainKind): Promise<{ part: Html; isOpen: boolean }> {
    const language = languageOf(c);
    if (!(await plainScreens.isAllowed())) {
      const base = pagesUrl(c, deps);
      return { part: plainParts.notAllowed(language, base && `${base}/${kind}`), isOpen: false };
    }
    const viewer = await plainScreens.viewer(cookieOf(c, SCREEN_COOKIE) ?? '');
    if (viewer !== undefined) return { part: boardFor(language, channelsOf(viewer).out), isOpen: true };
    const visit = visitOf(c);
    const poll = await plainScreens.poll(cookieOf(c, WAITING_COOKIE) ?? '', visit);
    switch (poll.state) {
      case 'pending':
        return { part: plainParts.code(language, kind, spacedCode(poll.code)), isOpen: true };
      case 'paired': {
        keep(c, SCREEN_COOKIE, poll.token);
        dropCookie(c, WAITING_COOKIE);
        const display = await plainScreens.viewer(poll.token.secret);
        return {
          part: boardFor(language, display === undefined ? [] : channelsOf(display).out),
          isOpen: true,
        };
      }
      case 'refused':
        return { part: plainParts.refused(language, kind), isOpen: true };
      case 'over':
        return { part: await newCode(c, kind), isOpen: true };
    }
  }

  async function newCode(c: AppContext, kind: PlainKind): Promise<Html> {
    const language = languageOf(c);
    try {
      const { code, ...waiting } = await plainScreens.request({ kind }, visitOf(c));
      keep(c, WAITING_COOKIE, waiting);
      return plainParts.code(language, kind, spacedCode(code));
    } catch (error) {
      if (!(error instanceof BivouacError)) throw error;
      return plainParts.refused(language, kind, `${error.message}.`);
    }
  }

  function boardFor(language: PageLanguage, channels: readonly string[]): Html {
    return plainParts.board(language, {
      kitName,
      clock: new Date(clock.now()).toTimeString().slice(0, 'HH:MM'.length),
      picture: kit.picture(channels),
    });
  }
}

function languageOf(c: AppContext): PageLanguage {
  return pageLanguage(c.req.header('accept-language'));
}

function keep(c: AppContext, name: CookieName, { secret, lifeMs }: PlainToken): void {
  keepCookie(c, name, secret, Math.max(1, lifeMs / 1_000));
}
