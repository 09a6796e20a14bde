import { createRoute, z } from '@hono/zod-openapi';
import { POWER_ACTIONS } from '../../system/power-port.ts';
import { ADMINISTRATION, POWER } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody } from './schemas.ts';

const tags = ['Kit'];
const path = '/api/system/power';

const readRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Whether the kit may switch its machine off',
  responses: jsonAnswer(z.object({ isSupported: z.boolean() }), 'Yes on the firmware image'),
});

const orderRoute = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Switch the machine off, or restart it',
  description: 'Every device is off the map until it is back. 409 where the machine is not the kit’s own.',
  request: { body: jsonBody(z.strictObject({ action: z.enum(POWER_ACTIONS) })) },
  responses: jsonAnswer(z.object({ ordered: z.enum(POWER_ACTIONS) }), 'On its way: within seconds'),
});

export function registerPowerRoutes(router: Router, { system }: Pick<AppDeps, 'system'>): void {
  router.api(ADMINISTRATION, readRoute, (c) => c.json({ isSupported: system.power.isSupported() }, 200));
  router.api(POWER, orderRoute, (c) => {
    const { action } = c.req.valid('json');
    system.power.order(action);
    system.note(callerOf(c).actor, 'power.order', action);
    return c.json({ ordered: action }, 200);
  });
}
