import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { Json } from '../store/repositories/settings.ts';
import type { PasswordFacts } from '../store/repositories/sign-in.ts';
import { type Place, placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import { foldName } from './names.ts';
import { normalisePassword } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import type { RefusalCause } from './ports.ts';
import type { createRegulation } from './regulation.ts';
import type { createVerifiedCache } from './verified-cache.ts';

/** Longer names are nobody's, UTF-16 units; they are cut so that tables of counters stay small. */
const USERNAME_INPUT_MAX_UNITS = 256;

export interface PasswordOffer {
  readonly username: string;
  readonly password: string;
  readonly remote: string;
  /** Where it was offered, for audit and counters: `stream.login`, `basic.login`. */
  readonly action: 'stream.login' | 'basic.login';
  /** Facts for the audit log, never secret. */
  readonly detail?: { readonly [key: string]: Json };
  /** Another thing that the password may be (a token of this principal); tried before the hash. Asked for nobody
   * (an empty id) as well, so that unknown names take the same way. */
  readonly alternative?: (principalId: string) => Promise<string | undefined>;
}

export type PasswordLoginResult =
  | {
      readonly principal: PrincipalRecord;
      /** What `alternative` returned, when that was what let the offer in. */
      readonly alternative: string | undefined;
    }
  | {
      readonly principal?: never;
      readonly cause: RefusalCause;
      readonly retryAfterMs?: number;
    };

export type PasswordLogin = (offer: PasswordOffer) => Promise<PasswordLoginResult>;

/**
 * The one way in by user name and password, whichever door it comes through: regulation, hash (also for
 * nobody), state of the user, audit. Every wrong offer costs the same time and gets the same answer.
 */
export function createPasswordLogin({
  store,
  passwords,
  verified,
  regulation,
  audit,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'signIn' | 'passwords'>;
  readonly passwords: Passwords;
  readonly verified: ReturnType<typeof createVerifiedCache>;
  readonly regulation: ReturnType<typeof createRegulation>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
}): PasswordLogin {
  function refuse(
    offer: PasswordOffer,
    place: Place,
    userKey: string,
    principal: PrincipalRecord | undefined,
    cause: RefusalCause,
  ): PasswordLoginResult {
    const principalId = principal?.id ?? null;
    regulation.failed({ place, userKey, principalId, method: offer.action });
    audit.note({
      atMs: clock.now(),
      actorId: null,
      actor: 'stranger',
      action: offer.action,
      targetId: principalId,
      target: principal?.name ?? veil(offer.username),
      remote: place.address,
      result: 'refused',
      detail: { ...offer.detail, cause },
    });
    return { cause };
  }

  function welcome(
    offer: PasswordOffer,
    place: Place,
    userKey: string,
    principal: PrincipalRecord,
    method: string,
  ): void {
    regulation.succeeded({ place, userKey, principalId: principal.id, method: offer.action });
    audit.note({
      atMs: clock.now(),
      actorId: principal.id,
      actor: principal.name,
      action: offer.action,
      remote: place.address,
      result: 'ok',
      detail: { ...offer.detail, method },
    });
  }

  /** A hash of today's cost instead of an older one; the sign-in does not wait for it. */
  async function improveHash(principalId: string, password: string, phc: string): Promise<void> {
    if (!(await passwords.isOutdated(phc))) return;
    await store.passwords.rehash({ principalId, from: phc, to: await passwords.hash(password) });
  }

  return async (offer) => {
    const place = placeOf(offer.remote);
    const userKey = foldName(offer.username.slice(0, USERNAME_INPUT_MAX_UNITS).toWellFormed());
    const restraint = regulation.restraint(userKey, place);
    if (restraint !== undefined) {
      log.warnRarely(`restraint ${place.key}`, 'auth.restrained', {
        remote: place.address,
        cause: restraint.cause,
        retryAfterMs: restraint.retryAfterMs,
      });
      return restraint;
    }

    const facts = await store.signIn.byPassword(userKey);
    const { principal, phc } = facts;

    const alternative = await offer.alternative?.(principal?.id ?? '');
    if (principal !== undefined && alternative !== undefined) {
      const cause = stateRefusal({ ...facts, principal }, false);
      if (cause !== undefined) return refuse(offer, place, userKey, principal, cause);
      welcome(offer, place, userKey, principal, 'enrolment_token');
      return { principal, alternative };
    }

    const password = normalisePassword(offer.password);
    const isKnownGood =
      principal !== undefined &&
      password !== undefined &&
      phc !== undefined &&
      verified.has(principal.id, principal.credEpoch, password);
    if (!isKnownGood) {
      const verdict = await passwords.verify(
        offer.password,
        phc,
        () => regulation.restraint(userKey, place) === undefined,
      );
      if (verdict === 'busy') {
        log.warnRarely('hash_busy', 'auth.busy', { remote: place.address });
        return { cause: 'busy' };
      }
      if (verdict === 'unwanted') return regulation.restraint(userKey, place) ?? { cause: 'busy' };
      if (verdict === 'mismatch' || principal === undefined || password === undefined || phc === undefined) {
        return refuse(offer, place, userKey, principal, mismatchCause(facts));
      }
    }
    const cause = stateRefusal({ ...facts, principal }, true);
    if (cause !== undefined) return refuse(offer, place, userKey, principal, cause);

    // The hash took its time: what was true before it must be true still.
    const now = isKnownGood ? facts : await store.signIn.byPassword(userKey);
    const isSame =
      now.principal?.id === principal.id &&
      now.principal.credEpoch === principal.credEpoch &&
      stateRefusal({ ...now, principal: now.principal }, true) === undefined;
    if (!isSame) return { cause: 'revoked_meanwhile' };
    if (!isKnownGood) {
      welcome(offer, place, userKey, now.principal, 'password');
      verified.add(principal.id, principal.credEpoch, password);
      improveHash(principal.id, password, phc).catch((error) =>
        log.warnRarely('rehash', 'auth.rehash_failed', { error: messageOf(error) }),
      );
    }
    return { principal: now.principal, alternative: undefined };
  };
}

function mismatchCause({ principal, phc }: PasswordFacts): RefusalCause {
  if (principal === undefined) return 'unknown_user';
  return phc === undefined ? 'no_password' : 'wrong_password';
}

/** Why a principal with good credentials may not come in all the same. */
function stateRefusal(
  { principal, isBoxClaimed }: { readonly principal: PrincipalRecord; readonly isBoxClaimed: boolean },
  isPassword: boolean,
): RefusalCause | undefined {
  if (principal.state !== 'enabled') return 'disabled';
  if (principal.role === 'administrator' && !isBoxClaimed) return 'unclaimed';
  if (isPassword && principal.isPasswordExpired) return 'password_expired';
  return undefined;
}

/** A name that is nobody's may be a password that went into the wrong field: a hint must do. */
function veil(name: string): string {
  const chars = [...name];
  return `${chars.slice(0, 2).join('')}… (${chars.length} characters)`;
}
