import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Store } from '../store/open.ts';
import { createApiTokens } from './api-tokens.ts';
import type { Argon2Cost } from './argon2.ts';
import { createAudit } from './audit.ts';
import { createClaim } from './claim.ts';
import { createCsrf } from './csrf.ts';
import type { AuthDoors } from './doors.ts';
import { createEnrolmentTokens } from './enrolment-tokens.ts';
import { createCodeTokens, createFileTokens } from './file-tokens.ts';
import { createHashCost } from './hash-calibration.ts';
import { createHttpLogin } from './http-login.ts';
import { foldName } from './names.ts';
import { createPasswordLogin } from './password-login.ts';
import type { PasswordPolicy } from './password-policy.ts';
import { createPasswords } from './passwords.ts';
import type { Audit, Claim, EnrolmentTokens, HttpLogin, Revocation, StreamLogin, Users } from './ports.ts';
import { createRegulation } from './regulation.ts';
import { createRevocation } from './revoke.ts';
import type { Sealer } from './sealer.ts';
import { createSessionActivity } from './session-activity.ts';
import { createSessions } from './sessions.ts';
import { type AuthSettings, DEFAULT_AUTH_SETTINGS } from './settings.ts';
import { createSignedTokens } from './signed-tokens.ts';
import { createStreamLogin } from './stream-login.ts';
import { createTickets } from './tickets.ts';
import { createTokenKeys } from './token-keys.ts';
import { createUsers } from './users.ts';
import { createVerifiedCache } from './verified-cache.ts';

/** The auth core, put together. */
export interface Auth
  extends Pick<AuthDoors, 'sessions' | 'csrf' | 'tickets' | 'apiTokens' | 'fileTokens' | 'codeTokens'> {
  readonly users: Users;
  readonly claim: Claim;
  readonly streamLogin: StreamLogin;
  readonly httpLogin: HttpLogin;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly revocation: Revocation;
  readonly audit: Audit;
  /** For a server, before its listeners open: takes up running bans and measures the board's hash cost. */
  start(): Promise<void>;
}

export interface AuthDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** Asked when a key is first needed, which is after the key file was opened. */
  readonly sealer: () => Sealer;
  /** Asked at each use. `DEFAULT_AUTH_SETTINGS` when absent. */
  readonly settings?: () => AuthSettings;
  /** Asked at each use: the configuration may change while the kit runs. */
  readonly passwordPolicy: () => PasswordPolicy;
  /** Words that make bad passwords because everybody near the kit knows them. */
  readonly contextWords: () => readonly string[];
  /** Memory of the board, bytes (`os.totalmem()`): bounds what a password hash may take. */
  readonly totalMemoryBytes: number;
  /** Cost of a password hash instead of the measured one. */
  readonly hashCost?: Argon2Cost;
}

export function createAuth(deps: AuthDeps): Auth {
  const { store, clock, log, metrics, passwordPolicy, contextWords, totalMemoryBytes, hashCost } = deps;
  const { sealer, settings = () => DEFAULT_AUTH_SETTINGS } = deps;
  const cost =
    hashCost === undefined
      ? createHashCost({ store, clock, log, totalMemoryBytes })
      : () => Promise.resolve(hashCost);
  const passwords = createPasswords({ cost, log });
  const audit = createAudit({ store, clock, log });
  const revocation = createRevocation({ store, audit, log });
  const regulation = createRegulation({
    store,
    clock,
    log,
    onBan({ address, level, forMs }) {
      log.warn('auth.banned', { address, level, forMs });
      audit.note({
        atMs: clock.now(),
        actorId: null,
        actor: 'regulation',
        action: 'auth.ban',
        target: address,
        remote: address,
        result: 'ok',
        detail: { level, forMs },
      });
    },
  });
  const verified = createVerifiedCache(clock);
  const passwordLogin = createPasswordLogin({
    store,
    passwords,
    verified,
    regulation,
    audit,
    clock,
    log,
  });
  const enrolmentTokens = createEnrolmentTokens({ store, audit, clock });
  const keys = createTokenKeys(sealer);
  const signed = createSignedTokens({ keys, clock, rportSecret: () => settings().sessions.rportSecret });
  const sessions = createSessions({
    store,
    keys,
    signed,
    activity: createSessionActivity({ store, clock, log }),
    revocation,
    audit,
    clock,
    log,
    otsIdleMs: () => settings().sessions.otsIdleMs,
  });
  const shared = { store, passwords, revocation, audit, passwordPolicy, contextWords };

  metrics?.add({
    name: 'bivouac_password_hashes_total',
    help: 'Password hashes computed, those for unknown users included.',
    type: 'counter',
    read: () => passwords.hashCount(),
  });

  return {
    users: createUsers(shared),
    claim: createClaim(shared),
    streamLogin: createStreamLogin({ store, passwordLogin, audit, clock }),
    httpLogin: createHttpLogin({ passwordLogin, enrolments: enrolmentTokens }),
    enrolmentTokens,
    sessions,
    csrf: createCsrf(keys),
    tickets: createTickets({ store, sessions, clock }),
    apiTokens: createApiTokens({
      store,
      keys,
      regulation,
      audit,
      clock,
      log,
      allowsWeak: () => settings().apiTokens.allowsWeak,
    }),
    fileTokens: createFileTokens({ store, signed, keys, clock }),
    codeTokens: createCodeTokens(signed),
    revocation,
    audit,
    async start() {
      await regulation.load(async (principalId) => {
        const principal = await store.principals.byId(principalId);
        return principal && foldName(principal.name);
      });
      // The first sign-in need not pay for it; the listeners need not wait for it.
      cost().catch((error) => log.error('auth.hash_not_calibrated', { error: messageOf(error) }));
    },
  };
}
