import { BivouacError } from '../core/errors.ts';
import type { Store } from '../store/open.ts';
import type { OwnAccount } from './account-ports.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import type { Completion } from './completion.ts';
import { tellPasswordChanged } from './first-step.ts';
import type { Notices } from './notices.ts';
import type { PasswordLogin } from './password-login.ts';
import { normalisePassword } from './password-policy.ts';
import type { RevocationCenter } from './revoke.ts';
import { refusal } from './sign-in-refusal.ts';
import { noticeOf } from './users.ts';

export function createOwnAccount({
  store,
  passwordLogin,
  complete,
  revocation,
  audit,
  notices,
  hashNewPassword,
}: {
  readonly store: Pick<Store, 'principals'>;
  readonly passwordLogin: PasswordLogin;
  readonly complete: Completion;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly hashNewPassword: (password: string, name: string) => Promise<string>;
}): OwnAccount {
  return {
    async changePassword(offer) {
      const { session, oldPassword, newPassword, remote, deviceCookie } = offer;
      const good = await passwordLogin({
        username: session.user.name,
        password: oldPassword,
        remote,
        deviceCookie,
        action: 'password.change',
        secondFactor: 'asked',
      });
      if (good.principal === undefined) {
        const { code, retryAfterMs } = refusal(good.cause, undefined, good.retryAfterMs);
        throw new BivouacError(code, undefined, retryAfterMs === undefined ? undefined : { retryAfterMs });
      }
      const { principal, attempt } = good;
      if (principal.id !== session.user.id) throw new BivouacError('auth.failed');
      if (normalisePassword(newPassword) === normalisePassword(oldPassword)) {
        throw new BivouacError('password.weak', 'The new password is the old one');
      }
      const phc = await hashNewPassword(newPassword, principal.name);
      const by = { id: principal.id, name: principal.name, remote: placeOf(remote).address };
      const change = await store.principals.update({
        id: principal.id,
        phc,
        audit: audit.entry(by, 'user.change', {
          targetId: principal.id,
          target: principal.name,
          detail: { password: 'changed' },
        }),
      });
      const notice = noticeOf(change);
      if (notice !== undefined) await revocation.announce(notice);
      tellPasswordChanged(notices, principal);
      return complete({
        attempt,
        principal: change.principal,
        methods: session.methods,
        visitor: offer,
      });
    },
  };
}
