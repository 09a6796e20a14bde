import { createRoute, z } from '@hono/zod-openapi';
import { HOTSPOT_STATES } from '../../system/hotspot-port.ts';
import { hotspotChange } from '../../system/hotspot-settings.ts';
import { ADMINISTRATION, POWER } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody } from './schemas.ts';

const hotspot = z
  .object({
    state: z.enum(HOTSPOT_STATES).describe('`absent`: this machine has none that the kit could run'),
    name: z.string(),
    passphrase: z.string().optional(),
    security: z.enum(['wpa2', 'wpa2-wpa3']),
    country: z.string().describe('Whose rules for radio hold: two letters'),
    channel: z.number().int().describe('0: the kit chooses'),
    clientsMayTalk: z.boolean().describe('Whether devices reach each other, and not the kit alone'),
    address: z.string().optional().describe('Of the kit, in the hotspot'),
    stations: z
      .array(z.object({ mac: z.string(), address: z.string(), name: z.string().optional() }))
      .describe('Devices that have an address of it'),
    problem: z.string().optional(),
  })
  .openapi('Hotspot');

const tags = ['Kit'];
const path = '/api/system/hotspot';

const readRoute = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'The Wi-Fi of the kit, with its passphrase',
  responses: jsonAnswer(hotspot, 'As it is, or is about to be'),
});

const changeRoute = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Change the Wi-Fi of the kit',
  description:
    'Takes effect within seconds, and cuts whoever is on it: also the caller, where he came by it. 409 where there is no hotspot.',
  request: { body: jsonBody(hotspotChange) },
  responses: jsonAnswer(hotspot, 'As it is about to be'),
});

export function registerHotspotRoutes(router: Router, { system }: Pick<AppDeps, 'system'>): void {
  router.api(ADMINISTRATION, readRoute, (c) => c.json(answerOf(system.hotspot.status()), 200));
  router.api(POWER, changeRoute, (c) => {
    const change = c.req.valid('json');
    const status = system.hotspot.change(change);
    system.note(callerOf(c).actor, 'hotspot.change', Object.keys(change).join(', '));
    return c.json(answerOf(status), 200);
  });
}

function answerOf(status: ReturnType<AppDeps['system']['hotspot']['status']>) {
  return { ...status, stations: status.stations.map((station) => ({ ...station })) };
}
