import type { AdminRecovery, ApiCalls, EmailAccounts, Grants, Groups, OwnAccount } from './account-ports.ts';
import { createAdminRecovery } from './admin-recovery.ts';
import { createApiCalls } from './api-calls.ts';
import { type ClaimDesk, createClaimCode } from './claim-code.ts';
import { createEmailAccounts } from './email-accounts.ts';
import type { Foundation, FoundationDeps } from './foundation.ts';
import { createGrants, createGroups } from './groups.ts';
import { createOwnAccount } from './own-account.ts';
import type { PasswordLogin } from './password-login.ts';
import type { Claim } from './ports.ts';

/** Accounts that are made, recovered or changed without an administrator, and what people may do. */
export interface Accounts {
  readonly claimCode: ClaimDesk;
  readonly adminRecovery: AdminRecovery;
  readonly ownAccount: OwnAccount;
  readonly emailAccounts: EmailAccounts;
  readonly groups: Groups;
  readonly grants: Grants;
  readonly apiCalls: ApiCalls;
}

export function createAccounts(
  deps: FoundationDeps &
    Foundation & {
      readonly claim: Claim;
      readonly passwordLogin: PasswordLogin;
      readonly hashNewPassword: (password: string, name: string) => Promise<string>;
    },
): Accounts {
  return {
    claimCode: createClaimCode(deps),
    adminRecovery: createAdminRecovery(deps),
    ownAccount: createOwnAccount(deps),
    emailAccounts: createEmailAccounts({ ...deps, settings: () => deps.settings().email }),
    groups: createGroups(deps),
    grants: createGrants(deps),
    apiCalls: createApiCalls(deps),
  };
}
