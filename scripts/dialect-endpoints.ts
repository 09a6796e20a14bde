/**
 * The endpoints of the five servers whose ways of signing in are spoken here, as their documents and their
 * programs have them, each with the test that shows it. Who may call them, and where, comes from the routes.
 */

/** Test file (below `test/`, without `.test.ts`) → endpoints that it shows. */
type EndpointsByTest = Readonly<Record<string, readonly string[]>>;

/** What is no route of the app: a stream, or an event feed. */
export interface OtherEndpoint {
  readonly endpoint: string;
  readonly who: string;
  readonly on: string;
  readonly test: string;
}

export interface Dialect {
  readonly system: string;
  /** Where it is, and what an operator of that system has to know. */
  readonly about: string;
  readonly endpoints: EndpointsByTest;
  readonly others?: readonly OtherEndpoint[];
}

const OPENTAKSERVER: Dialect = {
  system: 'OpenTAKServer',
  about: `Settings: [\`compat.opentakserver\`](configuration.md#compatopentakserver). What needs a CSRF token is said by
\`SECURITY_CSRF_PROTECT_MECHANISMS\`; the default, \`session\` and \`basic\`, leaves it out for the token. What is about e-mail
(register, confirm, reset, signing in by address, codes by mail) exists with \`OTS_ENABLE_EMAIL\`. Tokens end after 12 h
unused, \`/oauth/token\` gives none to who has a second factor, a QR code is for one device and is shown once (a \`GET\` tells
what waits, with an empty \`qr_string\`; \`DELETE\` ends every code of the user that waits), and a certificate is only for oneself
unless an administrator asks.`,
  endpoints: {
    'conformance/opentakserver-login': [
      'GET /api/login',
      'POST /api/login',
      'POST /api/logout',
      'GET /api/me',
    ],
    'conformance/opentakserver-token': ['GET /oauth/token', 'POST /oauth/token'],
    'conformance/opentakserver-two-factor': [
      'GET /api/tf-setup',
      'POST /api/tf-setup',
      'POST /api/tf-setup/:state',
      'POST /api/tf-validate',
      'GET /api/tf-select',
      'POST /api/tf-select',
      'GET /api/tf-rescue',
      'POST /api/tf-rescue',
      'POST /api/mf-recovery',
      'POST /api/mf-recovery-codes',
    ],
    'conformance/opentakserver-email': [
      'POST /api/register',
      'POST /api/confirm',
      'GET /api/confirm/:token',
      'POST /api/password/reset',
      'GET /api/password/reset/:token',
      'POST /api/password/reset/:token',
    ],
    'conformance/opentakserver-accounts': [
      'POST /api/password/change',
      'GET /api/users',
      'GET /api/users/all',
      'GET /api/users/groups',
      'PUT /api/users/groups',
      'POST /api/user/add',
      'POST /api/user/delete',
      'POST /api/user/password/reset',
      'POST /api/user/deactivate',
      'POST /api/user/activate',
      'POST /api/user/role',
      'POST /api/user/assign_eud',
      'POST /api/atak_qr_string',
      'GET /api/atak_qr_string',
      'DELETE /api/atak_qr_string',
      'GET /api/itak_qr_string',
      'GET /api/truststore',
      'GET /api/certificate',
      'POST /api/certificate',
    ],
    'integration/http-enrolment': [
      'GET /Marti/api/tls/config',
      'POST /Marti/api/tls/signClient',
      'POST /Marti/api/tls/signClient/v2',
      'GET /Marti/api/tls/profile/enrollment',
    ],
  },
  others: [
    {
      endpoint: '`<auth>` on the TLS stream',
      who: 'everybody with a password or a token of scope `cot`',
      on: 'cotTls',
      test: 'integration/stream-auth',
    },
  ],
};

const FREETAKSERVER: Dialect = {
  system: 'FreeTAKServer',
  about: `Settings: [\`compat.freetakserver\`](configuration.md#compatfreetakserver); more in
[freetakserver.md](freetakserver.md). Everything but \`/Alive\` asks for a token; lists never show one.`,
  endpoints: {
    'conformance/freetakserver-document': ['GET /Alive', 'GET /checkStatus', 'GET /Clients'],
    'conformance/freetakserver-users': [
      'GET /ManageSystemUser/getAll',
      'GET /ManageSystemUser/getSystemUser',
      'POST /ManageSystemUser/postSystemUser',
      'PUT /ManageSystemUser/putSystemUser',
      'GET /AuthenticateUser',
      'POST /AuthenticateUser',
      'GET /APIUser',
      'POST /APIUser',
      'DELETE /APIUser',
    ],
    'conformance/freetakserver-certificates': [
      'DELETE /ManageSystemUser/deleteSystemUser',
      'GET /GenerateQR',
    ],
  },
  others: [
    {
      endpoint: 'Socket.IO, `authenticate`',
      who: 'who shows a token of a user or program, or the `websocketkey`',
      on: 'ftsRest, ftsRestPlain',
      test: 'conformance/freetakserver-socket',
    },
  ],
};

