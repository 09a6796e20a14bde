import type { Clock } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import type { LoginFacts } from '../store/repositories/logins.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { Door } from './sign-in-ports.ts';
import type { SignedTokens } from './signed-tokens.ts';
import type { TokenKeys } from './token-keys.ts';

/** Sign-ins that wait for their second step, by the token that stands for them. */
export interface LoginDesk {
  open(order: {
    readonly principal: PrincipalRecord;
    readonly door: Door;
    readonly state: 'ready' | 'set_up';
    /** PHC string of a password to be set when it is done. */
    readonly newPhc: string | undefined;
    readonly lifeMs: number;
  }): Promise<{ readonly id: string; readonly loginToken: string; readonly expiresMs: number }>;
  /** Undefined when the token is not good, or the sign-in is over. */
  find(loginToken: string): Promise<LoginFacts | undefined>;
  /** As `find`, and counts a try; undefined for one too many. */
  takeTry(loginToken: string): Promise<LoginFacts | undefined>;
}

/** What RPort 1.0 lets a token do before the second step. */
const VERIFY_SCOPE = { uri: '/api/v1/verify-2fa', method: 'POST' };
const SET_UP_SCOPE = { uri: '/api/v1/me/totp-secret', method: 'POST' };

export function createLoginDesk({
  store,
  keys,
  signed,
  clock,
}: {
  readonly store: Pick<Store, 'logins'>;
  readonly keys: TokenKeys;
  readonly signed: SignedTokens;
  readonly clock: Clock;
}): LoginDesk {
  async function hashOf(loginToken: string): Promise<string | undefined> {
    const { claims } = await signed.verify('login', loginToken);
    return claims && keys.hashOf('login', claims.jti);
  }

  return {
    async open({ principal, door, state, newPhc, lifeMs }) {
      const id = newId();
      const jti = newId();
      const nowMs = clock.now();
      const expiresMs = nowMs + lifeMs;
      await store.logins.create({
        id,
        hash: keys.hashOf('login', jti),
        principalId: principal.id,
        credEpoch: principal.credEpoch,
        door,
        newPhc: newPhc ?? null,
        expiresMs,
        nowMs,
      });
      const scopes = state === 'set_up' ? [VERIFY_SCOPE, SET_UP_SCOPE] : [VERIFY_SCOPE];
      // No `exp`: its seconds would end the sign-in up to one second before its row.
      const loginToken = await signed.sign('login', { jti, claims: { username: principal.name, scopes } });
      return { id, loginToken, expiresMs };
    },

    async find(loginToken) {
      const hash = await hashOf(loginToken);
      return hash === undefined ? undefined : store.logins.find({ hash, nowMs: clock.now() });
    },

    async takeTry(loginToken) {
      const hash = await hashOf(loginToken);
      return hash === undefined ? undefined : store.logins.takeTry({ hash, nowMs: clock.now() });
    },
  };
}
