import { spacedCode } from '../../../auth/pairing-codes.ts';
import type { Access } from '../../access.ts';
import type { AppDeps } from '../../app-deps.ts';
import type { AppContext, RefusalShape } from '../../env.ts';
import type { Router } from '../../router.ts';
import { visitOf } from './approver.ts';
import { tokenAnswer } from './token-answer.ts';

/** OAuth for devices without a keyboard: RFC 8628, with RFC 6749 (refresh), 7009 (revocation) and 8414. */

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Seconds between two questions of a device. */
const INTERVAL_S = 5;

/** `error` of RFC 6749 (5.2) and RFC 8628 (3.5). */
type OauthError =
  | 'invalid_request'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'
  | 'temporarily_unavailable';

const oauthRefusal: RefusalShape = ({ code, status, message }, c) =>
  oauthError(c, code === 'pairing.too_many' ? 'temporarily_unavailable' : 'invalid_request', message, status);

const STRANGERS: Access = { on: ['https', 'http'], who: 'public', refusal: oauthRefusal };

export interface OauthDeps extends Pick<AppDeps, 'pairing' | 'clock'> {
  readonly doors: Pick<AppDeps['doors'], 'sessions'>;
  /** Answers name and password, with a grant of that name or of none: OpenTAKServer's sign-in lives here too. */
  readonly passwordGrant: (c: AppContext) => Promise<Response>;
}

export function registerOauthRoutes(router: Router, { pairing, clock, doors, passwordGrant }: OauthDeps) {
  const { sessions } = doors;

  router.route(STRANGERS, 'GET', '/.well-known/oauth-authorization-server', (c) => {
    const issuer = originOf(c);
    return c.json({
      issuer,
      device_authorization_endpoint: `${issuer}/oauth/device_authorization`,
      token_endpoint: `${issuer}/oauth/token`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      grant_types_supported: [DEVICE_GRANT, 'refresh_token', 'password'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
    });
  });

  router.route(STRANGERS, 'POST', '/oauth/device_authorization', async (c) => {
    const fields = await formOf(c);
    const clientId = fields.get('client_id');
    if (clientId === null || clientId === '') return oauthError(c, 'invalid_request', 'client_id is missing');
    const { code, deviceCode, expiresMs } = await pairing.request({
      form: 'long',
      device: {
        name: fields.get('device_name') ?? undefined,
        kind: fields.get('device_kind') ?? undefined,
      },
      ...visitOf(c),
    });
    const page = `${originOf(c)}/pair`;
    return c.json({
      device_code: deviceCode,
      user_code: spacedCode(code),
      verification_uri: page,
      verification_uri_complete: `${page}?code=${spacedCode(code)}`,
      expires_in: Math.floor((expiresMs - clock.now()) / 1_000),
      interval: INTERVAL_S,
    });
  });

  async function byDeviceCode(c: AppContext, deviceCode: string): Promise<Response> {
    const result = await pairing.poll({ by: { deviceCode }, ...visitOf(c) });
    switch (result.state) {
      case 'paired':
        return c.json(tokenAnswer(result.tokens, clock.now()));
      case 'pending':
        return oauthError(c, 'authorization_pending');
      case 'too_soon':
        return oauthError(c, 'slow_down');
      case 'refused':
        return oauthError(c, 'access_denied');
      case 'over':
        return oauthError(c, 'expired_token');
      case 'unknown':
        return oauthError(c, 'invalid_grant', 'The device code is unknown, or was used');
    }
  }

  async function byRefreshToken(c: AppContext, token: string): Promise<Response> {
    const result = await sessions.refresh({ token, ...visitOf(c) });
    if (result.refused !== undefined) {
      return oauthError(c, 'invalid_grant', 'The refresh token is unknown, used or over');
    }
    return c.json(tokenAnswer(result, clock.now()));
  }

  router.route(STRANGERS, 'POST', '/oauth/token', async (c) => {
    const fields = await formOf(c);
    const grant = fields.get('grant_type') ?? c.req.query('grant_type') ?? '';
    if (grant === DEVICE_GRANT) {
      const deviceCode = fields.get('device_code');
      return deviceCode === null
        ? oauthError(c, 'invalid_request', 'device_code is missing')
        : byDeviceCode(c, deviceCode);
    }
    if (grant === 'refresh_token') {
      const token = fields.get('refresh_token');
      return token === null
        ? oauthError(c, 'invalid_request', 'refresh_token is missing')
        : byRefreshToken(c, token);
    }
    return grant === '' || grant === 'password' ? passwordGrant(c) : oauthError(c, 'unsupported_grant_type');
  });

  // A device signs itself off. As RFC 7009 has it, a token that is none is no error.
  router.route(STRANGERS, 'POST', '/oauth/revoke', async (c) => {
    const token = (await formOf(c)).get('token');
    if (token === null) return oauthError(c, 'invalid_request', 'token is missing');
    const { session } = await sessions.check({ token, kinds: ['refresh', 'takeout'] });
    if (session === undefined) return c.body(null, 200);
    const { user, sessionId } = session;
    const actor = { id: user.id, name: user.name, remote: c.get('remote') };
    if (user.kind === 'display') await pairing.leave(user.id, actor);
    else await sessions.end({ principalId: user.id, sessionId }, actor);
    return c.body(null, 200);
  });
}

/** Parameters come form-encoded; a repeated one counts as the first (RFC 6749 forbids it). */
async function formOf(c: AppContext): Promise<URLSearchParams> {
  return new URLSearchParams(await c.req.text());
}

function originOf(c: AppContext): string {
  return new URL(c.req.url).origin;
}

function oauthError(c: AppContext, error: OauthError, description?: string, status = 400): Response {
  const body = description === undefined ? { error } : { error, error_description: description };
  return c.json(body, status as 400, { 'cache-control': 'no-store', pragma: 'no-cache' });
}