const OPENTAXII: Dialect = {
  system: 'OpenTAXII',
  about: `Settings: [\`compat.opentaxii\`](configuration.md#compatopentaxii), where services and collections get their addresses and
names; these are the defaults. A collection holds of its channels what the caller hears. With \`permission_required\` an
account needs the permission \`read\` or \`modify\` besides (\`PUT /api/people/{name}/collections\`,
\`bivouac user change --collections\`); \`authentication_required = false\` opens a service for collections that are
\`is_public\`, and for nothing else. A token lives for the document's 60 minutes.`,
  endpoints: {
    'conformance/opentaxii-document': [
      'POST /management/auth',
      'GET /management/health',
      'POST /services/poll-a',
      'OPTIONS /services/poll-a',
      'GET /services/poll-a',
    ],
    'conformance/opentaxii-cabby': [
      'POST /services/discovery-a',
      'OPTIONS /services/discovery-a',
      'GET /services/discovery-a',
    ],
    'conformance/opentaxii-permissions': [
      'POST /services/collection-management-a',
      'OPTIONS /services/collection-management-a',
      'GET /services/collection-management-a',
    ],
  },
};

const RPORT: Dialect = {
  system: 'RPort',
  about: `Settings: [\`compat.rport\`](configuration.md#compatrport). People may be kept where RPort keeps them
([users-elsewhere.md](users-elsewhere.md)). \`jwt_secret\` signs the tokens; without one the kit keeps a random key, and another
one ends the tokens of before. Groups carry RPort's permissions: \`auditlog\` opens the audit log, \`monitoring\` the list of
clients for programs; the others are kept for programs that ask, and open nothing, because a kit has no tunnels, commands
or scripts. Behind a proxy of \`trusted_proxies\`, \`/auth/?auto-login=1&remember-me=24h\` leads a browser through the proxy's own
login into a session of our pages; the headers count at \`/api/v1/login\` alone.`,
  endpoints: {
    'conformance/rport-login': [
      'GET /api/v1/login',
      'POST /api/v1/login',
      'DELETE /api/v1/logout',
      'GET /api/v1/auth/provider',
      'GET /api/v1/me',
      'GET /api/v1/me/ip',
      'GET /api/v1/me/tokens',
      'POST /api/v1/me/tokens',
      'PUT /api/v1/me/tokens/:prefix',
      'DELETE /api/v1/me/tokens/:prefix',
      'GET /api/v1/me/token',
      'POST /api/v1/me/token',
      'DELETE /api/v1/me/token',
      'GET /api/v1/clients',
    ],
    'conformance/rport-two-factor': [
      'POST /api/v1/verify-2fa',
      'PUT /api/v1/me',
      'POST /api/v1/me/totp-secret',
      'GET /api/v1/me/totp-secret',
      'DELETE /api/v1/me/totp-secret',
      'DELETE /api/v1/users/:user/totp-secret',
    ],
    'conformance/rport-users': [
      'GET /api/v1/users',
      'GET /api/v1/users/:user',
      'POST /api/v1/users',
      'PUT /api/v1/users/:user',
      'DELETE /api/v1/users/:user',
      'GET /api/v1/users/:user/sessions',
      'DELETE /api/v1/users/:user/sessions',
      'DELETE /api/v1/users/:user/sessions/:session',
      'GET /api/v1/user-groups',
      'GET /api/v1/user-groups/:group',
      'PUT /api/v1/user-groups/:group',
      'DELETE /api/v1/user-groups/:group',
      'GET /api/v1/auditlog',
    ],
    'conformance/rport-proxy': ['GET /auth'],
  },
  others: [
    {
      endpoint: '`GET /api/v1/ws/clients` (WebSocket)',
      who: 'who shows RPort’s token, in `access_token` or as Basic',
      on: 'https, http',
      test: 'conformance/rport-websocket',
    },
  ],
};

const TAKEOUT: Dialect = {
  system: 'TakeoutFM',
  about: `Settings: [\`compat.takeout\`](configuration.md#compattakeout). Who may read which bucket is a list of each person
(\`PUT /api/people/{name}/buckets\`, \`bivouac user change --media\`); other buckets do not exist for him. A location leads to a
signed address that is good for an hour, or with \`?once\` for one use. A refresh token is good once. Screens:
[pairing.md](pairing.md).`,
  endpoints: {
    'conformance/takeout-document': [
      'POST /api/token',
      'GET /api/token',
      'POST /login',
      'GET /api/tracks/:id/location',
      'GET /api/movies/:id/location',
      'GET /api/tv/episodes/:id/location',
      'GET /api/episodes/:id/location',
      'GET /api/media/:id/location',
      'GET /d/*',
    ],
    'integration/pairing-takeout': ['GET /api/code', 'POST /api/code', 'POST /api/link', 'POST /link'],
  },
};

export const DIALECTS: readonly Dialect[] = [OPENTAKSERVER, FREETAKSERVER, OPENTAXII, RPORT, TAKEOUT];

/** `POST /api/login` → `conformance/opentakserver-login`. */
export function testOf({ endpoints }: Dialect): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(endpoints).flatMap(([test, names]) => names.map((name) => [name, test] as const)),
  );
}
