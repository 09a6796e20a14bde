import { createRoute, z } from '@hono/zod-openapi';
import type { ApiCalls } from '../../../auth/account-ports.ts';
import { ADMINISTRATION } from '../../access.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, timeMs } from '../../routes/schemas.ts';

const call = z
  .object({
    id: z.number().int(),
    atMs: timeMs,
    username: z.string(),
    method: z.string(),
    endpoint: z.string().describe('Path with query; what looks like a secret in it is replaced'),
    content: z.string().describe('Body, cut, and with its secrets replaced'),
    remote: z.string(),
  })
  .openapi('ApiCall');

const listRoute = createRoute({
  method: 'get',
  path: '/api/calls',
  tags: ['Kit'],
  summary: 'Calls of system users to FreeTAKServer’s REST',
  request: {
    query: z.object({
      beforeId: z.coerce.number().int().optional().describe('Only older ones'),
      limit: z.coerce.number().int().min(1).max(1_000).optional().describe('100 when absent'),
    }),
  },
  responses: jsonAnswer(z.array(call).readonly(), 'Newest first'),
});

/** What FreeTAKServer keeps in its table `APICalls`. */
export function registerCallListRoute(router: Router, apiCalls: Pick<ApiCalls, 'list'>): void {
  router.api(ADMINISTRATION, listRoute, async (c) => {
    const { beforeId, limit } = c.req.valid('query');
    const calls = await apiCalls.list({
      ...(beforeId === undefined ? {} : { beforeId }),
      ...(limit === undefined ? {} : { limit }),
    });
    return c.json(
      calls.map(({ id, atMs, username, method, endpoint, content, remote }) => ({
        id,
        atMs,
        username,
        method,
        endpoint,
        content,
        remote,
      })),
      200,
    );
  });
}
