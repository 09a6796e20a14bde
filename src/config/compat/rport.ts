import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { key } from '../key.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** A field name of HTTP (RFC 9110), or nothing. */
const header = (value: string, description: string) =>
  key(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{0,80}$/, 'the name of an HTTP header'), {
    default: value,
    description,
  });

/** Goes into SQL between backquotes. */
const tableName = z.string().regex(/^[A-Za-z0-9_$]{0,64}$/, 'a table name of letters, digits, _ and $');

/** RPort's settings that have a meaning here, by its names for them. */
export const RPORT = {
  jwt_secret: key(
    z.string().refine((text) => text === '' || text.length >= 32, 'at least 32 characters'),
    {
      default: '',
      description: 'Key that signs RPort’s tokens; empty: a random one that the kit keeps.',
    },
  ),
  auth: key(z.string().regex(/^(|[^:]+:.+)$/s, 'user:password'), {
    default: '',
    description:
      'Instead of people of the kit, one administrator whose password stands here (`admin:foobaz`). One of `auth`, `auth_file` and `auth_user_table` at most.',
  }),
  auth_file: key(z.string().regex(/^(|\/.+)$/s, 'the absolute path of a file'), {
    default: '',
    description:
      'Instead of people of the kit, those of a JSON file with bcrypt hashes; read at the start and at `SIGUSR1`.',
  }),
  auth_user_table: key(tableName, {
    default: '',
    description:
      'Instead of people of the kit, those of this table of `compat.rport.database`, with bcrypt hashes.',
  }),
  auth_group_table: key(tableName, {
    default: '',
    description: 'Who is in which group, for `auth_user_table`.',
  }),
  auth_group_details_table: key(tableName, {
    default: '',
    description: 'What members of a group may, for `auth_user_table`; empty: the kit keeps that itself.',
  }),
  group_details_table: key(tableName, {
    default: '',
    description: 'The same under the name that RPort’s document gives it.',
  }),
  database: {
    db_type: key(z.enum(['', 'sqlite', 'mysql']), {
      default: '',
      description: 'Kind of the database with `auth_user_table`; `mysql` for MariaDB as well.',
    }),
    db_host: key(z.string().max(500), {
      default: 'localhost:3306',
      description: '`host:port`, or `socket:/path`.',
    }),
    db_tls: key(z.enum(['auto', 'required', 'off']), {
      default: 'auto',
      description:
        'TLS to MySQL: `required`, `off`, or `auto`: required for another machine, off for this one. A server that offers none is refused where it is required.',
    }),
    db_tls_ca: key(z.string().regex(/^(|\/.+)$/s, 'the absolute path of a file'), {
      default: '',
      description:
        'PEM file of the authority that MySQL’s certificate must come from; it must name the host of `db_host`. Empty: the public authorities.',
    }),
    db_user: key(z.string().max(200), { default: '', description: 'User of MySQL.' }),
    db_password: key(z.string().max(200), { default: '', description: 'Password of that user.' }),
    db_name: key(z.string().max(1_000), {
      default: '',
      description: 'Name of the database; for `sqlite` the absolute path of its file.',
    }),
  },
  totp_enabled: key(z.boolean(), {
    default: false,
    description: 'Everybody signs in with a code of an authenticator app.',
  }),
  totp_account_name: key(z.string().max(80), {
    default: '',
    description: 'Name that authenticator apps show; empty: as `SECURITY_TOTP_ISSUER`, or the kit’s name.',
  }),
  totp_may_reveal: key(z.boolean(), {
    default: true,
    description:
      'Whether somebody may see his own secret again (`GET /me/totp-secret`), after a fresh sign-in.',
  }),
  totp_login_session_ttl: key(durationSchema(10 * SECOND_MS, 60 * MINUTE_MS), {
    default: '10m',
    description: 'Time between password and code of one sign-in (`3600000ms`, `3600s`, `60m`, `1h`).',
  }),
  two_fa_token_delivery: key(
    z
      .string()
      .regex(/^(|smtp|pushover|\/.+|https?:\/\/.+)$/, 'smtp, pushover, the path of a program, or a URL'),
    {
      default: '',
      description:
        'Everybody signs in with a code that is sent: `smtp`, `pushover`, path of a program, or URL.',
    },
  ),
  two_fa_token_ttl_seconds: key(z.number().int().min(30).max(3_600), {
    default: 600,
    description: 'Life of a code that is sent.',
    unit: 's',
  }),
  two_fa_send_timeout: key(durationSchema(SECOND_MS, 5 * MINUTE_MS), {
    default: '10s',
    description: 'Time for sending a code.',
  }),
  two_fa_send_to_type: key(z.enum(['none', 'email', 'regex']), {
    default: 'none',
    description: 'What a receiver must look like, where a program sends the codes.',
  }),
  two_fa_send_to_regex: key(z.string().max(500).refine(isRegExp, 'a regular expression'), {
    default: '',
    description: 'For `two_fa_send_to_type = "regex"`: what the whole receiver must match.',
  }),
  auth_header: header('', 'A trusted proxy that sends this header has signed the user in; empty: off.'),
  user_header: header('Authentication-User', 'Header in which such a proxy names the user.'),
  trusted_proxies: key(z.array(z.string().min(1).max(64)), {
    default: [],
    description:
      'Addresses and networks of the proxies that may do so (`127.0.0.1`, `10.0.0.0/8`): headers from others do not count.',
  }),
  create_missing_users: key(z.boolean(), {
    default: false,
    description: 'Make users that such a proxy names and that are not there.',
  }),
  default_user_group: key(z.string().min(1).max(64), {
    default: 'Users',
    description: 'Group of users that are made so. `Administrators` makes administrators of them.',
  }),
  pushover: {
    api_token: key(z.string().max(200), {
      default: '',
      description: 'Token of the Pushover application that codes are sent with.',
    }),
  },
} as const;

function isRegExp(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
