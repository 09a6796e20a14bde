import type { AuthDoors } from '../../auth/doors.ts';
import type { TakeoutBucketSettings } from '../../config/compat/takeout.ts';
import { createMediaFolder, type MediaFolder, mediaFoldersIn } from '../../packages/media-folder.ts';
import type { AppDeps } from '../app-deps.ts';
import { createBrowserSessions } from '../browser-session.ts';
import type { Router } from '../router.ts';
import { createCallerRights } from './caller-rights.ts';
import type { Bucket } from './takeout/bucket.ts';
import { registerBucketRoutes } from './takeout/bucket-routes.ts';
import { createDiskBucket } from './takeout/disk-bucket.ts';
import { createLibrary } from './takeout/library.ts';
import { registerMediaRoutes } from './takeout/media-routes.ts';
import { createS3Bucket } from './takeout/s3-bucket.ts';
import { registerLoginForm, registerTokenRoutes } from './takeout/token-routes.ts';

export interface TakeoutDeps extends Pick<AppDeps, 'clock' | 'config' | 'users' | 'mediaDir' | 'mediaIdKey'> {
  readonly doors: Pick<AuthDoors, 'signIn' | 'sessions' | 'csrf' | 'fileTokens' | 'grants'>;
}

/** TakeoutFM: its tokens, and media files and data packages behind them. Codes for screens are elsewhere. */
export function registerTakeoutRoutes(router: Router, deps: TakeoutDeps): void {
  const { clock, config, users, doors, mediaDir, mediaIdKey } = deps;
  const { grants, fileTokens } = doors;
  const rightsOf = createCallerRights({ grants, clock });
  const buckets = bucketsOf(config.compat.takeout.Buckets, mediaDir, deps);
  const library = createLibrary({ buckets, idKey: mediaIdKey, clock });
  registerTokenRoutes(router, doors);
  registerLoginForm(router, { ...doors, browser: createBrowserSessions({ ...doors, clock }) });
  registerMediaRoutes(router, { library, rightsOf, users, fileTokens, clock });
  registerBucketRoutes(router, { library, rightsOf, users, grants, clock });
}

/** Those of the configuration, and each directory in `mediaDir` whose name is not taken by one of them. */
function bucketsOf(
  settings: readonly TakeoutBucketSettings[],
  mediaDir: string,
  { clock }: Pick<TakeoutDeps, 'clock'>,
): () => Promise<readonly Bucket[]> {
  const configured = settings.map(({ Media, S3, FS }) =>
    S3 === undefined
      ? createDiskBucket(Media, createMediaFolder(FS?.Root ?? ''))
      : createS3Bucket(Media, S3, { clock, fetch }),
  );
  /** Kept, because a folder remembers the hashes of its files. */
  const folders = new Map<string, MediaFolder>();
  return async () => {
    const found = (await mediaFoldersIn(mediaDir)).filter(
      ({ name }) => !configured.some((bucket) => bucket.name === name),
    );
    const onDisk = found.map(({ name, root }) => {
      const folder = folders.get(name) ?? createMediaFolder(root);
      folders.set(name, folder);
      return createDiskBucket(name, folder);
    });
    return [...configured, ...onDisk].sort((a, b) => (a.name < b.name ? -1 : 1));
  };
}
