import { createRoute, z } from '@hono/zod-openapi';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, timeMs } from './schemas.ts';

export const incident = z
  .object({
    code: z.string(),
    listener: z.string(),
    remoteAddress: z.string(),
    text: z.string().describe('What happened'),
    advice: z.string().describe('What to do about it'),
    firstAtMs: timeMs,
    lastAtMs: timeMs,
    count: z.number().int(),
  })
  .openapi('Incident');

const diagnosisRoute = createRoute({
  method: 'get',
  path: '/api/diagnosis',
  tags: ['Kit'],
  summary: 'Devices that could not get on, and why',
  responses: jsonAnswer(z.array(incident).readonly(), 'Newest first; kept until a restart'),
});

export function registerDiagnosisRoutes(router: Router, { diagnosis }: Pick<AppDeps, 'diagnosis'>) {
  router.api(ADMINISTRATION, diagnosisRoute, (c) => c.json(diagnosis.recent(), 200));
}
