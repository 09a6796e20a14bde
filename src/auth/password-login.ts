import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { FactorFacts } from '../store/repositories/factors.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { Json } from '../store/repositories/settings.ts';
import type { PasswordFacts } from '../store/repositories/sign-in.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { factorNeedOf } from './factor-policy.ts';
import { foldName } from './names.ts';
import { normalisePassword } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import type { RefusalCause } from './ports.ts';
import type { SecondFactorSettings } from './settings.ts';
import { type Attempt, attemptOf, type SignInLedger } from './sign-in-ledger.ts';
import type { createVerifiedCache } from './verified-cache.ts';

export interface PasswordOffer {
  readonly username: string;
  readonly password: string;
  readonly remote: string;
  /** Where it was offered, for audit and counters: `stream.login`, `basic.login`, `rport.login` … */
  readonly action: string;
  /** Facts for the audit log, never secret. */
  readonly detail?: { readonly [key: string]: Json };
  readonly deviceCookie?: string | undefined;
  /**
   * What becomes of a user who needs more than a password. `skipped`: the CoT socket does without, as
   * documented. `impossible`: refused, like a wrong password. `asked`: whoever calls sees to it, completes the
   * sign-in and counts it; an expired password is let through to him as well.
   */
  readonly secondFactor: 'skipped' | 'impossible' | 'asked';
  /** Another thing that the password may be (a token of this principal); tried before the hash. Asked for nobody
   * (an empty id) as well, so that unknown names take the same way. */
  readonly alternative?: (principalId: string) => Promise<string | undefined>;
  /** How the alternative is called in the audit log. */
  readonly alternativeMethod?: string;
}

export interface GoodPassword {
  readonly principal: PrincipalRecord;
  /** What `alternative` returned, when that was what let the offer in. */
  readonly alternative: string | undefined;
  readonly factors: FactorFacts;
  readonly attempt: Attempt;
}

