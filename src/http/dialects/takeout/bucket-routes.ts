import { createRoute, z } from '@hono/zod-openapi';
import type { Grants } from '../../../auth/account-ports.ts';
import type { Users } from '../../../auth/ports.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type Access, ALL_ROLES, OWN_WAYS, POWER, SIGNED_IN_LISTENERS } from '../../access.ts';
import { callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, nameParam, timeMs } from '../../routes/schemas.ts';
import type { CallerRights } from '../caller-rights.ts';
import type { Library, LibraryItem } from './library.ts';
import { mayReadBucket } from './media-routes.ts';
import { mediaTypeOfName } from './media-type.ts';

/** Items of one answer. */
const PAGE_ITEMS = 500;
const NAME_MAX = 64;
const BUCKETS_MAX = 200;

/** Location addresses are given out for an access token, and to people in a browser. */
const READ: Access = {
  on: ['control', ...SIGNED_IN_LISTENERS],
  who: ['console', ...ALL_ROLES],
  by: ['takeout', ...OWN_WAYS],
};

const tags = ['Media'];
const bucketName = z.string().max(NAME_MAX);

const item = z
  .object({
    path: z.string().describe('Within the bucket'),
    bytes: z.number().int(),
    modifiedMs: timeMs,
    mediaType: z.string(),
    location: z
      .string()
      .describe(
        'With the media token it answers with a redirect to the bytes; with `?once` to an address for one use',
      ),
  })
  .openapi('MediaItem');

const listRoute = createRoute({
  method: 'get',
  path: '/api/media',
  tags,
  summary: 'Buckets of media files and data packages that the caller may read',
  responses: jsonAnswer(z.object({ buckets: z.array(bucketName).readonly() }), 'By name'),
});

const itemsRoute = createRoute({
  method: 'get',
  path: '/api/media/{bucket}',
  tags,
  summary: 'What is in a bucket',
  request: {
    params: z.object({ bucket: bucketName }),
    query: z.object({ after: z.string().max(4_096).optional().describe('`next` of the page before') }),
  },
  responses: jsonAnswer(
    z.object({ items: z.array(item).readonly(), next: z.string().optional() }),
    'By path, a page of it',
  ),
});

const bucketList = z.object({ buckets: z.array(bucketName).max(BUCKETS_MAX).readonly() });

const givenRoute = createRoute({
  method: 'get',
  path: '/api/people/{name}/buckets',
  tags,
  summary: 'Buckets that were given to a person',
  request: { params: nameParam },
  responses: jsonAnswer(bucketList, 'By name; groups may give more'),
});

const giveRoute = createRoute({
  method: 'put',
  path: '/api/people/{name}/buckets',
  tags,
  summary: 'Say which buckets a person may read',
  request: { params: nameParam, body: jsonBody(bucketList) },
  responses: jsonAnswer(bucketList, 'As it is now'),
});

export interface BucketRoutesDeps {
  readonly library: Library;
  readonly rightsOf: CallerRights;
  readonly users: Pick<Users, 'byName'>;
  readonly grants: Pick<Grants, 'give' | 'take' | 'of'>;
  readonly clock: Clock;
}

/** What there is, and the list of buckets of each person, which TakeoutFM keeps as `media`. */
export function registerBucketRoutes(
  router: Router,
  { library, rightsOf, users, grants, clock }: BucketRoutesDeps,
): void {
  router.api(READ, listRoute, async (c) => {
    const who = await rightsOf(callerOf(c));
    const names = await library.names();
    return c.json({ buckets: names.filter((name) => mayReadBucket(who, name, clock.now())) }, 200);
  });

  router.api(READ, itemsRoute, async (c) => {
    const { bucket } = c.req.valid('param');
    const { after = '' } = c.req.valid('query');
    const isVisible = mayReadBucket(await rightsOf(callerOf(c)), bucket, clock.now());
    const items = isVisible ? await library.items(bucket) : undefined;
    if (items === undefined) throw new BivouacError('media.no_bucket');
    const rest = items.filter(({ path }) => path > after).sort((a, b) => (a.path < b.path ? -1 : 1));
    const page = rest.slice(0, PAGE_ITEMS);
    const next = rest.length > page.length ? page.at(-1)?.path : undefined;
    return c.json({ items: page.map(viewOf), ...(next === undefined ? {} : { next }) }, 200);
  });

  async function bucketsOf(name: string) {
    const user = await users.byName(name);
    if (user === undefined) throw new BivouacError('user.unknown');
    const given = await grants.of(user.id);
    const buckets = given.grants
      .filter(({ action, target }) => action === 'read' && target.kind === 'bucket')
      .map(({ target }) => target.id);
    return { user, buckets: [...new Set(buckets)].sort() };
  }

  router.api(POWER, givenRoute, async (c) => {
    const { buckets } = await bucketsOf(c.req.valid('param').name);
    return c.json({ buckets }, 200);
  });

  router.api(POWER, giveRoute, async (c) => {
    const { name } = c.req.valid('param');
    const { buckets: wanted } = c.req.valid('json');
    const { user, buckets: had } = await bucketsOf(name);
    const { actor } = callerOf(c);
    const grantOf = (id: string) => ({ action: 'read', target: { kind: 'bucket', id } }) as const;
    for (const id of wanted.filter((one) => !had.includes(one))) {
      await grants.give({ to: { principalId: user.id }, grant: grantOf(id) }, actor);
    }
    for (const id of had.filter((one) => !wanted.includes(one))) {
      await grants.take({ from: { principalId: user.id }, grant: grantOf(id) }, actor);
    }
    return c.json({ buckets: (await bucketsOf(name)).buckets }, 200);
  });
}

function viewOf({ id, path, bytes, modifiedMs }: LibraryItem) {
  const mediaType = mediaTypeOfName(path);
  return { path, bytes, modifiedMs, mediaType, location: `/api/${shelfOf(mediaType)}/${id}/location` };
}

/** By TakeoutFM's addresses: its players know songs and films. */
function shelfOf(mediaType: string): string {
  if (mediaType.startsWith('audio/')) return 'tracks';
  return mediaType.startsWith('video/') ? 'movies' : 'media';
}
