import { createRoute, z } from '@hono/zod-openapi';
import { BivouacError } from '../../core/errors.ts';
import { CLIENT_KINDS } from '../../packages/client-package.ts';
import { ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { attachment } from '../attachment.ts';
import type { Router } from '../router.ts';
import { fileAnswer, jsonBody } from './schemas.ts';

const createPackageRoute = createRoute({
  method: 'post',
  path: '/api/packages',
  tags: ['Packages'],
  summary: 'Make a connection package',
  request: {
    body: jsonBody(
      z
        .strictObject({
          username: z.string().max(1_024),
          client: z.enum(CLIENT_KINDS),
          host: z.string().max(253).describe('Name or address under which the client reaches the kit'),
          withCertificate: z
            .boolean()
            .optional()
            .describe('False: nothing personal in it, the client enrols. True when absent'),
        })
        .openapi('PackageOrder'),
    ),
  },
  responses: fileAnswer('application/zip', 'The package'),
});

export function registerPackageRoutes(
  router: Router,
  { packages, users }: Pick<AppDeps, 'packages' | 'users'>,
) {
  router.api(ADMINISTRATION, createPackageRoute, async (c) => {
    const { username, client, host, withCertificate = true } = c.req.valid('json');
    const user = await users.byName(username);
    if (user === undefined) throw new BivouacError('user.unknown');
    const { fileName, zip } = await packages.create({ user, client, host, withCertificate });
    return c.body(new Uint8Array(zip), 200, {
      'content-type': 'application/zip',
      'content-disposition': attachment(fileName),
    });
  });
}
