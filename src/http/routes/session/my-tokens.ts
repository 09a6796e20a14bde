import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import { TOKEN_SCOPES } from '../../../auth/session-ports.ts';
import { callerOf, personOf, userOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, refusal, timeMs } from '../schemas.ts';
import { ONESELF, ONESELF_FRESH } from './session-access.ts';

const tags = ['My tokens'];
const path = '/api/me/tokens';
const name = z.string().max(1_024);
const prefixParam = z.object({ prefix: z.string().max(64) });

export const tokenSchema = z
  .object({
    prefix: z.string().describe('Names it in lists and paths'),
    name: z.string(),
    scope: z.enum(TOKEN_SCOPES).describe('`cot` is the password of the CoT socket, and nothing else'),
    createdMs: timeMs,
    expiresMs: timeMs,
    lastUsedMs: timeMs.nullable(),
  })
  .openapi('Token');

const listRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'My tokens for programs',
  responses: jsonAnswer(z.array(tokenSchema).readonly(), 'Without their secrets'),
});

const createTokenRoute = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Make a token for a program',
  request: {
    body: jsonBody(
      z.strictObject({
        name,
        scope: z.enum(TOKEN_SCOPES),
        expiresMs: timeMs.optional().describe('Absent: in a year; two years at the most'),
      }),
    ),
  },
  responses: jsonAnswer(
    tokenSchema.extend({
      token: z.string().describe('Shown only here. In place of the password, or as Bearer'),
    }),
    'The new token',
  ),
});

const renameRoute = createRoute({
  method: 'put',
  path: `${path}/{prefix}`,
  tags,
  summary: 'Give a token another name',
  request: { params: prefixParam, body: jsonBody(z.strictObject({ name })) },
  responses: jsonAnswer(tokenSchema, 'As it is now'),
});

const removeRoute = createRoute({
  method: 'delete',
  path: `${path}/{prefix}`,
  tags,
  summary: 'End a token',
  request: { params: prefixParam },
  responses: { 204: { description: 'It opens nothing any more' }, default: refusal },
});

/** Personal tokens: made by the person itself, so that one token cannot make others. */
export function registerTokenRoutes(router: Router, { apiTokens }: Pick<AuthDoors, 'apiTokens'>): void {
  router.api(ONESELF, listRoute, async (c) => c.json(await apiTokens.list(userOf(c).id), 200));

  router.api(ONESELF_FRESH, createTokenRoute, async (c) => {
    const order = { principalId: personOf(c).id, ...c.req.valid('json') };
    return c.json(await apiTokens.create(order, callerOf(c).actor), 200);
  });

  router.api(ONESELF, renameRoute, async (c) => {
    const order = { principalId: personOf(c).id, ...c.req.valid('param'), ...c.req.valid('json') };
    return c.json(await apiTokens.rename(order, callerOf(c).actor), 200);
  });

  router.api(ONESELF, removeRoute, async (c) => {
    await apiTokens.remove({ principalId: personOf(c).id, ...c.req.valid('param') }, callerOf(c).actor);
    return c.body(null, 204);
  });
}
