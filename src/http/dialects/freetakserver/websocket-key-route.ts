import { createRoute, z } from '@hono/zod-openapi';
import { POWER } from '../../access.ts';
import { callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer } from '../../routes/schemas.ts';
import type { WebsocketKey } from './websocket-key.ts';

const rotateRoute = createRoute({
  method: 'post',
  path: '/api/websocketkey',
  tags: ['Kit'],
  summary: 'A new `websocketkey` for FreeTAKServer’s Socket.IO',
  description:
    'Shown once. The key before it, also that of the configuration, is over, and whoever came in by it is disconnected. A key that is put into the configuration later counts again.',
  responses: jsonAnswer(z.object({ websocketkey: z.string() }), 'The new key'),
});

export function registerWebsocketKeyRoute(router: Router, key: Pick<WebsocketKey, 'rotate'>): void {
  router.api(POWER, rotateRoute, async (c) =>
    c.json({ websocketkey: await key.rotate(callerOf(c).actor) }, 200),
  );
}
