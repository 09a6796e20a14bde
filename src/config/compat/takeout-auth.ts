import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { key } from '../key.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Bytes of key that HS256 asks for (RFC 7518, 3.2). */
const SECRET_MIN_CHARS = 32;

const secret = (what: string) =>
  key(
    z.string().refine((text) => text === '' || text.length >= SECRET_MIN_CHARS, 'at least 32 characters'),
    { default: '', description: `Key that signs ${what}; empty: a random one that the kit keeps.` },
  );
const secretFile = key(z.string(), {
  default: '',
  description: 'File with that key, on its first line, instead.',
});
const age = (value: string, [minMs, maxMs]: readonly [number, number], what: string) =>
  key(durationSchema(minMs, maxMs), { default: value, description: `Life of ${what} (\`4h\`, \`90m\`).` });
const entropy = (description: string) =>
  key(z.number().min(0).max(256), { default: 0, description, unit: 'bits' });

/** TakeoutFM's `Auth` settings, by its names for them. */
export const TAKEOUT_AUTH = {
  PasswordEntropy: entropy('Least estimated strength of a password; 0: as `password.minEntropyBits`.'),
  PasswordEntroy: entropy('The same, as TakeoutFM’s document spells it.'),
  SessionAge: age('720h', [MINUTE_MS, 180 * DAY_MS], 'a refresh token that is not used'),
  SecureCookies: key(z.literal(true, 'cookies over TLS are always `Secure`'), {
    default: true,
    description: 'Cookies are sent over TLS only, where there is TLS; this cannot be switched off.',
  }),
  TOTP: {
    Issuer: key(z.string().max(80), {
      default: '',
      description: 'Name that authenticator apps show; empty: as `totp_account_name`, or the kit’s name.',
    }),
  },
  AccessToken: {
    Age: age('4h', [MINUTE_MS, DAY_MS], 'an access token'),
    Secret: secret('access tokens'),
    SecretFile: secretFile,
  },
  MediaToken: {
    Age: age('2160h', [MINUTE_MS, 366 * DAY_MS], 'a media token, which ends with its session in any case'),
    Secret: secret('media tokens'),
    SecretFile: secretFile,
  },
  CodeToken: {
    Age: age('5m', [30 * SECOND_MS, 5 * MINUTE_MS], 'a code that a screen shows, and of its token'),
    Secret: secret('the tokens of screens that show a code'),
    SecretFile: secretFile,
  },
  FileToken: {
    Age: age('1h', [10 * SECOND_MS, DAY_MS], 'the address of one file'),
    Secret: secret('the addresses of files'),
    SecretFile: secretFile,
  },
} as const;
