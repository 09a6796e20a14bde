import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import type { User, Users } from '../../../auth/ports.ts';
import type { Visitor } from '../../../auth/sign-in-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type Access, ADMINISTRATION, POWER } from '../../access.ts';
import { callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, nameParam } from '../schemas.ts';
import { sessionSchema } from './my-account.ts';

/** An administrator could take the place of a person whose secret he sees: only who has the box may. */
const AT_THE_BOX: Access = { on: ['control'], who: ['console'] };

/** Whoever types at the box is never banned from it. */
const TYPED_HERE: Visitor = { door: 'web', remote: '127.0.0.1' };

const tags = ['People'];
const path = '/api/people/{name}';
const listRoute = createRoute({
  method: 'get',
  path: `${path}/sessions`,
  tags,
  summary: 'Where a person is signed in',
  request: { params: nameParam },
  responses: jsonAnswer(z.array(sessionSchema.omit({ isThisOne: true })), 'Newest first'),
});

const endRoute = createRoute({
  method: 'delete',
  path: `${path}/sessions`,
  tags,
  summary: 'Sign a person out, everywhere',
  description: 'Certificates and personal tokens stay.',
  request: { params: nameParam },
  responses: jsonAnswer(z.object({ ended: z.number().int() }), 'How many were open'),
});

const setUpRoute = createRoute({
  method: 'post',
  path: `${path}/factors/totp`,
  tags,
  summary: 'A secret for the authenticator app of somebody who stands beside the box',
  request: { params: nameParam },
  responses: jsonAnswer(
    z.object({ secret: z.string(), uri: z.string().describe('For a QR code') }),
    'It counts once its first good code was seen',
  ),
});

const activateRoute = createRoute({
  method: 'post',
  path: `${path}/factors/totp/activate`,
  tags,
  summary: 'The first code of that app',
  request: { params: nameParam, body: jsonBody(z.strictObject({ code: z.string().max(64) })) },
  responses: jsonAnswer(
    z.object({ recoveryCodes: z.array(z.string()).readonly() }),
    'From now on the app is asked for, or one of these: shown once',
  ),
});

/** Accounts of others: for administrators, and for the command line. */
export function registerPeopleAccountRoutes(
  router: Router,
  {
    doors: { factors, sessions },
    users,
  }: {
    readonly doors: Pick<AuthDoors, 'factors' | 'sessions'>;
    readonly users: Pick<Users, 'byName'>;
  },
): void {
  async function userNamed(name: string): Promise<User> {
    const user = await users.byName(name);
    if (user === undefined) throw new BivouacError('user.unknown');
    return user;
  }

  router.api(ADMINISTRATION, listRoute, async (c) => {
    const { id } = await userNamed(c.req.valid('param').name);
    return c.json(
      (await sessions.list(id)).map(({ number: _number, ...view }) => view),
      200,
    );
  });

  router.api(POWER, endRoute, async (c) => {
    const { id: principalId } = await userNamed(c.req.valid('param').name);
    return c.json({ ended: await sessions.endAll({ principalId }, callerOf(c).actor) }, 200);
  });

  router.api(AT_THE_BOX, setUpRoute, async (c) => {
    const { id: principalId } = await userNamed(c.req.valid('param').name);
    const made = await factors.totp.setUp({ principalId }, TYPED_HERE, callerOf(c).actor);
    return c.json(made, 200);
  });

  router.api(AT_THE_BOX, activateRoute, async (c) => {
    const { id: principalId } = await userNamed(c.req.valid('param').name);
    const { actor } = callerOf(c);
    await factors.totp.activate({ principalId }, c.req.valid('json').code, TYPED_HERE, actor);
    return c.json({ recoveryCodes: await factors.recoveryCodes.renew(principalId, actor) }, 200);
  });
}
