import { createRoute, z } from '@hono/zod-openapi';
import { DEVICE_KINDS } from '../../../auth/pairing-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type Access, SIGNED_IN_LISTENERS } from '../../access.ts';
import type { AppDeps } from '../../app-deps.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, refusal, timeMs } from '../schemas.ts';
import { approverOf, visitOf } from './approver.ts';
import { tokenAnswer, tokenAnswerSchema } from './token-answer.ts';

/** People approve screens of their own; what else somebody may, pairing itself decides. */
const APPROVERS: Access = {
  on: ['control', ...SIGNED_IN_LISTENERS],
  who: ['console', 'administrator', 'operator', 'user'],
};
/** A device has nothing yet but the code that it was told. */
const DEVICES: Access = { on: ['https', 'http'], who: 'public' };

const TEXT_MAX = 1_024;
const CHANNELS_MAX = 1_000;

const kind = z.enum(DEVICE_KINDS);

const request = z
  .object({
    id: z.string(),
    kind,
    name: z.string().describe('What the device says of itself'),
    remote: z.string().describe('Address that it asked from'),
    createdMs: timeMs,
    expiresMs: timeMs,
  })
  .openapi('PairingRequest');

const found = request
  .extend({
    channels: z.array(z.string()).readonly().describe('What it will hear, unless you say otherwise'),
  })
  .openapi('FoundRequest');

const pairing = request
  .extend({
    state: z
      .enum(['open', 'pending', 'approved', 'paired'])
      .describe('open: the kit shows its code; approved: the device has not come back yet'),
    code: z.string().optional().describe('Where the reader may know it'),
    expiresMs: timeMs.nullable().describe('Null for a paired device'),
    owner: z.string().nullable().describe('Who approved it; null: somebody at the kit, or nobody yet'),
    channels: z.array(z.string()).readonly().describe('What it hears'),
    displayId: z.string().nullable().describe('Its principal, once it is paired'),
    lastSeenMs: timeMs.nullable().describe('When it last asked for something'),
    isWatching: z.boolean().describe('Its stream is open now'),
  })
  .openapi('Pairing');

const grant = z
  .strictObject({
    name: z.string().max(TEXT_MAX).optional().describe('How it is to be called'),
    channels: z
      .array(z.string().max(TEXT_MAX))
      .max(CHANNELS_MAX)
      .optional()
      .describe('What it may hear; the channels of the approver when absent'),
  })
  .openapi('Grant');

const openCode = z.object({ id: z.string(), code: z.string(), expiresMs: timeMs }).openapi('OpenCode');

const params = z.object({ id: z.string().max(TEXT_MAX) });
const tags = ['Screens'];

const listRoute = createRoute({
  method: 'get',
  path: '/api/pairings',
  tags,
  summary: 'Devices that wait to be approved, and those that are paired',
  description: 'Administrators and operators see all, others their own.',
  responses: jsonAnswer(z.array(pairing).readonly(), 'Oldest first'),
});

const openRoute = createRoute({
  method: 'post',
  path: '/api/pairings/open',
  tags,
  summary: 'Let the kit show a code for one device to type, for 120 s',
  description: 'For administrators and operators. The code shown before is void.',
  request: { body: jsonBody(grant) },
  responses: {
    201: { description: 'The code', content: { 'application/json': { schema: openCode } } },
    default: refusal,
  },
});

const closeRoute = createRoute({
  method: 'delete',
  path: '/api/pairings/open',
  tags,
  summary: 'Stop showing a code',
  responses: { 204: { description: 'None is shown' }, default: refusal },
});

const findRoute = createRoute({
  method: 'post',
  path: '/api/pairings/find',
  tags,
  summary: 'The device that shows this code',
  description: 'To be looked at before it is approved. Five wrong codes, and the next has to wait.',
  request: { body: jsonBody(z.strictObject({ code: z.string().max(TEXT_MAX) })) },
  responses: jsonAnswer(found, 'Who asks'),
});

const approveRoute = createRoute({
  method: 'post',
  path: '/api/pairings/{id}/approve',
  tags,
  summary: 'Approve a device: it becomes a display of yours',
  request: { params, body: jsonBody(grant) },
  responses: jsonAnswer(request, 'Approved'),
});

const refuseRoute = createRoute({
  method: 'post',
  path: '/api/pairings/{id}/refuse',
  tags,
  summary: 'Refuse a device',
  request: { params },
  responses: jsonAnswer(request, 'Refused'),
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/pairings/{id}',
  tags,
  summary: 'Rename a paired device, or change what it hears',
  request: { params, body: jsonBody(grant) },
  responses: { 204: { description: 'Changed' }, default: refusal },
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/pairings/{id}',
  tags,
  summary: 'End a paired device, or take a request off the list',
  description: 'Its tokens are void and its streams closed at once.',
  request: { params },
  responses: { 204: { description: 'Ended' }, default: refusal },
});

const typedRoute = createRoute({
  method: 'post',
  path: '/api/pair',
  tags,
  summary: 'A device types the code that the kit shows',
  request: {
    body: jsonBody(
      z.strictObject({
        code: z.string().max(TEXT_MAX),
        name: z.string().max(TEXT_MAX).optional().describe('What the device is called'),
        kind: kind.optional(),
      }),
    ),
  },
  responses: jsonAnswer(tokenAnswerSchema, 'The device is paired'),
});

export function registerPairingRoutes(router: Router, deps: Pick<AppDeps, 'pairing' | 'clock' | 'kit'>) {
  const { pairing: desk, clock, kit } = deps;

  router.api(APPROVERS, listRoute, async (c) => {
    const watching = new Set(kit.screens());
    const rows = await desk.list(approverOf(c));
    return c.json(
      rows.map((row) => ({ ...row, isWatching: row.displayId !== null && watching.has(row.displayId) })),
      200,
    );
  });

  router.api(APPROVERS, openRoute, async (c) => {
    if (kit.startedAtMs === undefined) {
      throw new BivouacError('control.unreachable', 'No server runs that a device could type a code to');
    }
    return c.json(await desk.open(c.req.valid('json'), approverOf(c)), 201);
  });

  router.api(APPROVERS, closeRoute, async (c) => {
    await desk.close(approverOf(c));
    return c.body(null, 204);
  });

  router.api(APPROVERS, findRoute, async (c) =>
    c.json(await desk.find(c.req.valid('json').code, approverOf(c)), 200),
  );

  router.api(APPROVERS, approveRoute, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await desk.approve({ id, ...c.req.valid('json') }, approverOf(c)), 200);
  });

  router.api(APPROVERS, refuseRoute, async (c) =>
    c.json(await desk.refuse(c.req.valid('param').id, approverOf(c)), 200),
  );

  router.api(APPROVERS, changeRoute, async (c) => {
    await desk.change({ id: c.req.valid('param').id, ...c.req.valid('json') }, approverOf(c));
    return c.body(null, 204);
  });

  router.api(APPROVERS, revokeRoute, async (c) => {
    await desk.revoke(c.req.valid('param').id, approverOf(c));
    return c.body(null, 204);
  });

  router.api(DEVICES, typedRoute, async (c) => {
    const { code, ...device } = c.req.valid('json');
    return c.json(tokenAnswer(await desk.typed({ code, device, ...visitOf(c) }), clock.now()), 200);
  });
}
