import { BivouacError } from '../core/errors.ts';
import type { Approver } from './pairing-ports.ts';
import { type Action, may, type What } from './permissions.ts';

/**
 * Whoever may approve a device as one of his own.
 * @throws BivouacError `auth.forbidden`
 */
export function refuseApprover(by: Approver, nowMs: number): void {
  if (!isAllowed(by, { ownerId: by.user?.id ?? '' }, nowMs)) throw new BivouacError('auth.forbidden');
}

/**
 * A code that the kit shows can be typed by anybody who sees the kit: administrators and operators open it.
 * @throws BivouacError `auth.forbidden`
 */
export function refuseOpener(by: Approver, nowMs: number): void {
  if (!managesAll(by, nowMs)) throw new BivouacError('auth.forbidden');
}

/** Whether the displays of others are his business as well. */
export function managesAll(by: Approver, nowMs: number): boolean {
  return isAllowed(by, {}, nowMs);
}

function isAllowed({ user, scope }: Approver, what: What, nowMs: number): boolean {
  // Who stands at the kit, or runs its command line, has it in his hands.
  if (user === undefined) return true;
  const action: Action = 'pairing.approve';
  const who = {
    kind: user.kind,
    id: user.id,
    role: user.role,
    channelsIn: [],
    channelsOut: [],
    flags: [],
    grants: [],
    scope,
    authenticatedMs: undefined,
  };
  return may(who, action, what, { nowMs, isSomebodyPresent: false }).isAllowed;
}
