import { createRoute, z } from '@hono/zod-openapi';
import type { CaGeneration } from '../../pki/generations.ts';
import { type Access, ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody, refusal, timeMs } from './schemas.ts';

/** Whoever changes or takes away the CA becomes everybody: only somebody who owns the box already may. */
const OWNER: Access = { on: ['control'], who: ['console'] };
const PEM_MAX = 32 * 1_024;
const PASSPHRASE_MAX = 1_024;

const ca = z
  .object({
    id: z.string(),
    name: z.string(),
    ordinal: z.number().int().describe('1 for the first'),
    origin: z.enum(['made', 'imported']),
    isRetired: z.boolean(),
    fingerprint: z.string().describe('SHA-256 over DER'),
    notBeforeMs: timeMs,
    notAfterMs: timeMs,
  })
  .openapi('CertificateAuthority');

const idParam = z.object({ id: z.string().max(64) });
const tags = ['Certificate authorities'];

const listRoute = createRoute({
  method: 'get',
  path: '/api/cas',
  tags,
  summary: 'The authorities of this kit, old and new',
  responses: jsonAnswer(z.array(ca), 'Oldest first'),
});

const rollOverRoute = createRoute({
  method: 'post',
  path: '/api/cas/roll-over',
  tags,
  summary: 'Introduce a new authority; the present one stays trusted until it is retired',
  responses: jsonAnswer(ca, 'The new one, which signs from now on'),
});

const retireRoute = createRoute({
  method: 'post',
  path: '/api/cas/{id}/retire',
  tags,
  summary: 'End the trust in an authority, and forget its key',
  description: 'Devices with a certificate of it are refused from now on.',
  request: { params: idParam },
  responses: { 204: { description: 'Retired' }, default: refusal },
});

const importRoute = createRoute({
  method: 'post',
  path: '/api/cas/import',
  tags,
  summary: 'Take an authority that exists elsewhere as the newest',
  request: {
    body: jsonBody(
      z.strictObject({
        certificatePem: z.string().max(PEM_MAX),
        keyPem: z.string().max(PEM_MAX),
        passphrase: z.string().max(PASSPHRASE_MAX).optional().describe('Of an encrypted key'),
      }),
    ),
  },
  responses: jsonAnswer(
    z.object({ generation: ca, retired: z.array(ca).describe('Those that nothing depended on') }),
    'It signs from now on',
  ),
});

const exportRoute = createRoute({
  method: 'post',
  path: '/api/cas/export',
  tags,
  summary: 'Take the key of an authority away, under a passphrase',
  request: {
    body: jsonBody(
      z.strictObject({ passphrase: z.string().max(PASSPHRASE_MAX), id: z.string().max(64).optional() }),
    ),
  },
  responses: jsonAnswer(
    z.object({ certificatePem: z.string(), encryptedKeyPem: z.string() }),
    'PKCS#8, encrypted',
  ),
});

export function registerCaRoutes(router: Router, { authority }: Pick<AppDeps, 'authority'>) {
  router.api(ADMINISTRATION, listRoute, (c) => c.json(authority.generations().map(view), 200));

  router.api(OWNER, rollOverRoute, async (c) => c.json(view(await authority.rollOver()), 200));

  router.api(OWNER, retireRoute, async (c) => {
    await authority.retire(c.req.valid('param').id);
    return c.body(null, 204);
  });

  router.api(OWNER, importRoute, async (c) => {
    const { passphrase, ...pems } = c.req.valid('json');
    const offer = { ...pems, ...(passphrase === undefined ? {} : { passphrase }) };
    const { generation, retired } = await authority.importCa(offer);
    return c.json({ generation: view(generation), retired: retired.map(view) }, 200);
  });

  router.api(OWNER, exportRoute, async (c) => {
    const { passphrase, id } = c.req.valid('json');
    return c.json(await authority.exportCa({ passphrase, ...(id === undefined ? {} : { caId: id }) }), 200);
  });
}

function view(generation: CaGeneration): z.infer<typeof ca> {
  const { id, name, ordinal, origin, isRetired, fingerprint, notBeforeMs, notAfterMs } = generation;
  return { id, name, ordinal, origin, isRetired, fingerprint, notBeforeMs, notAfterMs };
}
