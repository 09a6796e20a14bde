import type { ErrorCode } from '../core/errors.ts';
import type { RefusalCause } from './ports.ts';
import type { Refusal } from './sign-in-ports.ts';

/** What may be told; every other cause is `auth.failed`. */
const CODES: Partial<Record<RefusalCause, ErrorCode>> = {
  banned: 'auth.banned',
  delayed: 'auth.delayed',
  busy: 'auth.busy',
  unconfirmed: 'auth.unconfirmed',
  password_expired: 'auth.password_expired',
  wrong_code: 'factor.wrong',
  login_over: 'factor.login_unknown',
};

export function refusal(cause: RefusalCause, code?: ErrorCode, retryAfterMs?: number): Refusal {
  const told = code ?? CODES[cause] ?? 'auth.failed';
  return { state: 'refused', code: told, cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
