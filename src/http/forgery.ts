import type { Csrf } from '../auth/session-ports.ts';
import { BivouacError } from '../core/errors.ts';
import type { ForgeryMarks } from './credentials.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function changesSomething(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Refuses what another site may have made a browser send: without a token that only our own pages can read.
 * A token is good when it was made for this session, or for this browser before it signed in: a program that
 * follows OpenTAKServer's document fetches one, signs in, and goes on with the same.
 * @throws BivouacError `csrf.missing`, `csrf.invalid`, `csrf.no_referrer`, `csrf.referrer`
 */
export function refuseForgery(
  { token, browserId, referrer, host, isTls }: ForgeryMarks,
  csrf: Pick<Csrf, 'isGood'>,
  { sessionId, checksReferrer }: { readonly sessionId: string | undefined; readonly checksReferrer: boolean },
): void {
  if (token === undefined || token === '') throw new BivouacError('csrf.missing');
  const bindings = [sessionId, browserId].filter((binding) => binding !== undefined);
  if (!bindings.some((binding) => csrf.isGood(token, binding))) throw new BivouacError('csrf.invalid');
  // As Flask-WTF has it: in plain HTTP whoever is on the way can write any referrer.
  if (!checksReferrer || !isTls) return;
  if (referrer === undefined || referrer === '') throw new BivouacError('csrf.no_referrer');
  if (!URL.canParse(referrer) || new URL(referrer).host !== host?.toLowerCase()) {
    throw new BivouacError('csrf.referrer');
  }
}
