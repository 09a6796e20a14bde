import type { Refusal } from '../auth/sign-in-ports.ts';
import { BivouacError } from '../core/errors.ts';

/** A refused sign-in as what a route throws: what may be told of it, and when to try again. */
export function refusalOf({ code, retryAfterMs }: Pick<Refusal, 'code' | 'retryAfterMs'>): BivouacError {
  const details =
    retryAfterMs === undefined ? undefined : { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) };
  return new BivouacError(code, undefined, details);
}
