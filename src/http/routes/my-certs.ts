import { createRoute, z } from '@hono/zod-openapi';
import { BivouacError } from '../../core/errors.ts';
import { type Access, ALL_ROLES, SIGNED_IN_LISTENERS } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { certificateSchema, certificateView, serialSchema } from '../certificate-view.ts';
import { callerOf, userOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody, timeMs } from './schemas.ts';

/** People look after their own devices. */
const OWN: Access = { on: SIGNED_IN_LISTENERS, who: ALL_ROLES };
/** Renewal is for whoever holds the old certificate, and shows it. */
const OWN_BY_CERTIFICATE: Access = { on: ['httpsCert'], who: ALL_ROLES };

const tags = ['My certificates'];

const listRoute = createRoute({
  method: 'get',
  path: '/api/me/certs',
  tags,
  summary: 'My own certificates',
  responses: jsonAnswer(z.array(certificateSchema), 'Newest first'),
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/me/certs/{serial}',
  tags,
  summary: 'Revoke one of my own certificates: a device of mine is lost',
  request: { params: z.object({ serial: serialSchema }) },
  responses: jsonAnswer(z.object({ revoked: z.array(z.string()) }), 'Serials that were revoked by this'),
});

const renewRoute = createRoute({
  method: 'post',
  path: '/api/me/certs/renew',
  tags,
  summary: 'A new certificate in place of the one that this request was made with',
  description: 'The old one stays good until it ends: the answer may be lost on the air.',
  request: {
    body: jsonBody(z.strictObject({ request: z.string().max(16_384).describe('PKCS#10, PEM') })),
  },
  responses: jsonAnswer(
    z.object({ serial: z.string(), notAfterMs: timeMs, certificatePem: z.string(), caPem: z.string() }),
    'The new certificate',
  ),
});

export function registerMyCertRoutes(
  router: Router,
  { authority, certificates, revocation }: Pick<AppDeps, 'authority' | 'certificates' | 'revocation'>,
) {
  router.api(OWN, listRoute, async (c) => {
    const rows = await certificates.list({ principalId: userOf(c).id });
    return c.json(rows.map(certificateView), 200);
  });

  router.api(OWN, revokeRoute, async (c) => {
    const { serial } = c.req.valid('param');
    const certificate = await certificates.bySerial(serial);
    // Somebody else's is as unknown as none at all.
    if (certificate?.principalId !== userOf(c).id) throw new BivouacError('cert.unknown');
    const revoked = await revocation.revoke({ serial, reason: 'unspecified' }, callerOf(c).actor);
    return c.json({ revoked: [...revoked] }, 200);
  });

  router.api(OWN_BY_CERTIFICATE, renewRoute, async (c) => {
    const { serial } = c.env.peer.certificate!;
    const { request } = c.req.valid('json');
    const { certificate, caPems } = await authority.renewClient({
      serial,
      username: userOf(c).name,
      request,
    });
    return c.json(
      {
        serial: certificate.serial,
        notAfterMs: certificate.notAfterMs,
        certificatePem: certificate.pem,
        caPem: caPems.join(''),
      },
      200,
    );
  });
}
