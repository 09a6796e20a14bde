import type { Clock } from '../core/clock.ts';
import type { Store } from '../store/open.ts';
import type { FactorFacts, FactorUse } from '../store/repositories/factors.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { CodeOffer, createCodeCheck } from './code-check.ts';
import type { Notices } from './notices.ts';
import type { Attempt, SignInLedger } from './sign-in-ledger.ts';
import type { FactorMethod, Refusal } from './sign-in-ports.ts';
import { refusal } from './sign-in-refusal.ts';

/** A code that came, judged and counted; whoever asked uses it up with what it is for. */
export interface CodeUse {
  judge(order: {
    readonly attempt: Attempt;
    readonly principal: PrincipalRecord;
    readonly factors: FactorFacts;
    readonly code: string;
    readonly methods: readonly FactorMethod[];
    readonly sent?: CodeOffer['sent'];
  }): Promise<{ readonly method: FactorMethod; readonly use: FactorUse } | Refusal>;
  /** As `judge`, and uses the code up: for codes that come in one request with the password. */
  atOnce(order: {
    readonly attempt: Attempt;
    readonly principal: PrincipalRecord;
    readonly factors: FactorFacts;
    readonly code: string;
    readonly methods: readonly FactorMethod[];
  }): Promise<{ readonly method: FactorMethod } | Refusal>;
  /** The code was good and had been used: somebody looks over the user's shoulder. Counted as wrong. */
  replayed(attempt: Attempt, principal: PrincipalRecord): Refusal;
  /** Tells the user, when it was one of the codes that he should have in a drawer. */
  used(principal: PrincipalRecord, method: FactorMethod): void;
}

export function createCodeUse({
  store,
  checkCode,
  ledger,
  notices,
  clock,
}: {
  readonly store: Pick<Store, 'factors'>;
  readonly checkCode: ReturnType<typeof createCodeCheck>;
  readonly ledger: SignInLedger;
  readonly notices: Notices;
  readonly clock: Clock;
}): CodeUse {
  const judge: CodeUse['judge'] = async ({ attempt, principal, ...offer }) => {
    const verdict = checkCode({ ...offer, principalId: principal.id });
    if (verdict.use !== undefined) return verdict;
    if (verdict.wrong === 'clock') {
      ledger.turnedAway(attempt, principal, 'factor_unusable');
      return refusal('factor_unusable', 'factor.clock');
    }
    ledger.refused(attempt, principal, '', 'wrong_code');
    if (verdict.triedTotp) await store.factors.totpFailed(principal.id);
    return refusal('wrong_code', verdict.wrong === 'expired' ? 'factor.code_expired' : 'factor.wrong');
  };

  function replayed(attempt: Attempt, principal: PrincipalRecord): Refusal {
    ledger.refused(attempt, principal, '', 'wrong_code');
    return refusal('wrong_code');
  }

  function used({ id, name }: PrincipalRecord, method: FactorMethod): void {
    if (method !== 'recovery_code') return;
    notices.tell({
      code: 'recovery_code_used',
      principalId: id,
      username: name,
      text: 'One of your recovery codes was used to sign in.',
    });
  }

  return {
    judge,
    replayed,
    used,
    async atOnce(order) {
      const { attempt, principal } = order;
      const verdict = await judge(order);
      if ('state' in verdict) return verdict;
      const { method, use } = verdict;
      const isUnused = await store.factors.use({ principalId: principal.id, use, nowMs: clock.now() });
      if (!isUnused) return replayed(attempt, principal);
      used(principal, method);
      return { method };
    },
  };
}
