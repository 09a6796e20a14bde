import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { key } from '../key.ts';
import { TAKEOUT_AUTH } from './takeout-auth.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;

/** It stands in addresses, and people type it into lists. */
const bucketNameSchema = z.string().regex(/^[\w-][\w.-]{0,63}$/, 'letters, digits, `-`, `_` and `.`');

const s3Schema = z.strictObject({
  /** `https://s3.example`; without a scheme TLS is meant. */
  Endpoint: z.string().regex(/^(?:https?:\/\/)?[\w.-]+(?::\d{1,5})?$/, 'a host, or https://host:port'),
  Region: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .default('us-east-1'),
  AccessKeyID: z.string().min(1).max(200),
  SecretAccessKey: z.string().min(1).max(200),
  BucketName: z.string().regex(/^[\w.-]{1,255}$/, 'the name of a bucket'),
  ObjectPrefix: z.string().max(500).default(''),
  /** Presigned addresses cannot be good for longer than seven days. */
  URLExpiration: durationSchema(SECOND_MS, 7 * DAY_MS).default(15 * 60 * SECOND_MS),
});

const bucketSchema = z
  .strictObject({
    /** The name by which users are given it. */
    Media: bucketNameSchema,
    S3: s3Schema.optional(),
    FS: z.strictObject({ Root: z.string().startsWith('/', 'an absolute path') }).optional(),
  })
  .refine(({ S3, FS }) => (S3 === undefined) !== (FS === undefined), 'each bucket has either S3 or FS');

export type TakeoutBucketSettings = z.output<typeof bucketSchema>;
export type S3Settings = z.output<typeof s3Schema>;

/** TakeoutFM's settings that have a meaning here, by its names for them. */
export const TAKEOUT = {
  Auth: TAKEOUT_AUTH,
  MediaDir: key(z.string(), {
    default: '',
    description:
      'Each directory in it is a bucket of media files and data packages; empty: `media` in the data directory.',
  }),
  Buckets: key(
    z
      .array(bucketSchema)
      .max(50)
      .refine((rows) => new Set(rows.map(({ Media }) => Media)).size === rows.length, 'each Media once'),
    {
      default: [],
      description:
        'Further buckets: `Media` (its name here), and `FS` (`Root`) or `S3` (`Endpoint`, `Region`, `AccessKeyID`, `SecretAccessKey`, `BucketName`, `ObjectPrefix`, `URLExpiration` (15m)).',
    },
  ),
} as const;
