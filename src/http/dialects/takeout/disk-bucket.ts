import type { MediaFolder } from '../../../packages/media-folder.ts';
import type { Bucket } from './bucket.ts';

/** A folder on the kit as a bucket. */
export function createDiskBucket(name: string, folder: MediaFolder): Bucket {
  return {
    name,
    list: () => folder.list(),
    async locate(path) {
      const file = await folder.open(path);
      return file && { file };
    },
  };
}
