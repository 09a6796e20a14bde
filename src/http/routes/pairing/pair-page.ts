import { parsePairingCode, spacedCode } from '../../../auth/pairing-codes.ts';
import type { Approver } from '../../../auth/pairing-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { Access } from '../../access.ts';
import type { AppDeps } from '../../app-deps.ts';
import { cookieOf, dropCookie, keepCookie } from '../../cookies.ts';
import type { AppContext } from '../../env.ts';
import { refuseForeignOrigin } from '../../origin.ts';
import { FORM_PAGE_HEADERS } from '../../pages/page.ts';
import { confirmPairPage, pairedPage, pairPage } from '../../pages/pair.ts';
import type { Router } from '../../router.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import { visitOf } from './approver.ts';

/** Works in any browser, without a script and without a session: what a QR code on a TV leads to. */
const EVERYBODY: Access = { on: ['https', 'http'], who: 'public' };

/** Time to look at the screen and tap, milliseconds; the code itself lives no longer. */
const DECISION_LIFE_MS = 5 * 60_000;
/** People who stand between the two pages. */
const DECISIONS_MAX = 100;

interface Decision {
  readonly id: string;
  readonly by: Approver;
  /** Monotonic. */
  readonly untilMs: number;
}

export type PairPageDeps = Pick<AppDeps, 'pairing' | 'clock' | 'users'> & {
  readonly doors: Pick<AppDeps['doors'], 'signIn'>;
};

export function registerPairPage(router: Router, { pairing, clock, doors, users }: PairPageDeps) {
  /** By the secret in the cookie of the browser that signed in. */
  const decisions = new Map<string, Decision>();

  function remember(decision: Omit<Decision, 'untilMs'>): string {
    const nowMs = clock.monotonicMs();
    for (const [secret, { untilMs }] of decisions) if (untilMs <= nowMs) decisions.delete(secret);
    if (decisions.size >= DECISIONS_MAX) throw new BivouacError('auth.busy');
    const secret = newId();
    decisions.set(secret, { ...decision, untilMs: nowMs + DECISION_LIFE_MS });
    return secret;
  }

  async function signedIn(c: AppContext, fields: URLSearchParams): Promise<Approver> {
    const { remote, userAgent } = visitOf(c);
    const passcode = fields.get('passcode') ?? '';
    const result = await doors.signIn.withPassword({
      username: fields.get('user') ?? '',
      password: fields.get('pass') ?? '',
      code: passcode === '' ? undefined : passcode,
      door: 'web',
      remote,
      userAgent,
    });
    if (result.state === 'refused') throw refusalOf(result);
    if (result.state === 'second_factor') {
      throw new BivouacError('factor.wrong', 'Your account needs the code of your app as well');
    }
    const { user } = result.proof;
    return { actor: { id: user.id, name: user.name, remote }, user };
  }

  /** He may have been disabled while he was looking at the screen. */
  async function asHeIsNow(by: Approver): Promise<Approver> {
    const user = await users.byId(by.user?.id ?? '');
    if (user?.state !== 'enabled') throw new BivouacError('auth.forbidden');
    return { ...by, user };
  }

  router.route(EVERYBODY, 'GET', '/pair', (c) => {
    const code = parsePairingCode(c.req.query('code') ?? '');
    return answer(
      c,
      pairPage({ code: code === undefined ? '' : spacedCode(code), username: '', problem: '' }),
    );
  });

  router.route(EVERYBODY, 'POST', '/pair', async (c) => {
    refuseForeignOrigin(c);
    const fields = new URLSearchParams(await c.req.text());
    const [code, username] = [fields.get('code') ?? '', fields.get('user') ?? ''];
    try {
      const by = await signedIn(c, fields);
      const request = await pairing.find(code, by);
      const secret = remember({ id: request.id, by });
      keepCookie(c, 'pairing', secret, DECISION_LIFE_MS / 1_000);
      const shown = spacedCode(parsePairingCode(code) ?? '');
      return answer(c, confirmPairPage(request, { code: shown, nowMs: clock.now() }));
    } catch (error) {
      if (!(error instanceof BivouacError)) throw error;
      return answer(c, pairPage({ code, username, problem: `${error.message}.` }), error.status);
    }
  });

  router.route(EVERYBODY, 'POST', '/pair/decision', async (c) => {
    refuseForeignOrigin(c);
    const fields = new URLSearchParams(await c.req.text());
    const secret = cookieOf(c, 'pairing') ?? '';
    const decision = decisions.get(secret);
    decisions.delete(secret);
    dropCookie(c, 'pairing');
    try {
      if (decision === undefined || decision.untilMs <= clock.monotonicMs())
        throw new BivouacError('pairing.over');
      const { id } = decision;
      const by = await asHeIsNow(decision.by);
      if (fields.get('decision') === 'approve') {
        const { name } = await pairing.approve({ id }, by);
        return answer(c, pairedPage(`${name} is paired`));
      }
      const { name } = await pairing.refuse(id, by);
      return answer(c, pairedPage(`${name} was refused`));
    } catch (error) {
      if (!(error instanceof BivouacError)) throw error;
      return answer(c, pairPage({ code: '', username: '', problem: `${error.message}.` }), error.status);
    }
  });
}

function answer(c: AppContext, body: string, status = 200): Response {
  return c.body(body, status as 200, FORM_PAGE_HEADERS);
}
