import type { Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import { randomCode } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import { placeOf } from './address.ts';
import { sentCodeHash } from './code-check.ts';
import { type CourierDeps, courierFor } from './delivery/code-courier.ts';
import type { Mailer } from './factor-ports.ts';
import type { FactorVault } from './factor-vault.ts';
import type { CodeSettings } from './settings.ts';
import type { TokenKeys } from './token-keys.ts';

/** As long as everybody's: 6 digits with 5 tries are guessed once in 200,000 sign-ins. */
const CODE_CHARS = 6;

const ALPHABETS = {
  digits: '0123456789',
  /** As RPort sends them. */
  alphanumeric: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
} as const;

export interface CodeOrder {
  /** What the code is for: a login, or the principal that sets up where codes go. */
  readonly owner: string;
  readonly principalId: string;
  readonly sendTo: string;
  readonly remote: string;
  readonly userAgent: string;
}

export interface CodeSender {
  /**
   * Makes a code, which voids an earlier one of this owner, and waits until it is on its way.
   * @throws BivouacError `factor.not_offered`, `factor.too_many_codes`, `factor.not_sent`
   */
  send(order: CodeOrder): Promise<{ readonly sentTo: string; readonly expiresMs: number }>;
}

export function createCodeSender({
  store,
  keys,
  vault,
  settings,
  mailer,
  pushoverUrl,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'logins'>;
  readonly keys: TokenKeys;
  readonly vault: FactorVault;
  readonly settings: () => CodeSettings | undefined;
  readonly mailer: () => Mailer | undefined;
  readonly clock: Clock;
  readonly log: Log;
} & Pick<CourierDeps, 'pushoverUrl'>): CodeSender {
  return {
    async send({ owner, principalId, sendTo, remote, userAgent }) {
      const codes = settings();
      if (codes === undefined) throw new BivouacError('factor.not_offered');
      const courier = courierFor(codes, {
        clock,
        mailer: mailer(),
        ...(pushoverUrl === undefined ? {} : { pushoverUrl }),
      });
      const code = randomCode(CODE_CHARS, ALPHABETS[codes.alphabet]);
      const nowMs = clock.now();
      const expiresMs = nowMs + codes.lifeMs;
      const isAllowed = await store.logins.putCode({
        owner,
        principalId,
        method: codes.method.by,
        target: vault.sealTarget(principalId, sendTo),
        hash: sentCodeHash(keys, owner, code),
        expiresMs,
        nowMs,
      });
      if (!isAllowed) throw new BivouacError('factor.too_many_codes');
      try {
        const { address } = placeOf(remote);
        await courier.send({ sendTo, code, lifeMs: codes.lifeMs, userAgent, remote: address });
      } catch (error) {
        log.warn('auth.code_not_sent', { by: codes.method.by, error: messageOf(error) });
        throw new BivouacError('factor.not_sent');
      }
      return { sentTo: sendTo, expiresMs };
    },
  };
}
