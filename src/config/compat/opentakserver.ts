import { z } from 'zod';
import { key } from '../key.ts';

const names = (description: string) => key(z.array(z.string().min(1).max(253)), { default: [], description });

/** OpenTAKServer's settings that have a meaning here, by its names for them. */
export const OPENTAKSERVER = {
  SECURITY_CSRF_PROTECT_MECHANISMS: key(z.array(z.enum(['session', 'basic', 'token'])), {
    default: ['session', 'basic'],
    description:
      'Ways of signing in for which a request that changes something needs a CSRF token, on OpenTAKServer’s paths.',
  }),
  SECURITY_TOKEN_AUTHENTICATION_KEY: key(z.string().regex(/^\w{0,40}$/, 'a word, or nothing'), {
    default: 'auth_token',
    description: 'Query parameter that may hold the `authentication_token`; empty: only the header may.',
  }),
  SECURITY_TOKEN_MAX_AGE: key(
    z
      .number()
      .int()
      .min(60)
      .max(30 * 86_400),
    {
      default: 12 * 3_600,
      description: 'Life of an `authentication_token` after its last use.',
      unit: 's',
    },
  ),
  SECURITY_TOTP_ISSUER: key(z.string().max(80), {
    default: '',
    description: 'Name that authenticator apps show for this kit; empty: the kit’s name.',
  }),
  OTS_ENABLE_EMAIL: key(z.boolean(), {
    default: false,
    description:
      'People register themselves, confirm and reset passwords by e-mail, and sign in with their address.',
  }),
  SECURITY_LOGIN_WITHOUT_CONFIRMATION: key(z.boolean(), {
    default: false,
    description: 'Let people in who have registered and not yet confirmed their address.',
  }),
  OTS_EMAIL_DOMAIN_WHITELIST: names('Only addresses of these domains may register.'),
  OTS_EMAIL_DOMAIN_BLACKLIST: names('Addresses of these domains may not register.'),
  OTS_EMAIL_TLD_WHITELIST: names('Only addresses under these top-level domains may register (`gov`, `mil`).'),
  OTS_EMAIL_TLD_BLACKLIST: names('Addresses under these top-level domains may not register.'),
} as const;
