import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import type { User, Users } from '../../../auth/ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { POWER } from '../../access.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import { type AppContext, callerOf, personOf, userOf } from '../../env.ts';
import { qrCode } from '../../qr.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, nameParam, refusal, timeMs } from '../schemas.ts';
import { ONESELF, ONESELF_FRESH } from './session-access.ts';

const tags = ['My second factors'];
const path = '/api/me/factors';
const code = z.string().max(64);
const done = (description: string) => ({ 204: { description }, default: refusal });

const factors = z
  .object({
    totp: z.enum(['none', 'pending', 'active']),
    codes: z
      .object({ method: z.enum(['email', 'pushover', 'script', 'url']), sentTo: z.string() })
      .optional()
      .describe('Absent: no codes are sent'),
    recoveryCodes: z.number().int().describe('How many are left'),
    offered: z.array(z.enum(['totp', 'recovery_code', 'email', 'pushover', 'script', 'url'])).readonly(),
  })
  .openapi('Factors');

const readRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'My second factors',
  responses: jsonAnswer(factors, 'What is set up, and what can be'),
});

const setUpRoute = createRoute({
  method: 'post',
  path: `${path}/totp`,
  tags,
  summary: 'A secret for an authenticator app',
  responses: jsonAnswer(
    z.object({ secret: z.string(), uri: z.string(), qrSvg: z.string() }),
    'It counts once its first good code was seen',
  ),
});

const activateRoute = createRoute({
  method: 'post',
  path: `${path}/totp/activate`,
  tags,
  summary: 'The first code of the app',
  request: { body: jsonBody(z.strictObject({ code })) },
  responses: done('From now on the app is asked for; everything else that was signed in is signed out'),
});

const removeRoute = createRoute({
  method: 'delete',
  path: `${path}/totp`,
  tags,
  summary: 'Do without the app',
  responses: done('Removed'),
});

const recoveryRoute = createRoute({
  method: 'post',
  path: `${path}/recovery-codes`,
  tags,
  summary: 'Ten new recovery codes',
  responses: jsonAnswer(z.object({ codes: z.array(z.string()).readonly() }), 'Shown once; the old are void'),
});

const targetRoute = createRoute({
  method: 'put',
  path: `${path}/codes`,
  tags,
  summary: 'Where codes are to be sent',
  request: { body: jsonBody(z.strictObject({ sendTo: z.string().max(254) })) },
  responses: jsonAnswer(z.object({ expiresMs: timeMs }), 'A code went there: it counts once it came back'),
});

const targetConfirmRoute = createRoute({
  method: 'post',
  path: `${path}/codes/confirm`,
  tags,
  summary: 'The code that went there',
  request: { body: jsonBody(z.strictObject({ code })) },
  responses: done('From now on a code is sent at each sign-in'),
});

const targetRemoveRoute = createRoute({
  method: 'delete',
  path: `${path}/codes`,
  tags,
  summary: 'Do without codes that are sent',
  responses: done('Removed'),
});

const resetRoute = createRoute({
  method: 'delete',
  path: '/api/people/{name}/factors',
  tags: ['People'],
  summary: 'Take all second factors away from somebody who has lost them',
  request: { params: nameParam },
  responses: done('Gone; the person is told, and signed out'),
});

const receiverRoute = createRoute({
  method: 'put',
  path: '/api/people/{name}/factors/codes',
  tags: ['People'],
  summary: 'Say where the codes of somebody are sent',
  description: 'Counts at once. An empty text removes it.',
  request: {
    params: nameParam,
    body: jsonBody(z.strictObject({ sendTo: z.string().max(254) })),
  },
  responses: done('Set; the person is told, and signed out'),
});

export interface FactorRouteDeps {
  readonly doors: Pick<AuthDoors, 'factors'>;
  readonly browser: BrowserSessions;
  readonly users: Pick<Users, 'byName'>;
}

/** People about their second factors. Whatever weakens or takes over an account asks for a fresh sign-in. */
export function registerFactorRoutes(router: Router, { doors, browser, users }: FactorRouteDeps): void {
  const { totp, codeTargets, recoveryCodes } = doors.factors;

  router.api(ONESELF, readRoute, async (c) => {
    const view = await doors.factors.of(userOf(c).id);
    return c.json({ ...view, offered: [...doors.factors.offered()] }, 200);
  });

  router.api(ONESELF_FRESH, setUpRoute, async (c) => {
    const { secret, uri } = await totp.setUp(ownerOf(c), browser.visitor(c, 'web'));
    return c.json({ secret, uri, qrSvg: qrCode(uri, 'svg') }, 200);
  });

  router.api(ONESELF_FRESH, activateRoute, async (c) => {
    await totp.activate(ownerOf(c), c.req.valid('json').code, browser.visitor(c, 'web'));
    return c.body(null, 204);
  });

  router.api(ONESELF_FRESH, removeRoute, async (c) => {
    const { principalId, sessionId } = ownerOf(c);
    await totp.remove({ principalId, exceptSessionId: sessionId }, callerOf(c).actor);
    return c.body(null, 204);
  });

  router.api(ONESELF_FRESH, recoveryRoute, async (c) =>
    c.json({ codes: [...(await recoveryCodes.renew(personOf(c).id, callerOf(c).actor))] }, 200),
  );

  router.api(ONESELF_FRESH, targetRoute, async (c) => {
    const order = { principalId: personOf(c).id, ...c.req.valid('json') };
    return c.json(await codeTargets.begin(order, browser.visitor(c, 'web')), 200);
  });

  router.api(ONESELF_FRESH, targetConfirmRoute, async (c) => {
    await codeTargets.confirm({ ...ownerOf(c), ...c.req.valid('json') }, browser.visitor(c, 'web'));
    return c.body(null, 204);
  });

  router.api(ONESELF_FRESH, targetRemoveRoute, async (c) => {
    await codeTargets.set({ principalId: personOf(c).id, sendTo: '' }, callerOf(c).actor);
    return c.body(null, 204);
  });

  async function userNamed(name: string): Promise<User> {
    const user = await users.byName(name);
    if (user === undefined) throw new BivouacError('user.unknown');
    return user;
  }

  router.api(POWER, receiverRoute, async (c) => {
    const { id: principalId } = await userNamed(c.req.valid('param').name);
    await codeTargets.set({ principalId, ...c.req.valid('json') }, callerOf(c).actor);
    return c.body(null, 204);
  });

  router.api(POWER, resetRoute, async (c) => {
    const { id } = await userNamed(c.req.valid('param').name);
    await doors.factors.reset(id, callerOf(c).actor);
    return c.body(null, 204);
  });
}

function ownerOf(c: AppContext): { readonly principalId: string; readonly sessionId: string | undefined } {
  const caller = callerOf(c);
  const sessionId = caller.kind === 'user' ? caller.session?.sessionId : undefined;
  return { principalId: personOf(c).id, sessionId };
}
