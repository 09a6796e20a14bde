import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Store } from '../store/open.ts';
import type { UserDirectory } from '../store/user-directories/port.ts';
import { createAccounts } from './accounts.ts';
import type { Argon2Cost } from './argon2.ts';
import { type AuditLog, createAudit } from './audit.ts';
import { createBcryptThread } from './bcrypt-thread.ts';
import { createClaim } from './claim.ts';
import { createCsrf } from './csrf.ts';
import type { AuthDoors } from './doors.ts';
import { createEnrolmentTokens } from './enrolment-tokens.ts';
import type { Mailer } from './factor-ports.ts';
import { createFactors } from './factors.ts';
import { createCodeTokens, createFileTokens } from './file-tokens.ts';
import { createFoundation } from './foundation.ts';
import { createHashCost } from './hash-calibration.ts';
import { createHttpLogin } from './http-login.ts';
import { foldName } from './names.ts';
import { createPairing } from './pairing.ts';
import type { Pairing } from './pairing-ports.ts';
import { createPasskeys } from './passkeys.ts';
import { createPasswordLogin } from './password-login.ts';
import { checkPassword, type PasswordPolicy } from './password-policy.ts';
import { createPasswords } from './passwords.ts';
import { createPlainScreens } from './plain-screens.ts';
import type { Audit, Claim, EnrolmentTokens, HttpLogin, Revocation, StreamLogin, Users } from './ports.ts';
import { createRegulation } from './regulation.ts';
import { createRevocation } from './revoke.ts';
import type { Sealer } from './sealer.ts';
import { createSecrets } from './secrets.ts';
import { type AuthSettings, DEFAULT_AUTH_SETTINGS } from './settings.ts';
import { createSignIn } from './sign-in.ts';
import { createStreamLogin } from './stream-login.ts';
import { createTickets } from './tickets.ts';
import { createUserSources } from './user-stores/user-sources.ts';
import type { UserStore } from './user-stores/user-store.ts';
import { createUsers } from './users.ts';
import { createVerifiedCache } from './verified-cache.ts';

/** The auth core, put together. */
export interface Auth extends AuthDoors {
  readonly users: Users;
  /** Where people are kept. Open it before anything is done with them. */
  readonly userStore: UserStore;
  readonly claim: Claim;
  readonly streamLogin: StreamLogin;
  readonly httpLogin: HttpLogin;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly pairing: Pairing;
  readonly revocation: Revocation;
  readonly audit: Audit & Pick<AuditLog, 'entry'>;
  /**
   * For a server, before its listeners open: takes up running bans, measures the board's hash cost, and shows
   * the claim code of a box without an owner.
   */
  start(): Promise<void>;
  /** Ends what `start` began. */
  stop(): void;
}

export interface AuthDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** Where people are kept instead of in `store`. */
  readonly userDirectory?: UserDirectory | undefined;
  readonly health?: Health;
  /** Asked when a key is first needed, which is after the key file was opened. */
  readonly sealer: () => Sealer;
  /** Asked at each use. `DEFAULT_AUTH_SETTINGS` when absent. */
  readonly settings?: () => AuthSettings;
  /** Asked at each use: the configuration may change while the kit runs. */
  readonly passwordPolicy: () => PasswordPolicy;
  /** Words that make bad passwords because everybody near the kit knows them; the kit's name is the first. */
  readonly contextWords: () => readonly string[];
  /** Undefined while no mail server is configured. */
  readonly mailer?: () => Mailer | undefined;
  /** False while the kit cannot know the time: codes of authenticator apps are not judged then. */
  readonly isClockTrusted?: () => boolean;
  /** Memory of the board, bytes (`os.totalmem()`): bounds what a password hash may take. */
  readonly totalMemoryBytes: number;
  /** Cost of a password hash instead of the measured one. */
  readonly hashCost?: Argon2Cost;
  /** Where Pushover is, instead of the real one. */
  readonly pushoverUrl?: string;
}

