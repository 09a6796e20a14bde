import { createRoute, z } from '@hono/zod-openapi';
import { type Access, ALL_ROLES } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf, userOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, timeMs } from '../routes/schemas.ts';
import { STREAM_CONTRACT } from './stream-contract.ts';

/**
 * Whoever may look at the map, and what is paired. Not by personal token: such a token can end alone, and the
 * stream would not know.
 */
const VIEWERS: Access = {
  on: ['https', 'httpsCert', 'http'],
  who: ALL_ROLES,
  by: ['password', 'cookie', 'ots', 'takeout'],
};

const ticketRoute = createRoute({
  method: 'post',
  path: '/api/ws-ticket',
  tags: ['Screens'],
  summary: 'A ticket for `GET /api/stream`: 30 s, one use',
  description: `A paired device shows its access token: \`Authorization: Bearer …\`. ${STREAM_CONTRACT}`,
  responses: jsonAnswer(z.object({ ticket: z.string(), expiresMs: timeMs }), 'The ticket'),
});

export function registerTicketRoute(
  router: Router,
  { doors: { tickets } }: { readonly doors: Pick<AppDeps['doors'], 'tickets'> },
) {
  router.api(VIEWERS, ticketRoute, async (c) => {
    const caller = callerOf(c);
    const session = caller.kind === 'user' ? caller.session : undefined;
    const holder = {
      user: userOf(c),
      sessionId: session?.sessionId,
      certSerial:
        caller.kind === 'user' && caller.via === 'certificate' ? c.env.peer.certificate?.serial : undefined,
    };
    return c.json(await tickets.issue(holder), 200);
  });
}
