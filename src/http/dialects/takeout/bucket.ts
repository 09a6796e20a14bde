import type { OpenMediaFile } from '../../../packages/media-folder.ts';

/** A thing in a bucket. */
export interface BucketItem {
  /** Within the bucket, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Files under a name; users are given whole buckets. */
export interface Bucket {
  readonly name: string;
  list(): Promise<readonly BucketItem[]>;
  /** Where its bytes are: here, or under an address that another server answers for a while. */
  locate(path: string): Promise<{ readonly file: OpenMediaFile } | { readonly url: string } | undefined>;
}
