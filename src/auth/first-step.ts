import { BivouacError, type ErrorCode } from '../core/errors.ts';
import type { Store } from '../store/open.ts';
import type { AuditLog } from './audit.ts';
import type { CodeSender } from './code-sender.ts';
import type { CodeUse } from './code-use.ts';
import type { Completion } from './completion.ts';
import { type FactorNeed, factorNeedOf } from './factor-policy.ts';
import type { FactorVault } from './factor-vault.ts';
import type { LoginDesk } from './login-desk.ts';
import type { Notices } from './notices.ts';
import type { GoodPassword, PasswordLogin } from './password-login.ts';
import { normalisePassword } from './password-policy.ts';
import type { RevocationCenter } from './revoke.ts';
import type { SecondFactorSettings } from './settings.ts';
import type { SignInLedger } from './sign-in-ledger.ts';
import type { Door, FactorMethod, SignIn, SignInMethod, SignInResult } from './sign-in-ports.ts';
import { refusal } from './sign-in-refusal.ts';
import { userOf } from './user-view.ts';
import { noticeOf } from './users.ts';

/** Doors where somebody waits for a second question; elsewhere a code must come with the password. */
const DOORS_THAT_ASK: readonly Door[] = ['web', 'ots', 'rport'];

/** The one place where a request itself says what the second factor is. */
const DOORS_WITH_PASSCODE: readonly Door[] = ['takeout'];

export interface FirstStepDeps {
  readonly store: Pick<Store, 'principals'>;
  readonly passwordLogin: PasswordLogin;
  readonly ledger: SignInLedger;
  readonly logins: LoginDesk;
  readonly codeUse: CodeUse;
  readonly codeSender: CodeSender;
  readonly vault: FactorVault;
  readonly complete: Completion;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly secondFactor: () => SecondFactorSettings;
  /** The PHC string of a new password for this user. @throws BivouacError of the password policy */
  readonly hashNewPassword: (password: string, name: string) => Promise<string>;
}

type Offer = Parameters<SignIn['withPassword']>[0];

/** The password, and what has to follow it. */
export function createFirstStep({
  store,
  passwordLogin,
  ledger,
  logins,
  codeUse,
  codeSender,
  vault,
  complete,
  revocation,
  audit,
  notices,
  secondFactor,
  hashNewPassword,
}: FirstStepDeps): SignIn['withPassword'] {
  async function finish(
    offer: Offer,
    { attempt, principal }: GoodPassword,
    newPhc: string | undefined,
    factor?: FactorMethod,
  ): Promise<SignInResult> {
    const methods: SignInMethod[] = factor === undefined ? ['password'] : ['password', factor];
    if (newPhc === undefined) {
      return { state: 'signed_in', proof: complete({ attempt, principal, methods, visitor: offer }) };
    }
    const change = await store.principals.update({
      id: principal.id,
      phc: newPhc,
      audit: audit.entry(
        { id: principal.id, name: principal.name, remote: attempt.place.address },
        'user.change',
        { targetId: principal.id, target: principal.name, detail: { password: 'changed' } },
      ),
    });
    const notice = noticeOf(change);
    if (notice !== undefined) await revocation.announce(notice);
    tellPasswordChanged(notices, principal);
    return {
      state: 'signed_in',
      proof: complete({ attempt, principal: change.principal, methods, visitor: offer }),
    };
  }

  /** Opens the second step; a code goes out at once where codes are sent. */
  async function challenge(
    offer: Offer,
    { attempt, principal, factors }: GoodPassword,
    need: Extract<FactorNeed, { is: 'code' | 'set_up' }>,
    newPhc: string | undefined,
  ): Promise<SignInResult> {
    const state = need.is === 'code' ? 'ready' : 'set_up';
    const { door, remote, userAgent = '' } = offer;
    const login = await logins.open({ principal, door, state, newPhc, lifeMs: secondFactor().loginLifeMs });
    audit.note(
      audit.entry({ id: null, name: 'stranger', remote: attempt.place.address }, 'login.begin', {
        targetId: principal.id,
        target: principal.name,
        detail: { door },
      }),
    );
    const method = need.is === 'code' ? need.first : 'totp';
    let sentTo = '';
    if (method !== 'totp' && method !== 'recovery_code' && factors.target !== undefined) {
      const sendTo = vault.openTarget(principal.id, factors.target.target);
      try {
        ({ sentTo } = await codeSender.send({
          owner: login.id,
          principalId: principal.id,
          sendTo,
          remote,
          userAgent,
        }));
      } catch (error) {
        return refusal('factor_unusable', codeOf(error));
      }
    }
    return {
      state: 'second_factor',
      challenge: {
        loginToken: login.loginToken,
        expiresMs: login.expiresMs,
        user: userOf(principal),
        state,
        method,
        methods: need.is === 'code' ? need.methods : [method],
        sentTo,
      },
    };
  }

  return async (offer) => {
    const { username, password, newPassword, code, door, remote, deviceCookie } = offer;
    const good = await passwordLogin({
      username,
      password,
      remote,
      deviceCookie,
      action: `${door}.login`,
      secondFactor: 'asked',
    });
    if (good.principal === undefined) return refusal(good.cause, undefined, good.retryAfterMs);
    const { attempt, principal, factors } = good;

    if (principal.isPasswordExpired && newPassword === undefined) {
      ledger.turnedAway(attempt, principal, 'password_expired');
      return refusal('password_expired');
    }
    let newPhc: string | undefined;
    if (newPassword !== undefined) {
      if (normalisePassword(newPassword) === normalisePassword(password)) {
        throw new BivouacError('password.weak', 'The new password is the old one');
      }
      newPhc = await hashNewPassword(newPassword, principal.name);
    }

    const need = factorNeedOf(principal, factors, secondFactor());
    switch (need.is) {
      case 'nothing':
        return finish(offer, good, newPhc);
      case 'unusable':
        ledger.turnedAway(attempt, principal, 'factor_unusable');
        return refusal('factor_unusable', 'factor.no_target');
      case 'code':
        if (code !== undefined && code !== '') {
          const used = await codeUse.atOnce({ attempt, principal, factors, code, methods: need.methods });
          return 'state' in used ? used : finish(offer, good, newPhc, used.method);
        }
    }
    if (DOORS_THAT_ASK.includes(door) && offer.cannotAsk !== true) {
      return challenge(offer, good, need, newPhc);
    }
    ledger.refused(attempt, principal, '', 'second_factor_needed');
    return refusal('second_factor_needed', DOORS_WITH_PASSCODE.includes(door) ? 'factor.wrong' : undefined);
  };
}

export function tellPasswordChanged(notices: Notices, { id, name }: { id: string; name: string }): void {
  notices.tell({
    code: 'password_changed',
    principalId: id,
    username: name,
    text: 'Your password was changed, and everything that was signed in with the old one was signed out.',
  });
}

/** The code of an expected failure; others are not ours to turn into an answer. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof BivouacError) return error.code;
  throw error;
}
