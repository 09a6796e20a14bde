import type { Clock } from '../core/clock.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { Json } from '../store/repositories/settings.ts';
import { type Place, placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import { foldName } from './names.ts';
import type { RefusalCause } from './ports.ts';
import type { createRegulation, Restraint } from './regulation.ts';

/** Longer names are nobody's, UTF-16 units; they are cut so that tables of counters stay small. */
const USERNAME_INPUT_MAX_UNITS = 256;

/** Somebody tries to sign in. */
export interface Attempt {
  readonly place: Place;
  /** Folded name of the user that it counts for; as typed while it is not known whose it is. */
  readonly userKey: string;
  /** The known browser that it comes from. */
  readonly device: string | undefined;
  /** For audit and counters: `stream.login`, `rport.login` … */
  readonly action: string;
  /** Facts for the audit log, never secret. */
  readonly detail: { readonly [key: string]: Json };
}

/** Counts attempts for regulation and writes them down, in the same words for every door. */
export interface SignInLedger {
  restraint(attempt: Attempt): Restraint | undefined;
  /** `typed` is shown as a hint only when it is nobody's name. */
  refused(attempt: Attempt, principal: PrincipalRecord | undefined, typed: string, cause: RefusalCause): void;
  /** As `refused`, for somebody who did nothing wrong: nothing is counted. */
  turnedAway(attempt: Attempt, principal: PrincipalRecord, cause: RefusalCause): void;
  welcomed(attempt: Attempt, principal: PrincipalRecord, method: string): void;
}

export function createSignInLedger({
  regulation,
  audit,
  clock,
}: {
  readonly regulation: ReturnType<typeof createRegulation>;
  readonly audit: AuditLog;
  readonly clock: Clock;
}): SignInLedger {
  function noteRefusal(
    { place, action, detail }: Attempt,
    principal: PrincipalRecord | undefined,
    typed: string,
    cause: RefusalCause,
  ): void {
    audit.note({
      atMs: clock.now(),
      actorId: null,
      actor: 'stranger',
      action,
      targetId: principal?.id ?? null,
      target: principal?.name ?? veil(typed),
      remote: place.address,
      result: 'refused',
      detail: { ...detail, cause },
    });
  }

  return {
    restraint: ({ userKey, place, device }) => regulation.restraint(userKey, place, device),

    refused(attempt, principal, typed, cause) {
      const { place, userKey, device, action } = attempt;
      regulation.failed({ place, userKey, device, principalId: principal?.id ?? null, method: action });
      noteRefusal(attempt, principal, typed, cause);
    },

    turnedAway: (attempt, principal, cause) => noteRefusal(attempt, principal, '', cause),

    welcomed({ place, userKey, device, action, detail }, principal, method) {
      regulation.succeeded({ place, userKey, device, principalId: principal.id, method: action });
      audit.note({
        atMs: clock.now(),
        actorId: principal.id,
        actor: principal.name,
        action,
        remote: place.address,
        result: 'ok',
        detail: { ...detail, method },
      });
    },
  };
}

/** The attempt of somebody who typed this name. */
export function attemptOf(
  typed: string,
  remote: string,
  action: string,
  detail: Attempt['detail'] = {},
): Attempt {
  return {
    place: placeOf(remote),
    userKey: foldName(typed.slice(0, USERNAME_INPUT_MAX_UNITS).toWellFormed()),
    device: undefined,
    action,
    detail,
  };
}

/** A name that is nobody's may be a password that went into the wrong field: a hint must do. */
function veil(name: string): string {
  const chars = [...name];
  return `${chars.slice(0, 2).join('')}… (${chars.length} characters)`;
}