export function createAuth(deps: AuthDeps): Auth {
  const { clock, log, metrics, passwordPolicy, contextWords, totalMemoryBytes, hashCost } = deps;
  const { sealer, pushoverUrl, settings = () => DEFAULT_AUTH_SETTINGS } = deps;
  const { mailer = () => undefined, isClockTrusted = () => true } = deps;
  const cost =
    hashCost === undefined
      ? createHashCost({ store: deps.store, clock, log, totalMemoryBytes })
      : () => Promise.resolve(hashCost);
  const bcrypt = createBcryptThread(clock);
  const ownPasswords = createPasswords({ cost, compareBcrypt: bcrypt.compare, log });
  const audit = createAudit({ store: deps.store, clock, log });
  const revocation = createRevocation({ store: deps.store, audit, log });
  const secondFactor = () => settings().secondFactor;
  const { store, passwords, userStore } = createUserSources({
    directory: deps.userDirectory,
    ...{ store: deps.store, bcrypt, ownPasswords, audit, revocation, sealer, secondFactor, clock, log },
    health: deps.health,
    onFollowed: () => followClaim(),
  });
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
  const base = {
    ...{ store, audit, revocation, regulation, sealer, settings, mailer, isClockTrusted, clock, log },
    kitName: () => contextWords()[0] ?? 'Bivouac',
    ...(pushoverUrl === undefined ? {} : { pushoverUrl }),
  };
  const foundation = createFoundation(base);
  const { keys, signed, sessions, apiTokens, notices } = foundation;
  const passwordLogin = createPasswordLogin({
    ...base,
    ...foundation,
    passwords,
    verified: createVerifiedCache(clock),
    secondFactor,
    acceptsEmail: () => settings().email !== undefined,
    allowsUnconfirmed: () => settings().email?.allowsUnconfirmed === true,
  });
  const enrolmentTokens = createEnrolmentTokens({ store, audit, clock });
  const shared = { store, passwords, revocation, audit, passwordPolicy, contextWords };
  const users = createUsers(shared);
  const claim = createClaim({ ...shared, onClaimed: () => accounts.claimCode.stop() });
  /** @throws BivouacError of the policy */
  const hashNewPassword = (password: string, name: string) =>
    passwords.hash(checkPassword(password, passwordPolicy(), [name, ...contextWords()]));
  const accounts = createAccounts({ ...base, ...foundation, claim, passwordLogin, hashNewPassword });

  let wasClaimed: boolean | undefined;
  /** Where people are kept elsewhere, the first administrator comes, and the last one goes, behind our back. */
  async function followClaim(): Promise<void> {
    if (wasClaimed === undefined) return;
    const isClaimed = await claim.isClaimed();
    if (isClaimed === wasClaimed) return;
    wasClaimed = isClaimed;
    if (isClaimed) accounts.claimCode.stop();
    else await accounts.claimCode.start();
  }

  const pairing = createPairing({
    store,
    sessions,
    revocation,
    hash: (secret) => keys.hashOf('pairing', secret),
    codeLifeMs: () => settings().sessions.takeout.codeMs,
    audit,
    clock,
    log,
  });
  const { health = { set() {}, clear() {} } } = deps;
  const plainScreens = createPlainScreens({ store, pairing, sessions, keys, health, audit, clock });

  metrics?.add({
    name: 'bivouac_password_hashes_total',
    help: 'Password hashes computed, those for unknown users included.',
    type: 'counter',
    read: () => passwords.hashCount(),
  });

  return {
    users,
    userStore,
    claim,
    ...accounts,
    signIn: createSignIn({
      ...base,
      ...foundation,
      passwordLogin,
      users,
      secondFactor,
      proxy: () => settings().proxy,
      hashNewPassword,
    }),
    streamLogin: createStreamLogin({ ...base, passwordLogin, streamTokens: apiTokens, notices }),
    httpLogin: createHttpLogin({ passwordLogin, enrolments: enrolmentTokens }),
    enrolmentTokens,
    sessions,
    csrf: createCsrf(keys),
    tickets: createTickets({ store, sessions, clock }),
    apiTokens,
    fileTokens: createFileTokens({
      store,
      signed,
      keys,
      clock,
      lifeMs: () => settings().sessions.takeout.fileMs,
    }),
    codeTokens: createCodeTokens(signed),
    factors: createFactors({ ...base, ...foundation, secondFactor }),
    passkeys: createPasskeys({ ...base, ...foundation }),
    notices,
    secrets: createSecrets({ store, sealer, audit }),
    pairing,
    plainScreens,
    revocation,
    audit,
    async start() {
      await regulation.load(async (principalId) => {
        const principal = await store.principals.byId(principalId);
        return principal && foldName(principal.name);
      });
      // The first sign-in need not pay for it; the listeners need not wait for it.
      cost().catch((error) => log.error('auth.hash_not_calibrated', { error: messageOf(error) }));
      await plainScreens.load();
      await accounts.claimCode.start();
      wasClaimed = await claim.isClaimed();
      userStore.start();
    },
    stop: () => accounts.claimCode.stop(),
  };
}
