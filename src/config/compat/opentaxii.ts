import { z } from 'zod';
import { key } from '../key.ts';

/** What TAXII clients take for a name: it goes into addresses, XML and log lines. */
const nameSchema = z.string().regex(/^[\w.-]{1,100}$/, 'letters, digits, `-`, `_` and `.`');

/** Content blocks of one answer at the most: a part of the history is made in memory. */
const RESULT_COUNT_MAX = 1_000;

/** Under `/services/` only, so that no name takes the place of another page of the kit. */
const addressSchema = z
  .string()
  .regex(/^\/services(?:\/[\w.-]{1,100}){1,4}$/, 'an address below /services/, as in /services/poll-a');

const serviceSchema = z.strictObject({
  id: nameSchema,
  type: z.enum(['discovery', 'collection_management', 'poll']),
  address: addressSchema,
  description: z.string().max(500).default(''),
  /** Without it, whoever shows no credentials sees the public collections, and nothing else. */
  authentication_required: z.boolean().default(true),
  max_result_count: z.number().int().min(1).max(RESULT_COUNT_MAX).default(200),
});

const collectionFields = z.strictObject({
  name: nameSchema,
  type: z.enum(['DATA_FEED', 'DATA_SET']).default('DATA_FEED'),
  description: z.string().max(500).default(''),
  /** Services that show it; empty: all. */
  service_ids: z.array(nameSchema).default([]),
  /** Channels whose events it holds; empty: all that the caller hears. */
  channels: z.array(z.string().min(1).max(64)).default([]),
  /** Whether everybody may read it, without credentials where the service asks for none. */
  is_public: z.boolean().default(false),
  /** Whether an account needs the permission `read` or `modify` for it, besides its channels. */
  permission_required: z.boolean().default(false),
});

const collectionSchema = collectionFields.refine(
  (collection) => !(collection.is_public && collection.permission_required),
  'a collection is either `is_public` or `permission_required`',
);

export type TaxiiServiceSettings = z.output<typeof serviceSchema>;
export type TaxiiCollectionSettings = z.output<typeof collectionSchema>;

/** OpenTAXII's settings that have a meaning here, by its names for them. */
export const OPENTAXII = {
  support_basic_auth: key(z.boolean(), {
    default: true,
    description: 'Whether TAXII services take a password or a personal token by HTTP Basic.',
  }),
  unauthorized_status: key(z.enum(['UNAUTHORIZED', 'DENIED', 'FAILURE']), {
    default: 'UNAUTHORIZED',
    description: 'TAXII status with which missing or bad credentials are answered.',
  }),
  services: key(
    z
      .array(serviceSchema)
      .max(50)
      .refine(isUnique('id'), 'each id once')
      .refine(isUnique('address'), 'each address once'),
    {
      default: [
        { id: 'discovery_a', type: 'discovery', address: '/services/discovery-a' },
        {
          id: 'collection_management_a',
          type: 'collection_management',
          address: '/services/collection-management-a',
        },
        { id: 'poll_a', type: 'poll', address: '/services/poll-a' },
      ],
      description:
        'TAXII 1.1 services: `id`, `type` (discovery, collection_management or poll), `address`, `description`, `authentication_required` (true), `max_result_count` (200).',
    },
  ),
  collections: key(z.array(collectionSchema).max(200).refine(isUnique('name'), 'each name once'), {
    default: [{ name: 'collection-A', description: 'Events of the channels that the caller hears' }],
    description:
      'TAXII collections over the history: `name`, `type` (DATA_FEED or DATA_SET), `description`, `service_ids` (all), `channels` (all that the caller hears), `is_public` (false), `permission_required` (false: whoever hears one of its channels reads it).',
  }),
} as const;

function isUnique(member: string) {
  return (rows: readonly Readonly<Record<string, unknown>>[]) =>
    new Set(rows.map((row) => row[member])).size === rows.length;
}
