import { BivouacError } from '../core/errors.ts';
import { placeOf } from './address.ts';
import type { CodeOnDisplay } from './shown-code.ts';
import type { Attempt, SignInLedger } from './sign-in-ledger.ts';
import type { Visitor } from './sign-in-ports.ts';

/**
 * Somebody types the code of the display. Wrong ones count against his address alone: nobody far away may
 * keep the one who stands before the box from it.
 * @throws BivouacError `auth.banned`, `auth.delayed` (with `retryAfterMs`), `setup.code_wrong`
 */
export function checkShownCode(
  offer: Visitor & { readonly code: string },
  display: CodeOnDisplay,
  action: string,
  ledger: SignInLedger,
): Attempt {
  const place = placeOf(offer.remote);
  // No name has a line break: the counter is nobody's else.
  const attempt: Attempt = {
    place,
    userKey: `${action}\n${place.key}`,
    device: undefined,
    action,
    detail: {},
  };
  const restraint = ledger.restraint(attempt);
  if (restraint !== undefined) {
    const code = restraint.cause === 'banned' ? 'auth.banned' : 'auth.delayed';
    throw new BivouacError(code, undefined, { retryAfterMs: restraint.retryAfterMs });
  }
  if (!display.isCode(offer.code)) {
    ledger.refused(attempt, undefined, '', 'wrong_code');
    throw new BivouacError('setup.code_wrong');
  }
  return attempt;
}
