import type { BivouacError, ErrorCode } from '../../core/errors.ts';
import type { AppContext, RefusalShape } from '../env.ts';

/** Flask-Security wraps what it answers; OpenTAKServer's own routes say `success`. */
export function otsAnswer(c: AppContext, response: object, status: 200 | 201 = 200): Response {
  return c.json({ meta: { code: status }, response }, status);
}

/** Refused by a form: `field` names the input, '' the form as a whole. */
export function otsFormError(c: AppContext, field: string, text: string): Response {
  const response = { errors: [text], field_errors: { [field]: [text] } };
  return c.json({ meta: { code: 400 }, response }, 400);
}

export function otsSuccess(c: AppContext, more: object = {}): Response {
  return c.json({ success: true, ...more });
}

/** A failure of one of OpenTAKServer's own routes. Some of them it tells with 200. */
export function otsFailure(c: AppContext, error: string, status: 200 | 400 | 403 | 404 = 400): Response {
  return c.json({ error, success: false }, status);
}

/** One text for everything that can be wrong with a sign-in: nobody learns which names exist. */
export const LOGIN_FAILED = 'Authentication failed - identity or password/passcode invalid';

const TEXTS: Partial<Record<ErrorCode, string>> = {
  'auth.required': 'You must sign in to view this resource.',
  'auth.token_invalid': 'You must sign in to view this resource.',
  'auth.failed': LOGIN_FAILED,
  'auth.forbidden': 'You do not have permission to view this resource.',
  'auth.scope': 'You do not have permission to view this resource.',
  'csrf.missing': 'The CSRF token is missing.',
  'csrf.invalid': 'The CSRF token is invalid.',
  'csrf.no_referrer': 'The referrer header is missing.',
  'csrf.referrer': 'The referrer does not match the host.',
};

function textOf(error: BivouacError): string {
  return TEXTS[error.code] ?? error.message;
}

/** As Flask-Security refuses. */
export const otsRefusal: RefusalShape = (error, c) =>
  c.json({ meta: { code: error.status }, response: { errors: [textOf(error)] } }, error.status as 400);

/** What is wrong with what was asked, as OpenTAKServer's own routes tell it. Who may not ask at all is told above. */
export const otsRouteRefusal: RefusalShape = (error, c) => {
  const isOfAccess = /^(auth|csrf)\./.test(error.code);
  if (isOfAccess) return otsRefusal(error, c);
  // It knows one status for whatever is wrong with an order.
  const status = error.status === 404 || error.status === 409 ? 400 : error.status;
  return c.json({ error: textOf(error), success: false }, status as 400);
};
