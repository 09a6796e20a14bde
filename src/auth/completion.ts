import type { Clock } from '../core/clock.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import { placeOf } from './address.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { foldName } from './names.ts';
import type { Attempt, SignInLedger } from './sign-in-ledger.ts';
import type { Proof, SignInMethod, Visitor } from './sign-in-ports.ts';
import { userOf } from './user-view.ts';

/** The end of every sign-in: it is counted, written down, and becomes a proof. */
export type Completion = (order: {
  readonly attempt: Attempt;
  readonly principal: PrincipalRecord;
  readonly methods: readonly SignInMethod[];
  readonly visitor: Visitor;
}) => Proof;

export function createCompletion({
  ledger,
  deviceCookies,
  clock,
}: {
  readonly ledger: SignInLedger;
  readonly deviceCookies: DeviceCookies;
  readonly clock: Clock;
}): Completion {
  return ({ attempt, principal, methods, visitor }) => {
    ledger.welcomed(attempt, principal, methods.join('+'));
    return {
      user: userOf(principal),
      credEpoch: principal.credEpoch,
      methods,
      atMs: clock.now(),
      door: visitor.door,
      remote: placeOf(visitor.remote).address,
      userAgent: visitor.userAgent ?? '',
      deviceCookie: deviceCookies.issue(foldName(principal.name), visitor.deviceCookie),
    };
  };
}
