import type { Clock } from '../core/clock.ts';
import type { Store } from '../store/open.ts';
import type { CodeUse } from './code-use.ts';
import { factorNeedOf } from './factor-policy.ts';
import type { PasswordLogin } from './password-login.ts';
import type { SecondFactorSettings } from './settings.ts';
import type { SignInLedger } from './sign-in-ledger.ts';
import type { SignIn } from './sign-in-ports.ts';
import { refusal } from './sign-in-refusal.ts';

/** The signed-in person again: what cannot be undone is not done by whoever finds the phone unlocked. */
export function createStepUp({
  store,
  passwordLogin,
  ledger,
  codeUse,
  secondFactor,
  clock,
}: {
  readonly store: Pick<Store, 'sessions'>;
  readonly passwordLogin: PasswordLogin;
  readonly ledger: SignInLedger;
  readonly codeUse: CodeUse;
  readonly secondFactor: () => SecondFactorSettings;
  readonly clock: Clock;
}): SignIn['confirm'] {
  return async ({ session, password, code, remote, deviceCookie }) => {
    const good = await passwordLogin({
      username: session.user.name,
      password,
      remote,
      deviceCookie,
      action: 'session.confirm',
      secondFactor: 'asked',
    });
    if (good.principal === undefined) return refusal(good.cause, undefined, good.retryAfterMs);
    const { attempt, principal, factors } = good;
    if (principal.id !== session.user.id) return refusal('revoked_meanwhile');
    if (principal.isPasswordExpired) {
      ledger.turnedAway(attempt, principal, 'password_expired');
      return refusal('password_expired');
    }
    const need = factorNeedOf(principal, factors, secondFactor());
    let method: string | undefined;
    if (need.is === 'code' && need.methods.includes('totp')) {
      const methods = need.methods.filter((one) => one === 'totp' || one === 'recovery_code');
      const used = await codeUse.atOnce({ attempt, principal, factors, code: code ?? '', methods });
      if ('state' in used) return used;
      method = used.method;
    }
    await store.sessions.confirm({ id: session.sessionId, atMs: clock.now() });
    ledger.welcomed(attempt, principal, method === undefined ? 'password' : `password+${method}`);
    return undefined;
  };
}
