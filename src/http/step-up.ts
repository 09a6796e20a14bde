import { STEP_UP_MS } from '../auth/permissions.ts';
import { BivouacError } from '../core/errors.ts';
import { authenticatedMsOf, type Caller } from './access.ts';

/** @throws BivouacError `auth.step_up` when the sign-in is too old for what changes who has power */
export function refuseStale(caller: Caller, nowMs: number): void {
  refuseOldSignIn(authenticatedMsOf(caller, nowMs), nowMs);
}

/** The same, where a handler judges the sign-in. */
export function refuseOldSignIn(authenticatedMs: number, nowMs: number): void {
  const ageMs = nowMs - authenticatedMs;
  // A clock that was set back must not make an old sign-in young for ever.
  if (ageMs < 0 || ageMs > STEP_UP_MS) throw new BivouacError('auth.step_up');
}
