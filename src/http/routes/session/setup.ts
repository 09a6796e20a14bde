import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import type { Claim } from '../../../auth/ports.ts';
import type { Config } from '../../../config/schema.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { Access } from '../../access.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import { type AppContext, callerOf } from '../../env.ts';
import { refuseForeignOrigin } from '../../origin.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, refusal, timeMs } from '../schemas.ts';

/** The first administrator needs no account: the code is what he shows. */
const AT_THE_BOX: Access = { on: ['https', 'http'], who: 'public' };
/** For whoever owns the box already. */
const CONSOLE_ONLY: Access = { on: ['control'], who: ['console'] };

const tags = ['First use'];
const text = z.string().max(1_024);

const opened = z
  .object({
    id: z.string(),
    username: z.string(),
    expiresMs: timeMs,
    csrfToken: z.string().describe('For the header `X-XSRF-TOKEN` of whatever changes something'),
  })
  .openapi('Opened');

const stateRoute = createRoute({
  method: 'get',
  path: '/api/setup',
  tags,
  summary: 'Whether this kit has an administrator',
  responses: jsonAnswer(
    z.object({
      isClaimed: z.boolean().describe('Once true, true for ever'),
      kitName: z.string(),
      password: z
        .object({
          minLength: z.number().int().describe('Characters'),
          forbiddenChars: z.string().describe('Each character of it'),
        })
        .describe('What can be said of a password before it is tried'),
      byMail: z
        .object({ registration: z.boolean(), reset: z.boolean() })
        .describe('Whether strangers may make an account, and who forgot a password gets a link'),
    }),
    'What a page needs before anybody has signed in',
  ),
});

const claimRoute = createRoute({
  method: 'post',
  path: '/api/setup/claim',
  tags,
  summary: 'Become the first administrator, with the code on the display',
  description: 'From the loopback and directly attached networks only. 410 once it has happened.',
  request: {
    body: jsonBody(z.strictObject({ code: z.string().max(64), username: text.optional(), password: text })),
  },
  responses: {
    201: { description: 'Signed in', content: { 'application/json': { schema: opened } } },
    default: refusal,
  },
});

const recoverRoute = createRoute({
  method: 'post',
  path: '/api/setup/recover',
  tags,
  summary: 'A new password for an administrator, with the code that the button of the box shows',
  request: { body: jsonBody(z.strictObject({ code: z.string().max(64), username: text, password: text })) },
  responses: {
    201: { description: 'Signed in', content: { 'application/json': { schema: opened } } },
    default: refusal,
  },
});

const consoleRoute = createRoute({
  method: 'post',
  path: '/api/setup/claim-by-console',
  tags,
  summary: 'The first administrator’s password, set at the box itself: no code is asked for',
  request: { body: jsonBody(z.strictObject({ username: text.optional(), password: text })) },
  responses: {
    201: {
      description: 'Claimed',
      content: { 'application/json': { schema: z.object({ id: z.string(), username: z.string() }) } },
    },
    default: refusal,
  },
});

const codeRoute = createRoute({
  method: 'get',
  path: '/api/setup/code',
  tags,
  summary: 'The claim code, for whoever sits at the box without a display',
  responses: jsonAnswer(z.object({ code: z.string(), expiresMs: timeMs }), 'As the display shows it'),
});

export interface SetupRouteDeps {
  readonly doors: Pick<AuthDoors, 'adminRecovery' | 'claimCode' | 'emailAccounts'>;
  readonly browser: BrowserSessions;
  readonly claim: Pick<Claim, 'claim' | 'isClaimed'>;
  readonly isDirectlyAttached: (address: string) => boolean;
  readonly kitName: string;
  readonly config: Pick<Config, 'password'>;
}

export function registerSetupRoutes(router: Router, deps: SetupRouteDeps): void {
  const { doors, browser, claim, isDirectlyAttached, kitName } = deps;
  const { minLength, forbiddenChars } = deps.config.password;
  const password = { minLength, forbiddenChars };

  /** Whoever is further away than the box's own networks has not seen its display. */
  function refuseFarAway(c: AppContext): void {
    refuseForeignOrigin(c);
    if (isDirectlyAttached(c.get('remote'))) return;
    throw new BivouacError('auth.forbidden', 'This works only from a network that the kit is itself in');
  }

  async function open(c: AppContext, proof: Awaited<ReturnType<typeof doors.claimCode.claim>>) {
    const { sessionId, expiresMs } = await browser.open(c, proof, { isRemembered: false });
    const { id, name: username } = proof.user;
    return { id, username, expiresMs, csrfToken: browser.csrfToken(c, sessionId) };
  }

  router.api(AT_THE_BOX, stateRoute, async (c) => {
    const byMail = doors.emailAccounts.offer();
    return c.json({ isClaimed: await claim.isClaimed(), kitName, password, byMail }, 200);
  });

  router.api(AT_THE_BOX, claimRoute, async (c) => {
    refuseFarAway(c);
    const proof = await doors.claimCode.claim({ ...browser.visitor(c, 'web'), ...c.req.valid('json') });
    return c.json(await open(c, proof), 201);
  });

  router.api(AT_THE_BOX, recoverRoute, async (c) => {
    refuseFarAway(c);
    const proof = await doors.adminRecovery.recover({ ...browser.visitor(c, 'web'), ...c.req.valid('json') });
    return c.json(await open(c, proof), 201);
  });

  router.api(CONSOLE_ONLY, consoleRoute, async (c) => {
    const { id, name: username } = await claim.claim(defined(c.req.valid('json')), callerOf(c).actor);
    return c.json({ id, username }, 201);
  });

  router.api(CONSOLE_ONLY, codeRoute, (c) => {
    const shown = doors.claimCode.current();
    if (shown === undefined) throw new BivouacError('setup.claimed');
    return c.json({ ...shown }, 200);
  });
}

/** Without a name that is absent. */
function defined({ username, password }: { username?: string | undefined; password: string }) {
  return username === undefined ? { password } : { username, password };
}
