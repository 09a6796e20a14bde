import { z } from 'zod';
import { key } from './key.ts';

/** How the kit sends e-mail. */
export const MAIL = {
  server: key(z.string().max(253), {
    default: '',
    description: 'Name or address of the SMTP server for codes, confirmations and notices; empty: no mail.',
  }),
  port: key(z.number().int().min(1).max(65_535), { default: 587, description: 'Port of the mail server.' }),
  security: key(z.enum(['tls', 'starttls', 'none']), {
    default: 'starttls',
    description: '`tls` from the first byte (465), `starttls`, or none: in plain, for a server on this box.',
  }),
  username: key(z.string().max(254), {
    default: '',
    description: 'User at the mail server; empty: without signing in.',
  }),
  password: key(z.string().max(1_024), { default: '', description: 'Password of that user.' }),
  from: key(z.string().max(254), { default: '', description: 'Address that mails come from.' }),
  caFile: key(z.string(), {
    default: '',
    description: 'PEM of the authority of a mail server of one’s own; empty: the public ones.',
  }),
} as const;
