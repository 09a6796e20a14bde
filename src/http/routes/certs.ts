import { createRoute, z } from '@hono/zod-openapi';
import { BivouacError } from '../../core/errors.ts';
import { REVOCATION_REASONS } from '../../pki/ports.ts';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { certificateSchema, certificateView, serialSchema } from '../certificate-view.ts';
import { callerOf } from '../env.ts';
import { issueForUser } from '../issue-for-user.ts';
import type { Router } from '../router.ts';
import { fileAnswer, jsonAnswer, jsonBody, timeMs } from './schemas.ts';

const username = z.string().max(1_024);

const tags = ['Certificates'];

const caRoute = createRoute({
  method: 'get',
  path: '/api/certs/ca',
  tags,
  summary: 'Certificates of the authority that clients must trust',
  responses: fileAnswer('application/x-pem-file', 'PEM, newest first'),
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/certs',
  tags,
  summary: 'Every certificate that was issued',
  request: { query: z.object({ username: username.optional() }) },
  responses: jsonAnswer(z.array(certificateSchema), 'Newest first'),
});

const expiringRoute = createRoute({
  method: 'get',
  path: '/api/certs/expiring',
  tags,
  summary: 'Certificates that end within 30 days',
  responses: jsonAnswer(
    z.array(certificateSchema.extend({ withinDays: z.number().int().describe('30, 14, 7 or 1') })),
    'Soonest first; those that their device has replaced are left out',
  ),
});

const issueRoute = createRoute({
  method: 'post',
  path: '/api/certs',
  tags,
  summary: 'Issue a certificate with a new key, bound to no device',
  request: {
    body: jsonBody(z.strictObject({ username, format: z.enum(['pem', 'p12']).optional() })),
  },
  responses: jsonAnswer(
    z
      .object({
        serial: z.string(),
        notAfterMs: timeMs,
        caPem: z.string(),
        certificatePem: z.string(),
        privateKeyPem: z.string().optional().describe('Only here, only now: the kit does not keep it'),
        p12: z.base64().optional(),
        p12Password: z.string().optional(),
      })
      .openapi('IssuedCertificate'),
    'The certificate and its key, as PEM or as PKCS#12',
  ),
});

const revokeRoute = createRoute({
  method: 'post',
  path: '/api/certs/revoke',
  tags,
  summary: 'Revoke one certificate, or all of a person',
  description: 'The devices that use them are off every port within two seconds.',
  request: {
    body: jsonBody(
      z
        .strictObject({
          serial: serialSchema.optional(),
          username: username.optional(),
          reason: z.enum(REVOCATION_REASONS).optional(),
        })
        .refine((order) => (order.serial === undefined) !== (order.username === undefined), {
          message: 'give either serial or username',
        }),
    ),
  },
  responses: jsonAnswer(z.object({ revoked: z.array(z.string()) }), 'Serials that were revoked by this'),
});

export function registerCertRoutes(
  router: Router,
  deps: Pick<AppDeps, 'authority' | 'certificates' | 'users' | 'revocation'>,
) {
  const { authority, certificates, users, revocation } = deps;

  async function userNamed(name: string) {
    const user = await users.byName(name);
    if (user === undefined) throw new BivouacError('user.unknown');
    return user;
  }

  router.api(ADMINISTRATION, caRoute, (c) =>
    c.body(authority.caChainPem(), 200, { 'content-type': 'application/x-pem-file' }),
  );

  router.api(ADMINISTRATION, listRoute, async (c) => {
    const { username: name } = c.req.valid('query');
    const filter = name === undefined ? {} : { principalId: (await userNamed(name)).id };
    const rows = await certificates.list(filter);
    return c.json(rows.map(certificateView), 200);
  });

  router.api(ADMINISTRATION, expiringRoute, async (c) => {
    const notices = await authority.expiringSoon();
    return c.json(
      notices.map(({ certificate, days }) => ({ ...certificateView(certificate), withinDays: days })),
      200,
    );
  });

  router.api(ADMINISTRATION, issueRoute, async (c) => {
    const { username: name, format } = c.req.valid('json');
    const user = await userNamed(name);
    return c.json(await issueForUser(authority, user, format ?? 'pem'), 200);
  });

  router.api(ADMINISTRATION, revokeRoute, async (c) => {
    const { serial: one, username: name, reason = 'unspecified' } = c.req.valid('json');
    const target = one === undefined ? { principalId: (await userNamed(name!)).id } : { serial: one };
    const revoked = await revocation.revoke({ ...target, reason }, callerOf(c).actor);
    return c.json({ revoked: [...revoked] }, 200);
  });
}
