import type { Role } from '../../src/auth/ports.ts';
import type { ListenerName } from '../../src/http/peer.ts';
import { ROLES, type Way } from './callers.ts';

/**
 * Who reaches what: written down once more, by hand and without a look at what the routes say of themselves. Every
 * route that is not in public-routes.ts stands in one class.
 */
export interface RouteClass {
  readonly name: string;
  readonly on: readonly ListenerName[];
  readonly roles: readonly Role[];
  readonly ways: readonly Way[];
  /** A change asks for a sign-in of the last minutes. */
  readonly isPower?: true;
  /** Who shows nothing is let in as nobody; what is shown must be good. */
  readonly letsNobodyIn?: true;
  /** Lines of a method and its paths. */
  readonly routes: string;
}

const EVERYBODY = ROLES;
const CHIEFS: readonly Role[] = ['administrator'];
const LEADERS: readonly Role[] = ['administrator', 'operator'];
const MEMBERS: readonly Role[] = ['administrator', 'operator', 'user'];

const PLAIN_AND_TLS: readonly ListenerName[] = ['https', 'http'];
const SIGNED_IN: readonly ListenerName[] = ['https', 'httpsCert', 'http'];
const AND_CONSOLE: readonly ListenerName[] = ['control', ...SIGNED_IN];
const FTS: readonly ListenerName[] = ['ftsRest', 'ftsRestPlain'];

const OURS: readonly Way[] = ['password', 'api_token', 'cookie', 'ots', 'certificate'];
const RPORT: readonly Way[] = ['password', 'api_token', 'rport'];
const TAXII: readonly Way[] = ['password', 'api_token', 'taxii', 'certificate'];

const own = (name: string, routes: string, more: Partial<RouteClass> = {}): RouteClass => ({
  name,
  on: AND_CONSOLE,
  roles: EVERYBODY,
  ways: OURS,
  routes,
  ...more,
});

