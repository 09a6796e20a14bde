import type { BivouacError, ErrorCode } from '../../core/errors.ts';
import type { RefusalShape } from '../env.ts';

const JSON_TYPE = 'application/json; charset=UTF-8';

/** `{"data": …}`, as RPort wraps nearly everything. */
export function rportData(data: unknown, meta?: { readonly count: number }): Response {
  return json(meta === undefined ? { data } : { data, meta });
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': JSON_TYPE } });
}

/** 201 and 204 of RPort have no body. */
export function empty(status: 201 | 204): Response {
  return new Response(null, { status });
}

export function rportError(status: number, title: string, detail = ''): Response {
  return json({ errors: [{ code: '', title, detail }] }, status);
}

const UNAUTHORIZED = 'unauthorized';
const LATER = 'too many requests, please try later';
const NO_SECRET = 'time based one time secret key should be generated for this user';

/** What RPort 1.0 answers where it refuses the same thing; for the rest our own status and sentence. */
const ANSWERS: Partial<Record<ErrorCode, readonly [status: number, title: string, detail?: string]>> = {
  'auth.required': [401, UNAUTHORIZED],
  'auth.failed': [401, UNAUTHORIZED],
  'auth.token_invalid': [401, UNAUTHORIZED],
  'auth.forbidden': [403, 'current user should belong to Administrators group to access this resource'],
  // RPort says 500 to a token of the wrong scope.
  'auth.scope': [403, 'the scope of the provided token is not authorized for this operation'],
  'auth.password_expired': [401, 'password has expired, please change your password'],
  'auth.delayed': [429, LATER],
  'auth.busy': [429, LATER],
  'factor.too_many_codes': [429, LATER],
  'factor.code_expired': [401, '2fa token expired'],
  'factor.login_unknown': [401, 'login request not found for provided username'],
  'factor.not_set_up': [409, NO_SECRET],
  'factor.exists': [409, 'cannot create new totP secret when another one already exists'],
  'factor.not_offered': [409, '2fa is disabled'],
  'factor.no_target': [400, 'no two_fa_send_to set for this user'],
  'factor.not_sent': [500, 'failed to send 2fa verification code'],
  'user.exists': [400, 'Another user with this username already exists'],
  'user.unknown': [404, 'user not found'],
  'token.name_invalid': [400, 'missing or invalid name.', 'field name is required, 250 characters max'],
  'token.scope_invalid': [400, 'missing or invalid scope.'],
};

export const rportRefusal: RefusalShape = (error) => {
  // The one answer that is plain text: it comes before anything that knows JSON.
  if (error.code === 'auth.banned') {
    return new Response('Too many bad attempts. Please try later.\n', {
      status: 423,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  }
  const [status, title, detail] = ANSWERS[error.code] ??
    passwordAnswer(error) ?? [error.status, error.message];
  return rportError(status, title, detail);
};

function passwordAnswer({ code, message, details }: BivouacError): [number, string, string] | undefined {
  if (code !== 'password.weak') return undefined;
  const minLength = details?.['minLength'];
  return typeof minLength === 'number'
    ? [400, 'Your password is too short', `password must be at least ${minLength} characters`]
    : [400, 'Your password is too weak', message];
}
