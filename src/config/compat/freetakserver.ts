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
  websocketkey: key(z.string().max(512), {
    default: '',
    description:
      'One key for `authenticate` on Socket.IO, of 128 random bits or more; whoever knows it looks on. Empty: tokens of users and programs alone.',
  }),
} as const;
