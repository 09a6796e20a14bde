import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import { type ApiTokensDesk, createApiTokens } from './api-tokens.ts';
import type { AuditLog } from './audit.ts';
import { createCodeCheck } from './code-check.ts';
import { type CodeSender, createCodeSender } from './code-sender.ts';
import { type CodeUse, createCodeUse } from './code-use.ts';
import { type Completion, createCompletion } from './completion.ts';
import { createDeviceCookies, type DeviceCookies } from './device-cookie.ts';
import type { Mailer } from './factor-ports.ts';
import { createFactorVault, type FactorVault } from './factor-vault.ts';
import { createLoginDesk, type LoginDesk } from './login-desk.ts';
import { createNotices, type Notices } from './notices.ts';
import type { createRegulation } from './regulation.ts';
import type { RevocationCenter } from './revoke.ts';
import type { Sealer } from './sealer.ts';
import { createSessionActivity } from './session-activity.ts';
import { createSessions, type SessionDesk } from './sessions.ts';
import type { AuthSettings } from './settings.ts';
import { createSignInLedger, type SignInLedger } from './sign-in-ledger.ts';
import { createSignedTokens, type SignedKind, type SignedTokens } from './signed-tokens.ts';
import { createTokenKeys, type TokenKeys } from './token-keys.ts';

/** The parts on which everything stands that signs people in. */
export interface Foundation {
  readonly keys: TokenKeys;
  readonly signed: SignedTokens;
  readonly vault: FactorVault;
  readonly deviceCookies: DeviceCookies;
  readonly ledger: SignInLedger;
  readonly notices: Notices;
  readonly sessions: SessionDesk;
  readonly apiTokens: ApiTokensDesk;
  readonly logins: LoginDesk;
  readonly codeUse: CodeUse;
  readonly codeSender: CodeSender;
  readonly complete: Completion;
}

export interface FoundationDeps {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly revocation: RevocationCenter;
  readonly regulation: ReturnType<typeof createRegulation>;
  readonly sealer: () => Sealer;
  readonly settings: () => AuthSettings;
  readonly mailer: () => Mailer | undefined;
  readonly kitName: () => string;
  readonly isClockTrusted: () => boolean;
  readonly pushoverUrl?: string;
  readonly clock: Clock;
  readonly log: Log;
}

export function createFoundation(deps: FoundationDeps): Foundation {
  const { store, audit, sealer, settings, clock, pushoverUrl } = deps;
  const keys = createTokenKeys(sealer);
  const secretOf = (kind: SignedKind) => {
    const { rportSecret, takeout } = settings().sessions;
    return kind === 'rport' ? rportSecret : takeout.secrets[kind as keyof typeof takeout.secrets];
  };
  const signed = createSignedTokens({ keys, clock, secretOf });
  const vault = createFactorVault(sealer);
  const deviceCookies = createDeviceCookies(keys);
  const ledger = createSignInLedger({ ...deps, audit });
  const notices = createNotices(deps);
  const checkCode = createCodeCheck({ ...deps, keys, vault });
  return {
    keys,
    signed,
    vault,
    deviceCookies,
    ledger,
    notices,
    sessions: createSessions({
      ...deps,
      keys,
      signed,
      activity: createSessionActivity(deps),
      settings: () => settings().sessions,
    }),
    apiTokens: createApiTokens({ ...deps, keys, allowsWeak: () => settings().apiTokens.allowsWeak }),
    logins: createLoginDesk({ store, keys, signed, clock }),
    codeUse: createCodeUse({ store, checkCode, ledger, notices, clock }),
    codeSender: createCodeSender({
      ...deps,
      keys,
      vault,
      settings: () => settings().secondFactor.codes,
      ...(pushoverUrl === undefined ? {} : { pushoverUrl }),
    }),
    complete: createCompletion({ ledger, deviceCookies, clock }),
  };
}
