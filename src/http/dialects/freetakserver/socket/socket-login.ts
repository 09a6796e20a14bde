import { ANYBODY, isScopeGood, type Who } from '../../../../auth/permissions.ts';
import type { Users } from '../../../../auth/ports.ts';
import type { SessionFacts } from '../../../../auth/revoke.ts';
import type { ApiTokens } from '../../../../auth/session-ports.ts';
import type { Clock } from '../../../../core/clock.ts';
import type { Caller } from '../../../access.ts';
import type { CallerRights } from '../../caller-rights.ts';
import type { WebsocketKey } from '../websocket-key.ts';

/** Somebody who has shown a good key on his connection. */
export interface SocketLogin {
  readonly name: string;
  /** For a revocation to find; undefined where the shared key was shown. */
  readonly facts: SessionFacts | undefined;
  /** Who it is at this moment; undefined when it is over. Asked for each event. */
  now(): Promise<{ readonly who: Who; readonly caller: UserCaller | undefined } | undefined>;
}

export type UserCaller = Extract<Caller, { kind: 'user' }>;

/** Whoever knows the shared key sees what operators see. He is nobody in particular, and changes nothing. */
const KEY_HOLDER: Who = { ...ANYBODY, kind: 'user', role: 'operator', scope: 'read' };

export interface SocketLoginDeps {
  readonly apiTokens: Pick<ApiTokens, 'check'>;
  readonly users: Pick<Users, 'byId'>;
  readonly rightsOf: CallerRights;
  readonly websocketKey: Pick<WebsocketKey, 'isKey'>;
  readonly clock: Clock;
}

/** Judges the key of an `authenticate` event: a personal token, or the shared `websocketkey`. */
export function createSocketLogin({ apiTokens, users, rightsOf, websocketKey, clock }: SocketLoginDeps) {
  return async (key: string, remote: string): Promise<SocketLogin | undefined> => {
    if (await websocketKey.isKey(key)) {
      return {
        name: 'websocketkey',
        facts: undefined,
        now: async () => ({ who: KEY_HOLDER, caller: undefined }),
      };
    }
    const checked = await apiTokens.check({ token: key, remote });
    if (checked.user === undefined || !isScopeGood(checked.token.scope, 'GET', '/')) return undefined;
    const { user, token } = checked;
    const { scope, prefix, expiresMs } = token;
    return {
      name: user.name,
      facts: { principalId: user.id, sessionId: prefix, certSerial: undefined },
      async now() {
        const current = await users.byId(user.id);
        if (current?.state !== 'enabled' || clock.now() >= expiresMs) return undefined;
        const actor = { id: current.id, name: current.name, remote };
        const caller = {
          kind: 'user',
          actor,
          user: current,
          via: 'api_token',
          enrolmentId: undefined,
          scope,
        } as const;
        return { who: await rightsOf(caller), caller };
      },
    };
  };
}
