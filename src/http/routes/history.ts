import { createRoute, z } from '@hono/zod-openapi';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { historyLines } from '../history-lines.ts';
import type { Router } from '../router.ts';
import { refusal } from './schemas.ts';

const exportRoute = createRoute({
  method: 'get',
  path: '/api/history',
  tags: ['History'],
  summary: 'Stored events, in the order received',
  request: {
    query: z.object({
      sinceMs: z.coerce.number().int().optional().describe('Received at this time or later'),
    }),
  },
  responses: {
    200: {
      description: 'One JSON document per line, streamed',
      content: { 'application/x-ndjson': { schema: z.string() } },
    },
    default: refusal,
  },
});

export function registerHistoryRoutes(router: Router, { history, log }: Pick<AppDeps, 'history' | 'log'>) {
  router.api(ADMINISTRATION, exportRoute, (c) => {
    const { sinceMs } = c.req.valid('query');
    const lines = historyLines(history, sinceMs, log);
    // hono's types take x-ndjson for JSON.
    return c.body(lines, 200, { 'content-type': 'application/x-ndjson' }) as never;
  });
}