export const ROUTE_CLASSES: readonly RouteClass[] = [
  own(
    'administration: it shows, and helps people to get on',
    `GET /api/status /api/clients /api/emergencies /api/doctor /api/diagnosis /api/history /api/calls
     GET /api/people /api/people/:name /api/people/:name/sessions /api/people/:name/tokens
     GET /api/people/:name/buckets /api/people/:name/collections /api/collections /api/channels
     GET /api/user-store /api/certs /api/certs/ca /api/certs/expiring /api/cas /api/invitations/:id
     GET /api/system/time /api/system/hotspot /api/system/power /api/system/screens
     POST /api/certs /api/certs/revoke /api/packages /api/people/:name/invitations /api/qr /api/system/time
     DELETE /api/display/invitation`,
    { roles: CHIEFS },
  ),
  own(
    'power: it changes who may do what, or the machine',
    `POST /api/people /api/people/:name/expire-password /api/people/:name/tokens
     POST /api/user-store/reload /api/system/power /api/websocketkey
     PATCH /api/people/:name
     PUT /api/people/:name/factors/codes /api/people/:name/buckets /api/people/:name/collections
     PUT /api/system/hotspot /api/system/screens /api/channels/:name
     DELETE /api/channels/:name /api/people/:name /api/people/:name/factors /api/people/:name/sessions /api/people/:name/tokens/:prefix`,
    { roles: CHIEFS, isPower: true },
  ),
  own(
    'the console alone: who stands at the box',
    `GET /api/setup/code
     POST /api/setup/claim-by-console /api/cas/roll-over /api/cas/:id/retire /api/cas/import /api/cas/export
     POST /api/people/:name/factors/totp /api/people/:name/factors/totp/activate`,
    { on: ['control'], roles: [], ways: [] },
  ),
  own('what the kit shows', 'GET /api/display /api/display/picture', { roles: LEADERS }),
  own(
    'letting screens in',
    `GET /api/pairings
     POST /api/pairings/open /api/pairings/find /api/pairings/:id/approve /api/pairings/:id/refuse
     PATCH /api/pairings/:id
     DELETE /api/pairings/open /api/pairings/:id`,
    { roles: MEMBERS },
  ),
  own('what the API is', 'GET /api/openapi.json'),
  own(
    'people and their devices',
    `GET /api/me/certs
     DELETE /api/me/certs/:serial
     GET /Marti/api/clientEndPoints /Marti/api/contacts/all /Marti/api/cot/xml/:uid
     GET /Marti/api/groups/all /Marti/api/groups/groupCacheEnabled
     GET /Marti/api/device/profile/connection /Marti/api/device/profile/tool/:tool`,
    { on: SIGNED_IN },
  ),
  own('a certificate in place of the old one', 'POST /api/me/certs/renew', {
    on: ['httpsCert'],
    ways: ['certificate'],
  }),
  own(
    'devices that enrol',
    `GET /Marti/api/tls/config /Marti/api/tls/profile/enrollment
     POST /Marti/api/tls/signClient /Marti/api/tls/signClient/v2`,
    { on: PLAIN_AND_TLS, ways: ['password'] },
  ),
  own('a ticket for the stream', 'POST /api/ws-ticket', {
    on: SIGNED_IN,
    ways: ['password', 'cookie', 'ots', 'takeout', 'certificate'],
  }),
  own(
    'people about themselves',
    `GET /api/me/sessions /api/me/tokens /api/me/factors /api/me/passkeys
     PUT /api/me/tokens/:prefix
     DELETE /api/me/sessions /api/me/sessions/:id /api/me/tokens/:prefix`,
    { on: PLAIN_AND_TLS },
  ),
  own(
    'what weakens an account, or takes it over',
    `POST /api/me/tokens /api/me/factors/totp /api/me/factors/totp/activate /api/me/factors/recovery-codes
     POST /api/me/factors/codes/confirm /api/me/passkeys /api/me/passkeys/options
     PUT /api/me/factors/codes
     DELETE /api/me/factors/totp /api/me/factors/codes /api/me/passkeys/:id`,
    { on: PLAIN_AND_TLS, isPower: true },
  ),
  own(
    'a browser about its session',
    `POST /api/session/confirm
     PUT /api/me/password`,
    { on: PLAIN_AND_TLS, ways: ['cookie'] },
  ),
  own('signing out', 'DELETE /api/session', { on: PLAIN_AND_TLS, ways: ['cookie'], letsNobodyIn: true }),

  own(
    'OpenTAKServer: people about themselves',
    `GET /api/me /api/tf-setup /api/certificate /api/atak_qr_string /api/itak_qr_string
     DELETE /api/atak_qr_string
     POST /api/mf-recovery-codes /api/atak_qr_string /api/certificate /api/user/assign_eud`,
    { on: PLAIN_AND_TLS },
  ),
  own('OpenTAKServer: a new password', 'POST /api/password/change', {
    on: PLAIN_AND_TLS,
    ways: ['cookie', 'ots'],
  }),
  own(
    'OpenTAKServer: somebody, or somebody between password and code',
    'POST /api/logout /api/tf-setup /api/tf-setup/:state /api/tf-validate',
    { on: PLAIN_AND_TLS, letsNobodyIn: true },
  ),
  own('OpenTAKServer: administration', 'GET /api/users /api/users/all /api/users/groups', {
    on: PLAIN_AND_TLS,
    roles: CHIEFS,
  }),
  own(
    'OpenTAKServer: power',
    `POST /api/user/add /api/user/delete /api/user/password/reset /api/user/role
     POST /api/user/deactivate /api/user/activate
     PUT /api/users/groups`,
    { on: PLAIN_AND_TLS, roles: CHIEFS, isPower: true },
  ),

  own(
    'RPort: people about themselves',
    `GET /api/v1/me /api/v1/me/ip /api/v1/me/tokens /api/v1/me/token /api/v1/me/totp-secret
     GET /api/v1/clients /api/v1/auditlog
     POST /api/v1/me/token
     PUT /api/v1/me /api/v1/me/tokens/:prefix
     DELETE /api/v1/me/token /api/v1/me/tokens/:prefix`,
    { on: PLAIN_AND_TLS, ways: RPORT },
  ),
  own(
    'RPort: what weakens an account, or takes it over',
    `POST /api/v1/me/tokens
     DELETE /api/v1/me/totp-secret`,
    { on: PLAIN_AND_TLS, ways: RPORT, isPower: true },
  ),
  own(
    'RPort: power',
    `GET /api/v1/users /api/v1/users/:user /api/v1/users/:user/sessions
     GET /api/v1/user-groups /api/v1/user-groups/:group
     POST /api/v1/users
     PUT /api/v1/users/:user /api/v1/user-groups/:group
     DELETE /api/v1/users/:user /api/v1/users/:user/totp-secret /api/v1/user-groups/:group
     DELETE /api/v1/users/:user/sessions /api/v1/users/:user/sessions/:session`,
    { on: PLAIN_AND_TLS, roles: CHIEFS, ways: RPORT, isPower: true },
  ),

  own(
    'OpenTAXII: services',
    `GET /services/discovery-a /services/collection-management-a /services/poll-a
     POST /services/discovery-a /services/collection-management-a /services/poll-a
     OPTIONS /services/discovery-a /services/collection-management-a /services/poll-a`,
    { on: SIGNED_IN, ways: TAXII },
  ),
  own(
    'OpenTAXII: management',
    `GET /management/health
     POST /management/auth`,
    { on: SIGNED_IN, ways: TAXII, letsNobodyIn: true },
  ),

  own(
    'TakeoutFM: where a song or film lies',
    `GET /api/tracks/:id/location /api/movies/:id/location /api/tv/episodes/:id/location
     GET /api/episodes/:id/location /api/media/:id/location`,
    { on: SIGNED_IN, ways: ['media', 'cookie', 'certificate'] },
  ),
  own('TakeoutFM: the library', 'GET /api/media /api/media/:bucket', { ways: [...OURS, 'takeout'] }),

  own('FreeTAKServer: whoever has a token', 'GET /checkStatus /Clients', { on: FTS, ways: ['api_token'] }),
  own(
    'FreeTAKServer: power',
    `GET /ManageSystemUser/getAll /ManageSystemUser/getSystemUser /AuthenticateUser /GenerateQR /APIUser
     POST /ManageSystemUser/postSystemUser /AuthenticateUser /APIUser
     PUT /ManageSystemUser/putSystemUser
     DELETE /ManageSystemUser/deleteSystemUser /APIUser`,
    { on: FTS, roles: CHIEFS, ways: ['api_token'], isPower: true },
  ),
];

/** `METHOD /path` → its class. */
export function classByRoute(): ReadonlyMap<string, RouteClass> {
  const byRoute = new Map<string, RouteClass>();
  for (const routeClass of ROUTE_CLASSES) {
    for (const line of routeClass.routes.split('\n')) {
      const [method = '', ...paths] = line.trim().split(' ');
      for (const path of paths) {
        const route = `${method} ${path}`;
        if (byRoute.has(route)) throw new Error(`${route} stands in two classes`);
        byRoute.set(route, routeClass);
      }
    }
  }
  return byRoute;
}
