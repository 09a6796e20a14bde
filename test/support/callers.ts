import assert from 'node:assert/strict';
import { randomUUID, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CONSOLE, type Role } from '../../src/auth/ports.ts';
import type { TokenScope } from '../../src/auth/session-ports.ts';
import type { Proof } from '../../src/auth/sign-in-ports.ts';
import { CONTROL_PEER, isTlsListener, type ListenerName, type Peer } from '../../src/http/peer.ts';
import { DATABASE_FILE } from '../../src/store/db.ts';
import { type HttpKit, PASSWORD } from './http-kit.ts';

/** How somebody shows who he is. `refresh` is here because it must open nothing. */
export const WAYS = [
  'password',
  'api_token',
  'cookie',
  'ots',
  'rport',
  'taxii',
  'takeout',
  'media',
  'refresh',
  'certificate',
] as const;
export type Way = (typeof WAYS)[number];

export const ROLES = ['administrator', 'operator', 'user', 'viewer'] as const satisfies readonly Role[];

/** Settings that a kit needs to know all these callers: a proxy on the loopback may name people. */
export const CALLER_SETTINGS = [
  'compat.rport.auth_header=my-user',
  'compat.rport.user_header=my-user',
  'compat.rport.trusted_proxies=["127.0.0.1"]',
];

/** Somebody with something in his hand. */
export interface Caller {
  /** For messages. */
  readonly name: string;
  /** Undefined for nobody. */
  readonly role?: Role;
  readonly way?: Way;
  readonly headers: Readonly<Record<string, string>>;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Of a personal token that may not do all that its owner may. */
  readonly scope?: TokenScope;
  /** Signed in long ago. */
  readonly isStale?: boolean;
  /** None of the staff, of whom there is one by every way. */
  readonly isOdd?: boolean;
}

export const NOBODY: Caller = { name: 'nobody', headers: {} };

/** A member of the staff for each role, with one of everything; then screens, programs and other odd ones. */
export async function makeCallers(http: HttpKit): Promise<readonly Caller[]> {
  const callers: Caller[] = [];
  for (const role of ROLES) callers.push(...(await memberOf(http, role)));
  const odd = [...(await screen(http)), await service(http), await namedByProxy(http)];
  odd.push(...(await narrowed(http)), ...(await signedInLongAgo(http)));
  return [...callers, ...odd.map((caller) => ({ ...caller, isOdd: true }))];
}

/** The name of the caller of this role. */
export function memberName(role: Role): string {
  return `the-${role}`;
}

async function memberOf(http: HttpKit, role: Role): Promise<readonly Caller[]> {
  const { sessions, apiTokens, csrf } = http.kit.auth;
  const name = memberName(role);
  const principalId = await http.addUser(name, role);
  const proof = await proofFor(http, name);
  const cookie = await sessions.openBrowser(proof, { isRemembered: false });
  const { access, media, refresh } = await sessions.openFamily(proof);
  const token = await apiTokens.create({ principalId, name: 'all', scope: 'read+write' }, CONSOLE);
  const browserId = randomUUID();
  const by = (way: Way, headers: Readonly<Record<string, string>>): Caller => ({
    name: `${role} by ${way}`,
    role,
    way,
    headers,
  });
  return [
    by('password', { ...basic(name), ...marks('browser', browserId, csrf.issue(browserId)) }),
    by('cookie', marks('sid', cookie.token, csrf.issue(cookie.sessionId))),
    by('api_token', bearer(token.token)),
    by('ots', bearer((await sessions.openOts(proof)).token)),
    by('rport', bearer((await sessions.openRport(proof)).token)),
    by('taxii', bearer((await sessions.openTaxii(proof)).token)),
    by('takeout', bearer(access.token)),
    by('media', bearer(media.token)),
    by('refresh', bearer(refresh.token)),
    { ...by('certificate', {}), certificate: await http.issue(name) },
  ];
}

/** A television that an operator let in. */
async function screen(http: HttpKit): Promise<readonly Caller[]> {
  const shown = (await http.ask('https', '/api/code')).json<{ AccessToken: string; Code: string }>();
  const json = { 'content-type': 'application/json' };
  const link = { user: memberName('operator'), pass: PASSWORD, code: shown.Code };
  const linked = await http.ask('https', '/api/link', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(link),
  });
  assert.equal(linked.status, 204, linked.text);
  const fetched = await http.ask('https', '/api/code', {
    method: 'POST',
    headers: { ...json, ...bearer(shown.AccessToken) },
    body: JSON.stringify({ Code: shown.Code }),
  });
  assert.equal(fetched.status, 200, fetched.text);
  const { AccessToken, MediaToken } = fetched.json<{ AccessToken: string; MediaToken: string }>();
  return [
    { name: 'a screen', role: 'viewer', way: 'takeout', headers: bearer(AccessToken) },
    { name: 'a screen for media', role: 'viewer', way: 'media', headers: bearer(MediaToken) },
  ];
}

