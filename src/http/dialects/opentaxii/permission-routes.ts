import { createRoute, z } from '@hono/zod-openapi';
import type { Grants } from '../../../auth/account-ports.ts';
import type { Users } from '../../../auth/ports.ts';
import type { TaxiiCollectionSettings } from '../../../config/compat/opentaxii.ts';
import { BivouacError } from '../../../core/errors.ts';
import { ADMINISTRATION, POWER } from '../../access.ts';
import { callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, nameParam } from '../../routes/schemas.ts';

const tags = ['TAXII collections'];

/** OpenTAXII knows these two. */
const permission = z.enum(['read', 'modify']);

const permissions = z
  .object({
    permissions: z
      .record(z.string().max(100), permission)
      .describe(
        'By name of the collection. `modify` holds `read`; no service here takes content, so both open the same',
      ),
  })
  .openapi('CollectionPermissions');

const collection = z
  .object({
    name: z.string(),
    description: z.string(),
    channels: z.array(z.string()).readonly().describe('Empty: all that the reader hears'),
    isPublic: z.boolean(),
    isPermissionRequired: z.boolean(),
    accounts: z
      .array(z.object({ name: z.string(), permission }))
      .readonly()
      .describe('Who was given a permission; of what is in it each sees what it hears'),
  })
  .openapi('Collection');

const listRoute = createRoute({
  method: 'get',
  path: '/api/collections',
  tags,
  summary: 'TAXII collections, and who has a permission for them',
  responses: jsonAnswer(z.array(collection).readonly(), 'As they are configured'),
});

const givenRoute = createRoute({
  method: 'get',
  path: '/api/people/{name}/collections',
  tags,
  summary: 'Permissions of a person for TAXII collections',
  request: { params: nameParam },
  responses: jsonAnswer(permissions, 'Those that were given'),
});

const giveRoute = createRoute({
  method: 'put',
  path: '/api/people/{name}/collections',
  tags,
  summary: 'Say which TAXII collections a person may read',
  description:
    'All of them: what is not named is taken away. They count for collections with `permission_required`, and open no channel.',
  request: { params: nameParam, body: jsonBody(permissions) },
  responses: jsonAnswer(permissions, 'As it is now'),
});

export interface PermissionRoutesDeps {
  readonly collections: readonly TaxiiCollectionSettings[];
  readonly users: Pick<Users, 'byName'>;
  readonly grants: Pick<Grants, 'holders' | 'replace'>;
}

/** Which account may read which collection: OpenTAXII's `permissions` of an account. */
export function registerPermissionRoutes(
  router: Router,
  { collections, users, grants }: PermissionRoutesDeps,
): void {
  router.api(ADMINISTRATION, listRoute, async (c) => {
    const held = await holdings();
    const rows = collections.map(({ name, description, channels, is_public, permission_required }) => ({
      name,
      description,
      channels,
      isPublic: is_public,
      isPermissionRequired: permission_required,
      accounts: held
        .filter(({ target }) => target.id === name)
        .map((one) => ({ name: one.name, permission: one.action })),
    }));
    return c.json(rows, 200);
  });

  router.api(POWER, givenRoute, async (c) => {
    const user = await userNamed(c.req.valid('param').name);
    return c.json({ permissions: await permissionsOf(user.id) }, 200);
  });

  router.api(POWER, giveRoute, async (c) => {
    const user = await userNamed(c.req.valid('param').name);
    const wanted = Object.entries(c.req.valid('json').permissions);
    const unknown = wanted.find(([id]) => !collections.some(({ name }) => name === id));
    if (unknown !== undefined) {
      throw new BivouacError('request.invalid', `There is no collection ${unknown[0]}`);
    }
    const given = wanted.map(([id, action]) => ({ id, action }));
    await grants.replace({ to: user, kind: 'collection', grants: given }, callerOf(c).actor);
    return c.json({ permissions: await permissionsOf(user.id) }, 200);
  });

  async function userNamed(name: string) {
    const user = await users.byName(name);
    if (user === undefined) throw new BivouacError('user.unknown');
    return user;
  }

  async function holdings() {
    const held = await grants.holders('collection');
    return held.flatMap(({ action, ...rest }) => (action === 'write' ? [] : [{ ...rest, action }]));
  }

  async function permissionsOf(principalId: string) {
    const own = (await holdings()).filter((one) => one.principalId === principalId);
    return Object.fromEntries(own.map(({ action, target }) => [target.id, action]));
  }
}