export type PasswordLoginResult =
  | GoodPassword
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
  ledger,
  deviceCookies,
  secondFactor,
  acceptsEmail,
  allowsUnconfirmed,
  log,
}: {
  readonly store: Pick<Store, 'signIn' | 'passwords'>;
  readonly passwords: Passwords;
  readonly verified: ReturnType<typeof createVerifiedCache>;
  readonly ledger: SignInLedger;
  readonly deviceCookies: DeviceCookies;
  readonly secondFactor: () => SecondFactorSettings;
  /** Whether an e-mail address does for a user name. */
  readonly acceptsEmail: () => boolean;
  /** Whether who made an account may use it before the e-mail address is confirmed. */
  readonly allowsUnconfirmed: () => boolean;
  readonly log: Log;
}): PasswordLogin {
  /** A hash of today's cost instead of an older one; the sign-in does not wait for it. */
  async function improveHash(principalId: string, password: string, phc: string): Promise<void> {
    if (!(await passwords.isOutdated(phc))) return;
    await store.passwords.rehash({ principalId, from: phc, to: await passwords.hash(password) });
  }

  function read({ username }: PasswordOffer, { userKey }: Attempt): Promise<PasswordFacts> {
    const email = acceptsEmail() && username.includes('@') ? username.trim() : undefined;
    return store.signIn.byPassword({ nameKey: userKey, email });
  }

  /** Undefined when the attempt may be looked at. */
  function held(attempt: Attempt): PasswordLoginResult | undefined {
    const restraint = ledger.restraint(attempt);
    if (restraint === undefined) return undefined;
    const { place } = attempt;
    log.warnRarely(`restraint ${place.key}`, 'auth.restrained', {
      remote: place.address,
      cause: restraint.cause,
      retryAfterMs: restraint.retryAfterMs,
    });
    return restraint;
  }

  return async (offer) => {
    const typed = attemptOf(offer.username, offer.remote, offer.action, offer.detail);
    const heldAsTyped = held({ ...typed, device: deviceCookies.deviceOf(offer.deviceCookie, typed.userKey) });
    if (heldAsTyped !== undefined) return heldAsTyped;

    const facts = await read(offer, typed);
    const { principal, phc } = facts;
    // By address or by name, it is one user, with one counter.
    const userKey = principal === undefined ? typed.userKey : foldName(principal.name);
    const attempt = { ...typed, userKey, device: deviceCookies.deviceOf(offer.deviceCookie, userKey) };
    const heldAsUser = userKey === typed.userKey ? undefined : held(attempt);
    if (heldAsUser !== undefined) return heldAsUser;

    const refuse = (cause: RefusalCause): PasswordLoginResult => {
      // Who has to look into his mail first did nothing wrong.
      if (cause === 'unconfirmed' && principal !== undefined) ledger.turnedAway(attempt, principal, cause);
      else ledger.refused(attempt, principal, offer.username, cause);
      return { cause };
    };

    const alternative = await offer.alternative?.(principal?.id ?? '');
    if (principal !== undefined && alternative !== undefined) {
      const cause = stateRefusal({ ...facts, principal, allowsUnconfirmed: allowsUnconfirmed() });
      if (cause !== undefined) return refuse(cause);
      ledger.welcomed(attempt, principal, offer.alternativeMethod ?? 'token');
      return { principal, alternative, factors: facts.factors, attempt };
    }

    const password = normalisePassword(offer.password);
    const isKnownGood =
      principal !== undefined &&
      password !== undefined &&
      phc !== undefined &&
      offer.secondFactor !== 'asked' &&
      verified.has(principal.id, principal.credEpoch, password);
    if (!isKnownGood) {
      const verdict = await passwords.verify(
        offer.password,
        phc,
        () => ledger.restraint(attempt) === undefined,
      );
      if (verdict === 'busy') {
        log.warnRarely('hash_busy', 'auth.busy', { remote: attempt.place.address });
        return { cause: 'busy' };
      }
      if (verdict === 'unwanted') return ledger.restraint(attempt) ?? { cause: 'busy' };
      if (verdict === 'mismatch' || principal === undefined || password === undefined || phc === undefined) {
        return refuse(mismatchCause(facts));
      }
    }
    const rules = { secondFactor: secondFactor(), allowsUnconfirmed: allowsUnconfirmed() };
    const cause = refusalOf(offer, { ...facts, principal }, rules);
    if (cause !== undefined) return refuse(cause);

    // The hash took its time: what was true before it must be true still.
    const now = isKnownGood ? facts : await read(offer, typed);
    const isSame =
      now.principal?.id === principal.id &&
      now.principal.credEpoch === principal.credEpoch &&
      refusalOf(offer, { ...now, principal: now.principal }, rules) === undefined;
    if (!isSame) return { cause: 'revoked_meanwhile' };
    if (!isKnownGood) {
      if (offer.secondFactor !== 'asked') {
        ledger.welcomed(attempt, now.principal, 'password');
        verified.add(principal.id, principal.credEpoch, password);
      }
      improveHash(principal.id, password, phc).catch((error) =>
        log.warnRarely('rehash', 'auth.rehash_failed', { error: messageOf(error) }),
      );
    }
    return { principal: now.principal, alternative: undefined, factors: now.factors, attempt };
  };
}

function mismatchCause({ principal, phc }: PasswordFacts): RefusalCause {
  if (principal === undefined) return 'unknown_user';
  return phc === undefined ? 'no_password' : 'wrong_password';
}

type Known = Pick<PasswordFacts, 'isBoxClaimed' | 'factors'> & { readonly principal: PrincipalRecord };

/** Why somebody with the right password may not come in at this door. */
function refusalOf(
  { secondFactor }: PasswordOffer,
  known: Known,
  rules: { readonly secondFactor: SecondFactorSettings; readonly allowsUnconfirmed: boolean },
): RefusalCause | undefined {
  const cause = stateRefusal({ ...known, ...rules });
  if (cause !== undefined || secondFactor === 'asked') return cause;
  if (known.principal.isPasswordExpired) return 'password_expired';
  const need = factorNeedOf(known.principal, known.factors, rules.secondFactor);
  return secondFactor === 'impossible' && need.is !== 'nothing' ? 'second_factor_needed' : undefined;
}

/** Why a principal with good credentials may not come in all the same. */
export function stateRefusal({
  principal,
  isBoxClaimed,
  allowsUnconfirmed,
}: Pick<Known, 'principal' | 'isBoxClaimed'> & {
  readonly allowsUnconfirmed: boolean;
}): RefusalCause | undefined {
  if (principal.state !== 'enabled') return 'disabled';
  if (!principal.isConfirmed && !allowsUnconfirmed) return 'unconfirmed';
  return principal.role === 'administrator' && !isBoxClaimed ? 'unclaimed' : undefined;
}
