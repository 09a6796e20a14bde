import { z } from 'zod';
import { key } from '../key.ts';

/** FreeTAKServer's settings that have a meaning here, by its names for them. */
export const FREETAKSERVER = {
  UserConnectionIP: key(z.string().max(253), {
    default: '',
    description:
      'Name or address that is written into packages made by FreeTAKServer’s REST; empty: the one under which it was called.',
  }),
  allowsPlainRest: key(z.boolean(), {
    default: false,
    description: 'Let `listen.ftsRestPlain` be reached from other machines: tokens can be read on the way.',
  }),
} as const;
