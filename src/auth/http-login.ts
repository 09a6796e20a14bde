import type { ErrorCode } from '../core/errors.ts';
import type { EnrolmentDesk } from './enrolment-tokens.ts';
import type { PasswordLogin } from './password-login.ts';
import type { HttpLogin, RefusalCause } from './ports.ts';
import { userOf } from './user-view.ts';

const ERROR_CODES: Partial<Record<RefusalCause, ErrorCode>> = {
  banned: 'auth.banned',
  delayed: 'auth.delayed',
  busy: 'auth.busy',
};

export function createHttpLogin({
  passwordLogin,
  enrolments,
}: {
  readonly passwordLogin: PasswordLogin;
  readonly enrolments: EnrolmentDesk;
}): HttpLogin {
  return {
    async byBasic({ username, password, remote, enrolment }) {
      const result = await passwordLogin({
        username,
        password,
        remote,
        action: 'basic.login',
        secondFactor: 'impossible',
        alternativeMethod: 'enrolment_token',
        ...(enrolment === undefined
          ? {}
          : {
              detail: { enrolment: enrolment.step },
              alternative: (principalId) =>
                enrolments.find({
                  principalId,
                  text: password,
                  step: enrolment.step,
                  clientUid: enrolment.clientUid,
                }),
            }),
      });
      if (result.principal === undefined) {
        const { cause, retryAfterMs } = result;
        const refused = ERROR_CODES[cause] ?? 'auth.failed';
        return retryAfterMs === undefined ? { refused, cause } : { refused, cause, retryAfterMs };
      }
      return {
        user: userOf(result.principal),
        via: result.alternative === undefined ? 'password' : 'enrolment_token',
        enrolmentId: result.alternative,
      };
    },
  };
}
