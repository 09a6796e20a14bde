import { createRoute, z } from '@hono/zod-openapi';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, timeMs } from './schemas.ts';

const warning = z.object({
  code: z.string(),
  severity: z.enum(['info', 'careful', 'bad']),
  text: z.string(),
});

const status = z
  .object({
    version: z.string(),
    nowMs: timeMs,
    startedAtMs: timeMs.optional().describe('Absent when no server runs'),
    listeners: z.record(z.string(), z.string()).describe('Listener name → bound addresses'),
    connectedClients: z.number().int(),
    warnings: z.array(warning).readonly(),
  })
  .openapi('Status');

const client = z
  .object({
    uid: z.string().describe('Empty before its first self-report'),
    callsign: z.string(),
    username: z.string(),
    team: z.string(),
    role: z.string(),
    platform: z.string(),
    remote: z.string(),
    connectedAtMs: timeMs,
    lastHeardAgoMs: z.number(),
    channelsIn: z.array(z.string()).readonly(),
    channelsOut: z.array(z.string()).readonly(),
    queuedBytes: z.number().int().describe('What waits because the device reads slowly'),
  })
  .openapi('Client');

const check = z
  .object({
    code: z.string(),
    state: z.enum(['good', 'careful', 'bad']),
    text: z.string(),
    advice: z.string().optional(),
  })
  .openapi('Check');

const statusRoute = createRoute({
  method: 'get',
  path: '/api/status',
  tags: ['Kit'],
  summary: 'How the kit is',
  responses: jsonAnswer(status, 'Version, listeners, warnings'),
});

const clientsRoute = createRoute({
  method: 'get',
  path: '/api/clients',
  tags: ['Kit'],
  summary: 'Devices that are connected to the stream now',
  responses: jsonAnswer(z.array(client).readonly(), 'One row for each connection'),
});

const doctorRoute = createRoute({
  method: 'get',
  path: '/api/doctor',
  tags: ['Kit'],
  summary: 'Looks at everything that can be checked',
  responses: jsonAnswer(z.array(check).readonly(), 'What was found, in words'),
});

export function registerKitRoutes(router: Router, deps: Pick<AppDeps, 'kit' | 'health' | 'clock'>) {
  const { kit, health, clock } = deps;

  router.api(ADMINISTRATION, statusRoute, (c) => {
    const { version, startedAtMs } = kit;
    return c.json(
      {
        version,
        nowMs: clock.now(),
        ...(startedAtMs === undefined ? {} : { startedAtMs }),
        listeners: { ...kit.listeners() },
        connectedClients: kit.clients().length,
        warnings: health.list(),
      },
      200,
    );
  });

  router.api(ADMINISTRATION, clientsRoute, (c) => c.json(kit.clients(), 200));

  router.api(ADMINISTRATION, doctorRoute, async (c) => c.json(await kit.checks(), 200));
}