/** A program, as FreeTAKServer's document makes one. */
async function service(http: HttpKit): Promise<Caller> {
  const chief = await http.kit.auth.users.byName(memberName('administrator'));
  const order = { principalId: chief!.id, name: 'for programs', scope: 'read+write' };
  const { token: administrators } = await http.kit.auth.apiTokens.create(order, CONSOLE);
  const token = 'Kp5Wc9Ny2Vt7Gx4Rb8Lq3Hz6';
  const made = await http.ask('ftsRest', '/APIUser', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(administrators) },
    body: JSON.stringify({ username: 'program', token }),
  });
  assert.equal(made.status, 200, made.text);
  return { name: 'a program', role: 'viewer', way: 'api_token', headers: bearer(token) };
}

/** Somebody whom the reverse proxy names. */
async function namedByProxy(http: HttpKit): Promise<Caller> {
  const headers = { 'my-user': memberName('user') };
  const answer = await http.ask('http', '/api/v1/login', { headers });
  assert.equal(answer.status, 200, answer.text);
  const { token } = answer.json<{ data: { token: string } }>().data;
  return { name: 'a user of the proxy', role: 'user', way: 'rport', headers: bearer(token) };
}

/** Tokens of an administrator that may do less than he. */
async function narrowed(http: HttpKit): Promise<readonly Caller[]> {
  const chief = await http.kit.auth.users.byName(memberName('administrator'));
  return Promise.all(
    (['read', 'clients-auth', 'cot'] as const).map(async (scope) => {
      const order = { principalId: chief!.id, name: `only ${scope}`, scope };
      const { token } = await http.kit.auth.apiTokens.create(order, CONSOLE);
      const [role, way] = ['administrator', 'api_token'] as const;
      return { name: `a token for ${scope}`, role, way, scope, headers: bearer(token) };
    }),
  );
}

/** An administrator who has been signed in for longer than a change of power allows. */
async function signedInLongAgo(http: HttpKit): Promise<readonly Caller[]> {
  const { sessions, csrf } = http.kit.auth;
  const proof = await proofFor(http, memberName('administrator'));
  const cookie = await sessions.openBrowser(proof, { isRemembered: false });
  const rport = await sessions.openRport(proof);
  const database = new DatabaseSync(join(http.kit.config.dataDir, DATABASE_FILE), { timeout: 5_000 });
  const order = database.prepare('UPDATE sessions SET authenticated_ms = authenticated_ms - ? WHERE id = ?');
  for (const { sessionId } of [cookie, rport]) assert.equal(order.run(STALE_MS, sessionId).changes, 1);
  database.close();
  const old = { name: 'an administrator of long ago', role: 'administrator', isStale: true } as const;
  return [
    { ...old, way: 'cookie', headers: marks('sid', cookie.token, csrf.issue(cookie.sessionId)) },
    { ...old, way: 'rport', headers: bearer(rport.token) },
  ];
}

/** One minute more than the five that a change of power allows. */
const STALE_MS = 6 * 60_000;

async function proofFor(http: HttpKit, username: string): Promise<Proof> {
  const visit = { door: 'web', remote: '127.0.0.1', username, password: PASSWORD } as const;
  const result = await http.kit.auth.signIn.withPassword(visit);
  assert.equal(result.state, 'signed_in');
  return result.proof;
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function basic(name: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}` };
}

/** A browser's cookie, by its name with TLS and without, and what tells its page from those of others. */
function marks(
  cookie: 'sid' | 'browser',
  value: string,
  csrfToken: string,
): Readonly<Record<string, string>> {
  return {
    cookie: `__Host-${cookie}=${value}; ${cookie}=${value}`,
    'x-xsrf-token': csrfToken,
    host: 'localhost',
    referer: 'https://localhost/',
  };
}

/** The connection that a caller has on a listener. */
export function peerFor(listener: ListenerName, { certificate }: Caller): Peer {
  if (listener === 'control') return CONTROL_PEER;
  const isShown = listener === 'httpsCert' && certificate !== undefined;
  const x509 = isShown ? new X509Certificate(certificate.cert) : undefined;
  return {
    listener,
    remoteAddress: '127.0.0.1',
    localAddress: '127.0.0.1',
    localPort: 443,
    isTls: isTlsListener(listener),
    certificate: x509 && { der: x509.raw, serial: x509.serialNumber.toLowerCase() },
  };
}
