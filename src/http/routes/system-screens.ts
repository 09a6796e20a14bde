import { createRoute, z } from '@hono/zod-openapi';
import { ADMINISTRATION, POWER } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody } from './schemas.ts';

const screenRules = z
  .strictObject({
    allowsPlainScreens: z
      .boolean()
      .describe('Whether the portal gives read-only `/tv` and `/watch` without encryption'),
  })
  .openapi('ScreenRules');

const tags = ['Screens'];
const path = '/api/system/screens';

const readRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Which screens are let in',
  responses: jsonAnswer(screenRules, 'The rules'),
});

const changeRoute = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Allow screens without encryption, or end them',
  description:
    'For devices that cannot take the kit’s certificate; while allowed, the kit warns. Not allowed any more: those that are on are off at once.',
  request: { body: jsonBody(screenRules) },
  responses: jsonAnswer(screenRules, 'As it is now'),
});

export function registerSystemScreensRoutes(
  router: Router,
  { doors: { plainScreens } }: { readonly doors: Pick<AppDeps['doors'], 'plainScreens'> },
): void {
  const rules = async () => ({ allowsPlainScreens: await plainScreens.isAllowed() });

  router.api(ADMINISTRATION, readRoute, async (c) => c.json(await rules(), 200));

  router.api(POWER, changeRoute, async (c) => {
    await plainScreens.allow(c.req.valid('json').allowsPlainScreens, callerOf(c).actor);
    return c.json(await rules(), 200);
  });
}
