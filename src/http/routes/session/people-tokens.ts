import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import type { User, Users } from '../../../auth/ports.ts';
import { TOKEN_SCOPES } from '../../../auth/session-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { POWER } from '../../access.ts';
import { callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, nameParam, refusal, timeMs } from '../schemas.ts';
import { tokenSchema } from './my-tokens.ts';

const tags = ['People'];
const path = '/api/people/{name}/tokens';
const listRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'The tokens of a person',
  request: { params: nameParam },
  responses: jsonAnswer(z.array(tokenSchema).readonly(), 'Without their secrets'),
});

const giveRoute = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Give a program a token in the name of a person',
  description:
    'With `token` it is one of your own choice, and replaces that of the same name; `auth.allowsWeakTokens` lets it be easy to guess.',
  request: {
    params: nameParam,
    body: jsonBody(
      z.strictObject({
        name: z.string().max(1_024),
        scope: z.enum(TOKEN_SCOPES),
        token: z.string().min(1).max(512).optional(),
        expiresMs: timeMs.optional().describe('Absent: in a year; two years at the most'),
      }),
    ),
  },
  responses: jsonAnswer(
    tokenSchema.extend({
      token: z.string().optional().describe('Shown only here, and only if the kit made it'),
    }),
    'The token',
  ),
});

const removeRoute = createRoute({
  method: 'delete',
  path: `${path}/{prefix}`,
  tags,
  summary: 'End a token of a person',
  request: { params: nameParam.extend({ prefix: z.string().max(64) }) },
  responses: { 204: { description: 'It opens nothing any more' }, default: refusal },
});

/** Tokens of others: for administrators, and for the command line. */
export function registerPeopleTokenRoutes(
  router: Router,
  {
    doors: { apiTokens },
    users,
  }: {
    readonly doors: Pick<AuthDoors, 'apiTokens'>;
    readonly users: Pick<Users, 'byName'>;
  },
): void {
  async function userNamed(name: string): Promise<User> {
    const user = await users.byName(name);
    if (user === undefined) throw new BivouacError('user.unknown');
    return user;
  }

  router.api(POWER, listRoute, async (c) => {
    const { id } = await userNamed(c.req.valid('param').name);
    return c.json(await apiTokens.list(id), 200);
  });

  router.api(POWER, giveRoute, async (c) => {
    const { id: principalId } = await userNamed(c.req.valid('param').name);
    const { token, ...rest } = c.req.valid('json');
    const order = { principalId, ...rest };
    const by = callerOf(c).actor;
    return c.json(
      token === undefined
        ? await apiTokens.create(order, by)
        : await apiTokens.adopt({ ...order, token }, by),
      200,
    );
  });

  router.api(POWER, removeRoute, async (c) => {
    const { name, prefix } = c.req.valid('param');
    const { id: principalId } = await userNamed(name);
    await apiTokens.remove({ principalId, prefix }, callerOf(c).actor);
    return c.body(null, 204);
  });
}
