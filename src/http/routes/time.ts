import { createRoute, z } from '@hono/zod-openapi';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody, timeMs } from './schemas.ts';

const timeStatus = z
  .object({
    nowMs: timeMs.describe('What the kit takes for now'),
    systemMs: timeMs.describe('What the clock of the system says'),
    floorMs: timeMs.describe('The earliest that now can be'),
    source: z
      .enum(['time_server', 'gps', 'battery_clock', 'person', 'none'])
      .describe('What vouches for the clock of the system'),
  })
  .openapi('TimeStatus');

const tags = ['Kit'];
const path = '/api/system/time';

const readRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'What time it is, and who says so',
  responses: jsonAnswer(timeStatus, 'The time'),
});

const setRoute = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Set the time, where nothing better knows it',
  description: 'An explicit act of a person. Refused while a time server is heard.',
  request: { body: jsonBody(z.strictObject({ timeMs: z.number().int().positive() })) },
  responses: jsonAnswer(timeStatus, 'As it is now'),
});

export function registerTimeRoutes(router: Router, { time }: Pick<AppDeps, 'time'>) {
  router.api(ADMINISTRATION, readRoute, (c) => c.json(time.status(), 200));
  router.api(ADMINISTRATION, setRoute, async (c) => c.json(await time.set(c.req.valid('json').timeMs), 200));
}
