import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import type { Clock } from '../../../core/clock.ts';
import { authenticatedMsOf } from '../../access.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import { type AppContext, callerOf, personOf } from '../../env.ts';
import { refuseForeignOrigin } from '../../origin.ts';
import type { Router } from '../../router.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import { jsonAnswer, jsonBody, refusal, timeMs } from '../schemas.ts';
import { ONESELF, ONESELF_FRESH, STRANGER } from './session-access.ts';
import { createSessionStates, sessionState } from './session-state.ts';

const path = '/api/me/passkeys';
const tags = ['My passkeys'];

/** Of WebAuthn: what they hold, browser and library agree on. */
const options = z.any();
const response = z.record(z.string(), z.unknown());

const passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    host: z.string().describe('The host name of the pages that it is good for'),
    createdMs: timeMs,
    lastUsedMs: timeMs.nullable(),
  })
  .openapi('Passkey');

const listRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'My passkeys',
  responses: jsonAnswer(
    z.object({
      isPossibleHere: z.boolean().describe('False on pages that have an address and no name'),
      passkeys: z.array(passkey).readonly(),
    }),
    'Newest first',
  ),
});

const beginAddRoute = createRoute({
  method: 'post',
  path: `${path}/options`,
  tags,
  summary: 'What `navigator.credentials.create` wants, as JSON',
  responses: jsonAnswer(options, 'For `PublicKeyCredential.parseCreationOptionsFromJSON`; five minutes'),
});

const addRoute = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'The passkey that was made',
  request: { body: jsonBody(z.strictObject({ name: z.string().max(256), response })) },
  responses: {
    201: { description: 'Added', content: { 'application/json': { schema: passkey } } },
    default: refusal,
  },
});

const removeRoute = createRoute({
  method: 'delete',
  path: `${path}/{id}`,
  tags,
  summary: 'Do without a passkey',
  request: { params: z.object({ id: z.string().max(1_024) }) },
  responses: {
    204: { description: 'It opens nothing any more; everything else that was signed in is signed out' },
    default: refusal,
  },
});

const beginSignInRoute = createRoute({
  method: 'post',
  path: '/api/session/passkey/options',
  tags: ['Signing in'],
  summary: 'What `navigator.credentials.get` wants, as JSON',
  description: 'The same for everybody: it does not tell who has passkeys.',
  responses: jsonAnswer(options, 'For `PublicKeyCredential.parseRequestOptionsFromJSON`; five minutes'),
});

const signInRoute = createRoute({
  method: 'post',
  path: '/api/session/passkey',
  tags: ['Signing in'],
  summary: 'Sign this browser in with a passkey',
  description: 'It stands for password and second factor.',
  request: { body: jsonBody(z.strictObject({ response, isRemembered: z.boolean().optional() })) },
  responses: jsonAnswer(sessionState, 'Signed in'),
});

export interface PasskeyRouteDeps {
  readonly doors: Pick<AuthDoors, 'passkeys'>;
  readonly browser: BrowserSessions;
  readonly clock: Clock;
}

/** Signing in with a finger or a face, where the page has a name: a browser binds passkeys to it. */
export function registerPasskeyRoutes(
  router: Router,
  { doors: { passkeys }, browser, clock }: PasskeyRouteDeps,
): void {
  const { open } = createSessionStates(browser);

  router.api(ONESELF, listRoute, async (c) => {
    const list = await passkeys.list(personOf(c).id);
    return c.json({ isPossibleHere: passkeys.isPossibleAt(pageOf(c)), passkeys: list }, 200);
  });

  router.api(ONESELF_FRESH, beginAddRoute, async (c) => {
    const authenticatedMs = authenticatedMsOf(callerOf(c), clock.now());
    const order = { principalId: personOf(c).id, authenticatedMs, origin: pageOf(c) };
    return c.json(await passkeys.beginAdd(order), 200);
  });

  router.api(ONESELF_FRESH, addRoute, async (c) => {
    const order = { principalId: personOf(c).id, origin: pageOf(c), ...c.req.valid('json') };
    return c.json(await passkeys.finishAdd(order, callerOf(c).actor), 201);
  });

  router.api(ONESELF_FRESH, removeRoute, async (c) => {
    const caller = callerOf(c);
    const exceptSessionId = caller.kind === 'user' ? caller.session?.sessionId : undefined;
    const order = { principalId: personOf(c).id, id: c.req.valid('param').id, exceptSessionId };
    await passkeys.remove(order, caller.actor);
    return c.body(null, 204);
  });

  router.api(STRANGER, beginSignInRoute, async (c) => {
    refuseForeignOrigin(c);
    return c.json(await passkeys.beginSignIn(pageOf(c)), 200);
  });

  router.api(STRANGER, signInRoute, async (c) => {
    refuseForeignOrigin(c);
    const given = c.req.valid('json');
    const offer = { ...browser.visitor(c, 'web'), origin: pageOf(c), response: given.response };
    const result = await passkeys.finishSignIn(offer);
    if (result.state === 'refused') throw refusalOf(result);
    return c.json(await open(c, result.proof, given.isRemembered ?? false), 200);
  });
}

/** Origin of the page: a browser says it with whatever is posted, and `refuseForeignOrigin` has compared it. */
function pageOf(c: AppContext): string {
  return c.req.header('origin') ?? `${c.env.peer.isTls ? 'https' : 'http'}://${c.req.header('host') ?? ''}`;
}
