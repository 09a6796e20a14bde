import { BivouacError } from '../core/errors.ts';
import type { Store } from '../store/open.ts';
import type { FactorFacts } from '../store/repositories/factors.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { FactorOwner } from './factor-ports.ts';
import type { LoginDesk } from './login-desk.ts';

export interface OwnerFacts {
  readonly principal: PrincipalRecord;
  readonly factors: FactorFacts;
  /** The session that goes on when everything else ends by the change. */
  readonly keepSessionId: string | null;
  readonly isSigningIn: boolean;
}

/** Whose second factors these are. @throws BivouacError `user.unknown`, `factor.login_unknown` */
export async function ownerOf(
  owner: FactorOwner,
  { store, logins }: { readonly store: Pick<Store, 'principals' | 'factors'>; readonly logins: LoginDesk },
): Promise<OwnerFacts> {
  if ('loginToken' in owner) {
    const facts = await logins.find(owner.loginToken);
    if (facts === undefined) throw new BivouacError('factor.login_unknown');
    const { principal, factors } = facts;
    return { principal, factors, keepSessionId: null, isSigningIn: true };
  }
  const principal = await store.principals.byId(owner.principalId);
  if (principal?.state !== 'enabled') throw new BivouacError('user.unknown');
  const factors = await store.factors.of(principal.id);
  return { principal, factors, keepSessionId: owner.sessionId ?? null, isSigningIn: false };
}
