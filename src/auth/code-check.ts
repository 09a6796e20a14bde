import type { Clock } from '../core/clock.ts';
import type { FactorFacts, FactorUse } from '../store/repositories/factors.ts';
import type { SentCode } from '../store/repositories/logins.ts';
import { TOTP_FAILURES_MAX } from './factor-policy.ts';
import type { FactorVault } from './factor-vault.ts';
import { plainRecoveryCode } from './recovery-codes.ts';
import type { FactorMethod } from './sign-in-ports.ts';
import { isSameText, type TokenKeys } from './token-keys.ts';
import { totpStepOf } from './totp-codes.ts';

/** A code, and what it may be. */
export interface CodeOffer {
  readonly code: string;
  readonly principalId: string;
  readonly factors: FactorFacts;
  /** All that may be tried. */
  readonly methods: readonly FactorMethod[];
  /** What the code was sent for; undefined where none was sent. */
  readonly sent?: { readonly owner: string; readonly code: SentCode } | undefined;
}

export type CodeVerdict =
  | { readonly method: FactorMethod; readonly use: FactorUse }
  | { readonly use?: never; readonly wrong: 'wrong' | 'expired' | 'clock'; readonly triedTotp: boolean };

/** Looks at a code. Nothing is used up by it: that is the store's, in one step with what the code is for. */
export function createCodeCheck({
  keys,
  vault,
  clock,
  isClockTrusted,
}: {
  readonly keys: TokenKeys;
  readonly vault: FactorVault;
  readonly clock: Clock;
  /** False while the kit cannot know the time: then no code of an app can be judged. */
  readonly isClockTrusted: () => boolean;
}) {
  function totp({ code, principalId, factors }: CodeOffer): FactorUse | 'clock' | undefined {
    const { totp } = factors;
    if (totp === undefined || totp.failures >= TOTP_FAILURES_MAX) return undefined;
    if (!isClockTrusted()) return 'clock';
    const secret = vault.openTotp(principalId, totp.secret);
    const step = totpStepOf(code, secret, { nowMs: clock.now(), lastStep: totp.lastStep });
    return step === undefined ? undefined : { by: 'totp', step };
  }

  return (offer: CodeOffer): CodeVerdict => {
    const { code, methods, sent } = offer;
    let wrong: 'wrong' | 'expired' | 'clock' = 'wrong';
    let triedTotp = false;
    for (const method of methods) {
      if (method === 'totp') {
        const use = totp(offer);
        if (use === 'clock') wrong = 'clock';
        else if (use !== undefined) return { method, use };
        else triedTotp = true;
      } else if (method === 'recovery_code') {
        const plain = plainRecoveryCode(code);
        if (plain !== undefined) {
          return { method, use: { by: 'recovery_code', hash: keys.hashOf('recovery-code', plain) } };
        }
      } else if (sent !== undefined && sent.code.method === method) {
        const isRight = isSameText(sentCodeHash(keys, sent.owner, code.trim()), sent.code.hash);
        if (isRight && clock.now() < sent.code.expiresMs) return { method, use: { by: 'sent_code' } };
        if (isRight) wrong = 'expired';
      }
    }
    return { wrong, triedTotp };
  };
}

/** Bound to what the code was sent for, so that it is worth nothing elsewhere. */
export function sentCodeHash(keys: TokenKeys, owner: string, code: string): string {
  return keys.hashOf('sent-code', JSON.stringify([owner, code]));
}
