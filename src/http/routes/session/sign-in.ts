import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import type { Claim } from '../../../auth/ports.ts';
import type { SignInResult } from '../../../auth/sign-in-ports.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import { type AppContext, callerOf } from '../../env.ts';
import { refuseForeignOrigin } from '../../origin.ts';
import type { Router } from '../../router.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import { jsonAnswer, jsonBody, refusal, timeMs } from '../schemas.ts';
import { IN_BROWSER, PERHAPS_SIGNED_IN, STRANGER } from './session-access.ts';
import { createSessionStates, factorMethod, type SessionState, sessionState } from './session-state.ts';

const tags = ['Signing in'];
const path = '/api/session';

/** Longer is nobody's; auth has the real rules. */
const TEXT_MAX = 1_024;
const text = z.string().max(TEXT_MAX);
const code = z.string().max(64);

const readRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Who this browser is',
  responses: jsonAnswer(sessionState, 'Signed out, between password and code, or signed in'),
});

const passwordRoute = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Sign this browser in',
  description: 'A right password is answered with `second_factor` where a code has to follow.',
  request: {
    body: jsonBody(
      z.strictObject({
        username: text,
        password: text,
        isRemembered: z.boolean().optional().describe('For 30 days, through windows that are closed'),
        newPassword: text.optional().describe('Set at once; an expired password is good for this alone'),
      }),
    ),
  },
  responses: jsonAnswer(sessionState, 'Signed in, or what is missing'),
});

const codeRoute = createRoute({
  method: 'post',
  path: `${path}/code`,
  tags,
  summary: 'The second step: a code of an app, one that was sent, or a recovery code',
  request: {
    body: jsonBody(
      z.strictObject({
        code,
        method: factorMethod.optional().describe('Absent: whichever fits'),
        isRemembered: z.boolean().optional(),
      }),
    ),
  },
  responses: jsonAnswer(sessionState, 'Signed in'),
});

const sendRoute = createRoute({
  method: 'post',
  path: `${path}/code/send`,
  tags,
  summary: 'Send a code for the second step (again)',
  request: { body: jsonBody(z.strictObject({ method: factorMethod.optional() })) },
  responses: jsonAnswer(z.object({ sentTo: z.string(), expiresMs: timeMs }), 'Where it went'),
});

const totpRoute = createRoute({
  method: 'post',
  path: `${path}/totp`,
  tags,
  summary: 'Between password and session: set up the app that is asked for',
  responses: jsonAnswer(
    z.object({ secret: z.string(), uri: z.string().describe('For a QR code') }),
    'Its first good code, at `/api/session/code`, finishes the sign-in',
  ),
});

const confirmRoute = createRoute({
  method: 'post',
  path: `${path}/confirm`,
  tags,
  summary: 'The person again, before what needs a fresh sign-in',
  request: { body: jsonBody(z.strictObject({ password: text, code: code.optional() })) },
  responses: { 204: { description: 'Fresh for five minutes' }, default: refusal },
});

const leaveRoute = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Sign this browser out',
  responses: { 204: { description: 'Signed out' }, default: refusal },
});

export interface SignInRouteDeps {
  readonly doors: Pick<AuthDoors, 'factors' | 'signIn'>;
  readonly browser: BrowserSessions;
  readonly claim: Pick<Claim, 'isClaimed'>;
}

/** Signing in and out with a browser. */
export function registerSignInRoutes(router: Router, { doors, browser, claim }: SignInRouteDeps): void {
  const { signIn } = doors;
  const { signedInState, open } = createSessionStates(browser);

  async function pendingState(c: AppContext): Promise<SessionState | undefined> {
    const loginToken = browser.loginToken(c);
    const pending = loginToken === undefined ? undefined : await signIn.pending(loginToken);
    if (pending === undefined) return undefined;
    const { user, method, methods, expiresMs } = pending;
    return {
      state: 'second_factor',
      username: user.name,
      mustSetUp: pending.state === 'set_up',
      method,
      methods: [...methods],
      // Told once, with the answer to the password.
      sentTo: '',
      expiresMs,
      csrfToken: browser.csrfToken(c),
    };
  }

  async function answer(c: AppContext, result: SignInResult, isRemembered: boolean): Promise<SessionState> {
    switch (result.state) {
      case 'signed_in':
        return open(c, result.proof, isRemembered);
      case 'second_factor': {
        const { challenge } = result;
        browser.keepLogin(c, challenge);
        return {
          state: 'second_factor',
          username: challenge.user.name,
          mustSetUp: challenge.state === 'set_up',
          method: challenge.method,
          methods: [...challenge.methods],
          sentTo: challenge.sentTo,
          expiresMs: challenge.expiresMs,
          csrfToken: browser.csrfToken(c),
        };
      }
      case 'refused':
        throw refusalOf(result);
    }
  }

  router.api(STRANGER, readRoute, async (c) => {
    const session = await browser.current(c);
    if (session !== undefined) return c.json(signedInState(c, session), 200);
    const pending = await pendingState(c);
    if (pending !== undefined) return c.json(pending, 200);
    const isClaimed = await claim.isClaimed();
    return c.json({ state: 'signed_out' as const, isClaimed, csrfToken: browser.csrfToken(c) }, 200);
  });

  router.api(STRANGER, passwordRoute, async (c) => {
    refuseForeignOrigin(c);
    const { username, password, newPassword, isRemembered = false } = c.req.valid('json');
    const visitor = browser.visitor(c, 'web');
    const result = await signIn.withPassword({ ...visitor, username, password, newPassword });
    return c.json(await answer(c, result, isRemembered), 200);
  });

  router.api(STRANGER, codeRoute, async (c) => {
    refuseForeignOrigin(c);
    const { isRemembered = false, ...given } = c.req.valid('json');
    const loginToken = browser.loginToken(c) ?? '';
    const result = await signIn.withCode({ ...browser.visitor(c, 'web'), loginToken, ...given });
    return c.json(await answer(c, result, isRemembered), 200);
  });

  router.api(STRANGER, sendRoute, async (c) => {
    refuseForeignOrigin(c);
    const { method } = c.req.valid('json');
    const loginToken = browser.loginToken(c) ?? '';
    return c.json(await signIn.sendCode({ ...browser.visitor(c, 'web'), loginToken, method }), 200);
  });

  router.api(STRANGER, totpRoute, async (c) => {
    refuseForeignOrigin(c);
    const loginToken = browser.loginToken(c) ?? '';
    const { secret, uri } = await doors.factors.totp.setUp({ loginToken }, browser.visitor(c, 'web'));
    return c.json({ secret, uri }, 200);
  });

  router.api(IN_BROWSER, confirmRoute, async (c) => {
    const caller = callerOf(c);
    const session = caller.kind === 'user' ? caller.session : undefined;
    const given = c.req.valid('json');
    // IN_BROWSER lets in sessions alone.
    const refused = session && (await signIn.confirm({ ...browser.visitor(c, 'web'), session, ...given }));
    if (refused !== undefined) throw refusalOf(refused);
    return c.body(null, 204);
  });

  router.api(PERHAPS_SIGNED_IN, leaveRoute, async (c) => {
    await browser.close(c);
    return c.body(null, 204);
  });
}
