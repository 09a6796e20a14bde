import { may, type Who } from '../../../auth/permissions.ts';
import type { Users } from '../../../auth/ports.ts';
import type { FileTokens } from '../../../auth/session-ports.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { OpenMediaFile } from '../../../packages/media-folder.ts';
import { type Access, ALL_ROLES, SIGNED_IN_LISTENERS } from '../../access.ts';
import { type AppContext, callerOf, userOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import type { CallerRights } from '../caller-rights.ts';
import { takeoutRefusal } from './answers.ts';
import type { Library } from './library.ts';
import { serveFile } from './serve-file.ts';

export interface MediaRoutesDeps {
  readonly library: Library;
  readonly rightsOf: CallerRights;
  readonly users: Pick<Users, 'byId'>;
  readonly fileTokens: FileTokens;
  readonly clock: Clock;
}

/** Where TakeoutFM has its location addresses, and one for what is neither song nor film. */
const LOCATION_PATHS = [
  '/api/tracks/:id/location',
  '/api/movies/:id/location',
  '/api/tv/episodes/:id/location',
  '/api/episodes/:id/location',
  '/api/media/:id/location',
];

const LOCATION: Access = {
  on: SIGNED_IN_LISTENERS,
  who: ALL_ROLES,
  by: ['media', 'cookie'],
  refusal: takeoutRefusal,
};

/** The token in the address is what opens it. */
const FILE: Access = { on: SIGNED_IN_LISTENERS, who: 'public', refusal: takeoutRefusal };

const FILES_AT = '/d/';

/** Whether this caller may have what is in a bucket: the one level of access that media know. */
export function mayReadBucket(who: Who, bucket: string, nowMs: number): boolean {
  const target = { kind: 'bucket', id: bucket } as const;
  return may(who, 'bucket.read', { target }, { nowMs, isSomebodyPresent: false }).isAllowed;
}

/** From a location address to the bytes: a redirect to a signed address that is good for a while. */
export function registerMediaRoutes(
  router: Router,
  { library, rightsOf, users, fileTokens, clock }: MediaRoutesDeps,
): void {
  async function locate(c: AppContext): Promise<Response> {
    const item = await library.find(c.req.param('id')?.toLowerCase() ?? '');
    // Whose bucket it is not learns as much as who guesses: nothing.
    if (item === undefined || !mayReadBucket(await rightsOf(callerOf(c)), item.bucket, clock.now())) {
      throw new BivouacError('media.unknown');
    }
    const place = await (await library.bucket(item.bucket))?.locate(item.path);
    if (place === undefined) throw new BivouacError('media.unknown');
    const isSingleUse = c.req.query('once') !== undefined;
    if ('url' in place) {
      if (isSingleUse) throw new BivouacError('media.not_single_use');
      return c.redirect(place.url, 302);
    }
    try {
      const path = `${FILES_AT}${item.bucket}/${item.path}`;
      const sha256 = await place.file.sha256();
      const { token } = await fileTokens.issue({ user: userOf(c), method: 'GET', path, sha256, isSingleUse });
      return c.redirect(`${path.split('/').map(encodeURIComponent).join('/')}?token=${token}`, 302);
    } finally {
      await place.file.close();
    }
  }

  /** The file that a token in the address opens, as it was when the token was made. */
  async function openByToken(c: AppContext, path: string): Promise<OpenMediaFile | undefined> {
    const verdict = await fileTokens.check({ token: c.req.query('token') ?? '', method: c.req.method, path });
    if (verdict.refused !== undefined) return undefined;
    const [bucket = '', ...rest] = path.slice(FILES_AT.length).split('/');
    // The bucket may have been taken from the user since.
    const user = await users.byId(verdict.principalId);
    if (user === undefined) return undefined;
    const actor = { id: user.id, name: user.name, remote: c.get('remote') };
    const who = await rightsOf({ kind: 'user', actor, user, via: 'session', enrolmentId: undefined });
    if (!mayReadBucket(who, bucket, clock.now())) return undefined;
    const place = await (await library.bucket(bucket))?.locate(rest.join('/'));
    if (place === undefined || 'url' in place) return undefined;
    if ((await place.file.sha256()) === verdict.sha256) return place.file;
    await place.file.close();
    return undefined;
  }

  for (const path of LOCATION_PATHS) router.route(LOCATION, 'GET', path, locate);

  router.route(FILE, 'GET', `${FILES_AT}*`, async (c) => {
    const path = decodedPath(c.req.url);
    const file = path === undefined ? undefined : await openByToken(c, path);
    if (file === undefined) throw new BivouacError('auth.forbidden');
    return serveFile(file, { method: c.req.method, range: c.req.header('range') });
  });
}

/** The path as the token names it; undefined where an encoding hides what would lead elsewhere. */
function decodedPath(url: string): string | undefined {
  const { pathname } = new URL(url);
  if (/%(?:2f|5c|00)/i.test(pathname)) return undefined;
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}
