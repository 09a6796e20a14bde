import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import { type AppContext, callerOf, personOf, userOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, refusal, timeMs } from '../schemas.ts';
import { IN_BROWSER, ONESELF } from './session-access.ts';

const tags = ['My account'];
const text = z.string().max(1_024);
const idParam = z.object({ id: z.string().max(64) });

export const sessionSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['cookie', 'refresh', 'ots', 'rport', 'taxii', 'takeout', 'media']),
    isThisOne: z.boolean(),
    createdMs: timeMs,
    lastSeenMs: timeMs,
    expiresMs: timeMs,
    remote: z.string(),
    userAgent: z.string(),
  })
  .openapi('Session');

const passwordRoute = createRoute({
  method: 'put',
  path: '/api/me/password',
  tags,
  summary: 'Change my password',
  description:
    'Everything that is signed in with the old one is signed out; this browser gets a new session.',
  request: { body: jsonBody(z.strictObject({ oldPassword: text, newPassword: text })) },
  responses: jsonAnswer(z.object({ csrfToken: z.string() }), 'Changed'),
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/me/sessions',
  tags,
  summary: 'Where I am signed in',
  responses: jsonAnswer(z.array(sessionSchema), 'Newest first'),
});

const endRoute = createRoute({
  method: 'delete',
  path: '/api/me/sessions/{id}',
  tags,
  summary: 'Sign one of them out',
  request: { params: idParam },
  responses: { 204: { description: 'Signed out' }, default: refusal },
});

const endAllRoute = createRoute({
  method: 'delete',
  path: '/api/me/sessions',
  tags,
  summary: 'Sign out everywhere but here',
  responses: jsonAnswer(z.object({ ended: z.number().int() }), 'How many were open'),
});

export interface AccountRouteDeps {
  readonly doors: Pick<AuthDoors, 'ownAccount' | 'sessions'>;
  readonly browser: BrowserSessions;
}

/** People about their own password and sessions. */
export function registerAccountRoutes(router: Router, { doors, browser }: AccountRouteDeps): void {
  const { ownAccount, sessions } = doors;

  router.api(IN_BROWSER, passwordRoute, async (c) => {
    const current = sessionOf(c);
    if (current === undefined) throw new BivouacError('auth.required');
    const visitor = browser.visitor(c, 'web');
    const proof = await ownAccount.changePassword({ ...visitor, session: current, ...c.req.valid('json') });
    const { sessionId } = await browser.open(c, proof, { isRemembered: false });
    return c.json({ csrfToken: browser.csrfToken(c, sessionId) }, 200);
  });

  router.api(ONESELF, listRoute, async (c) => {
    const here = sessionOf(c)?.sessionId;
    const views = await sessions.list(userOf(c).id);
    return c.json(
      views.map(({ number: _number, ...view }) => ({ ...view, isThisOne: view.id === here })),
      200,
    );
  });

  router.api(ONESELF, endRoute, async (c) => {
    const order = { principalId: personOf(c).id, sessionId: c.req.valid('param').id };
    await sessions.end(order, callerOf(c).actor);
    return c.body(null, 204);
  });

  router.api(ONESELF, endAllRoute, async (c) => {
    const exceptId = sessionOf(c)?.sessionId;
    const order = { principalId: personOf(c).id, ...(exceptId === undefined ? {} : { exceptId }) };
    return c.json({ ended: await sessions.endAll(order, callerOf(c).actor) }, 200);
  });
}

function sessionOf(c: AppContext) {
  const caller = callerOf(c);
  return caller.kind === 'user' ? caller.session : undefined;
}
