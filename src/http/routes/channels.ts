import { createRoute, z } from '@hono/zod-openapi';
import { GROUP_FLAGS } from '../../auth/account-ports.ts';
import { ADMINISTRATION, POWER } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody, nameParam, refusal } from './schemas.ts';

const tags = ['Channels'];

const permissions = z
  .array(z.enum(GROUP_FLAGS))
  .readonly()
  .describe('What its members may do besides using it; the rights of all channels of a person add up');

const channel = z.object({ name: z.string(), members: z.number().int(), permissions }).openapi('Channel');

const listRoute = createRoute({
  method: 'get',
  path: '/api/channels',
  tags,
  summary: 'Every channel',
  responses: jsonAnswer(z.array(channel).readonly(), 'By name'),
});

const putRoute = createRoute({
  method: 'put',
  path: '/api/channels/{name}',
  tags,
  summary: 'Say what the members of a channel may do',
  description: 'A channel that is missing is made, without members.',
  request: { params: nameParam, body: jsonBody(z.strictObject({ permissions })) },
  responses: jsonAnswer(channel, 'As it is now'),
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/channels/{name}',
  tags,
  summary: 'Remove a channel',
  description: 'Its members leave it; their streams are closed, and come back without it.',
  request: { params: nameParam },
  responses: { 204: { description: 'Removed' }, default: refusal },
});

/** Channels, and what they add to the rights of those who are in them. */
export function registerChannelRoutes(router: Router, { doors }: Pick<AppDeps, 'doors'>): void {
  const { groups } = doors;

  router.api(ADMINISTRATION, listRoute, async (c) => c.json((await groups.list()).map(viewOf), 200));

  router.api(POWER, putRoute, async (c) => {
    const { name } = c.req.valid('param');
    const { permissions: flags } = c.req.valid('json');
    return c.json(viewOf(await groups.put({ name, flags }, callerOf(c).actor)), 200);
  });

  router.api(POWER, deleteRoute, async (c) => {
    await groups.remove(c.req.valid('param').name, callerOf(c).actor);
    return c.body(null, 204);
  });
}

type ListedGroup = Awaited<ReturnType<AppDeps['doors']['groups']['list']>>[number];

function viewOf({ name, members, flags }: ListedGroup) {
  return { name, members, permissions: [...flags] };
}
