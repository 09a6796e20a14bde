import { createRoute, z } from '@hono/zod-openapi';
import { ADMINISTRATION, POWER } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer } from './schemas.ts';

const userStore = z
  .object({
    source: z.enum(['built_in', 'static', 'file', 'database']),
    place: z.string().describe('For people to read; no secret is in it'),
    people: z.number().int().describe('As it was read last'),
    problems: z
      .array(z.object({ name: z.string(), problem: z.string() }))
      .readonly()
      .describe('Entries that cannot be taken as they are'),
  })
  .openapi('UserStore');

const tags = ['People'];

const stateRoute = createRoute({
  method: 'get',
  path: '/api/user-store',
  tags,
  summary: 'Where people are kept',
  responses: jsonAnswer(userStore, 'The store of people'),
});

const reloadRoute = createRoute({
  method: 'post',
  path: '/api/user-store/reload',
  tags,
  summary: 'Read the store of people anew, where that is a file or a database',
  description:
    'As `SIGUSR1` does. Everything of those who are gone is ended at once. A store that cannot be read changes nothing.',
  responses: jsonAnswer(userStore, 'As it is now'),
});

export function registerUserStoreRoutes(router: Router, { userStore: store }: Pick<AppDeps, 'userStore'>) {
  router.api(ADMINISTRATION, stateRoute, async (c) => c.json(await store.state(), 200));
  router.api(POWER, reloadRoute, async (c) => c.json(await store.reload(callerOf(c).actor), 200));
}
