import { createRoute, z } from '@hono/zod-openapi';
import { ANONYMOUS_CHANNEL } from '../../core/anonymous-channel.ts';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps, Check } from '../app-deps.ts';
import type { Incident } from '../diagnosis.ts';
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

const emergenciesRoute = createRoute({
  method: 'get',
  path: '/api/emergencies',
  tags: ['Kit'],
  summary: 'Emergencies that nobody has called off',
  description: 'Of every channel: whoever looks after the kit may be in none.',
  responses: jsonAnswer(
    z.array(z.object({ callsign: z.string(), what: z.string(), agoMs: z.number() })).readonly(),
    'Newest first',
  ),
});

const doctorRoute = createRoute({
  method: 'get',
  path: '/api/doctor',
  tags: ['Kit'],
  summary: 'Looks at everything that can be checked',
  responses: jsonAnswer(z.array(check).readonly(), 'What was found, in words'),
});

/** What failed yesterday has been solved or given up. */
const INCIDENTS_SHOWN_MS = 24 * 3_600_000;
/** The rest is in /api/diagnosis. */
const INCIDENTS_SHOWN_MAX = 10;

function incidentCheck({ code, text, advice, count }: Incident): Check {
  const times = count === 1 ? '' : ` (${count} times)`;
  return { code, state: 'careful', text: `${text}${times}`, advice };
}

export function registerKitRoutes(
  router: Router,
  deps: Pick<AppDeps, 'kit' | 'health' | 'clock' | 'diagnosis' | 'groups'>,
) {
  const { kit, health, clock, diagnosis, groups } = deps;

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

  router.api(ADMINISTRATION, emergenciesRoute, async (c) => {
    const channels = [...(await groups.list()).map(({ name }) => name), ANONYMOUS_CHANNEL];
    const { alerts } = kit.picture(channels);
    return c.json(
      alerts.map(({ callsign, what, agoMs }) => ({ callsign, what, agoMs })),
      200,
    );
  });

  router.api(ADMINISTRATION, doctorRoute, async (c) => {
    const sinceMs = clock.now() - INCIDENTS_SHOWN_MS;
    const incidents = diagnosis.recent().filter(({ lastAtMs }) => lastAtMs >= sinceMs);
    const told = incidents.slice(0, INCIDENTS_SHOWN_MAX).map(incidentCheck);
    return c.json([...(await kit.checks()), ...told], 200);
  });
}
