import { createRoute, z } from '@hono/zod-openapi';
import { BivouacError } from '../../core/errors.ts';
import { CLIENT_KINDS } from '../../packages/client-package.ts';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf } from '../env.ts';
import { INVITATION_STEPS, type InvitationsInProgress } from '../invitation-progress.ts';
import type { Onboarding } from '../onboarding.ts';
import { qrCode } from '../qr.ts';
import type { Router } from '../router.ts';
import { incident } from './diagnosis.ts';
import { fileAnswer, jsonAnswer, jsonBody, nameParam, timeMs } from './schemas.ts';

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = 15;
/** A day: somebody who comes tomorrow. Longer is a standing door. */
const MAX_MINUTES = 24 * 60;
/** What a QR code holds at the most (version 40, medium correction). */
const QR_TEXT_MAX = 2_300;

const invitation = z
  .object({
    id: z.string().describe('For `GET /api/invitations/{id}`'),
    username: z.string(),
    client: z.enum(CLIENT_KINDS),
    host: z.string(),
    expiresMs: timeMs,
    code: z.string().optional().describe('What the person types as password; once'),
    packageUrl: z.string().describe('The package, for the first device that asks'),
    pageUrl: z.string().describe('A page for the browser of the device'),
    scan: z.string().describe('What the QR code is to say'),
    enrolLink: z
      .string()
      .optional()
      .describe('ATAK, where the certificate of the kit is a public one. Secret'),
    steps: z.array(z.string()).readonly(),
  })
  .openapi('Invitation');

const inviteRoute = createRoute({
  method: 'post',
  path: '/api/people/{name}/invitations',
  tags: ['People'],
  summary: 'Bring a device of a person onto the kit',
  request: {
    params: nameParam,
    body: jsonBody(
      z.strictObject({
        client: z.enum(CLIENT_KINDS),
        host: z.string().max(253).optional().describe('Absent: the first address that others can reach'),
        withCertificate: z
          .boolean()
          .optional()
          .describe('The package brings a finished certificate; its link then needs TLS'),
        minutes: z
          .number()
          .int()
          .min(1)
          .max(MAX_MINUTES)
          .optional()
          .describe(`${DEFAULT_MINUTES} when absent`),
        onDisplay: z
          .boolean()
          .optional()
          .describe('The display of the kit shows the QR code too, until the device has come'),
      }),
    ),
  },
  responses: jsonAnswer(invitation, 'Everything for the person, shown once'),
});

const progressSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    client: z.enum(CLIENT_KINDS),
    step: z
      .enum(INVITATION_STEPS)
      .describe(
        'fetched: the device has the package, or has shown its code; certified: it has its certificate',
      ),
    isOver: z.boolean().describe('Link and code open nothing any more'),
    expiresMs: timeMs,
    callsign: z.string().optional().describe('Once it is connected and has said it'),
    troubles: z.array(incident).readonly().describe('What kept it from getting on since its last step'),
  })
  .openapi('InvitationProgress');

const progressRoute = createRoute({
  method: 'get',
  path: '/api/invitations/{id}',
  tags: ['People'],
  summary: 'How far the device of an invitation has come',
  description: 'Kept in memory: a restart of the kit forgets it, as it ends the link.',
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: jsonAnswer(progressSchema, 'Its step, and its troubles'),
});

const qrRoute = createRoute({
  method: 'post',
  path: '/api/qr',
  tags: ['People'],
  summary: 'Draw a QR code',
  description: 'The text comes in the body, because it may be secret.',
  request: {
    body: jsonBody(
      z.strictObject({ text: z.string().min(1).max(QR_TEXT_MAX), form: z.enum(['svg', 'png', 'text']) }),
    ),
  },
  responses: fileAnswer('image/svg+xml', 'The picture: SVG, PNG, or text for a terminal'),
});

const MEDIA_TYPES = { svg: 'image/svg+xml', png: 'image/png', text: 'text/plain; charset=utf-8' } as const;

export function registerOnboardingRoutes(
  router: Router,
  {
    users,
    reachableAddresses,
    display,
    onboarding,
    progress,
  }: Pick<AppDeps, 'users' | 'reachableAddresses' | 'display'> & {
    onboarding: Onboarding;
    progress: Pick<InvitationsInProgress, 'progress'>;
  },
) {
  router.api(ADMINISTRATION, inviteRoute, async (c) => {
    const { client, host, onDisplay, ...rest } = c.req.valid('json');
    const { withCertificate = false, minutes = DEFAULT_MINUTES } = rest;
    const user = await users.byName(c.req.valid('param').name);
    if (user === undefined) throw new BivouacError('user.unknown');
    // Before there is an invitation that nobody would be told of.
    if (onDisplay === true) display.refuseOff();
    const target = host ?? reachableAddresses()[0];
    if (target === undefined) {
      throw new BivouacError('package.host_invalid', 'This kit has no address yet that a device could reach');
    }
    const order = { user, client, host: target, withCertificate, lifeMs: minutes * MINUTE_MS };
    const invitation = await onboarding.invite(order, callerOf(c).actor);
    if (onDisplay === true) display.showInvitation(invitation);
    return c.json(invitation, 200);
  });

  router.api(ADMINISTRATION, progressRoute, (c) => {
    const found = progress.progress(c.req.valid('param').id);
    if (found === undefined) throw new BivouacError('request.not_found', 'This invitation is over');
    return c.json(found, 200);
  });

  router.api(ADMINISTRATION, qrRoute, (c) => {
    const { text, form } = c.req.valid('json');
    const picture = qrCode(text, form);
    const body = typeof picture === 'string' ? picture : new Uint8Array(picture);
    return c.body(body, 200, { 'content-type': MEDIA_TYPES[form] }) as never;
  });
}
