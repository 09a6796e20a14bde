import type {
  AdminRecovery,
  ApiCalls,
  ClaimCode,
  EmailAccounts,
  Grants,
  Groups,
  OwnAccount,
} from './account-ports.ts';
import type { Factors } from './factor-ports.ts';
import type { Notices } from './notices.ts';
import type { Passkeys } from './passkey-ports.ts';
import type { PlainScreens } from './plain-screen-ports.ts';
import type { Secrets } from './secrets.ts';
import type { ApiTokens, CodeTokens, Csrf, FileTokens, Sessions, Tickets } from './session-ports.ts';
import type { SignIn } from './sign-in-ports.ts';

/** What pages and dialects get of auth besides the actions of `ports.ts`. `permissions.ts` is pure, import it. */
export interface AuthDoors {
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly csrf: Csrf;
  readonly tickets: Tickets;
  readonly apiTokens: ApiTokens;
  readonly fileTokens: FileTokens;
  readonly codeTokens: CodeTokens;
  readonly factors: Factors;
  readonly passkeys: Passkeys;
  readonly claimCode: ClaimCode;
  readonly adminRecovery: AdminRecovery;
  readonly ownAccount: OwnAccount;
  readonly emailAccounts: EmailAccounts;
  readonly groups: Groups;
  readonly grants: Grants;
  readonly apiCalls: ApiCalls;
  readonly notices: Pick<Notices, 'onNotice'>;
  readonly secrets: Secrets;
  readonly plainScreens: PlainScreens;
}
