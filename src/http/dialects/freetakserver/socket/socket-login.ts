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
  /**
   * Who it is at this moment; undefined when it is over. Asked for each event, and each second: what ended while
   * somebody was just coming in is found by this.
   */
  now(): Promise<{ readonly who: Who; readonly caller: UserCaller | undefined } | undefined>;
}

export type UserCaller = Extract<Caller, { kind: 'user' }>;

/** Whoever knows the shared key sees what operators see. He is nobody in particular, and changes nothing. */
const KEY_HOLDER: Who = { ...ANYBODY, kind: 'user', role: 'operator', scope: 'read' };

export interface SocketLoginDeps {
  readonly apiTokens: Pick<ApiTokens, 'check' | 'list'>;
  readonly users: Pick<Users, 'byId'>;
  readonly rightsOf: CallerRights;
  readonly websocketKey: Pick<WebsocketKey, 'isKey'>;
  readonly clock: Clock;
}

/** Judges the key of an `authenticate` event: a personal token, or the shared `websocketkey`. */
export function createSocketLogin({ apiTokens, users, rightsOf, websocketKey, clock }: SocketLoginDeps) {
  return async (key: string, remote: string): Promise<SocketLogin | undefined> => {
    if (await websocketKey.isKey(key)) {
      const holder = { who: KEY_HOLDER, caller: undefined };
      const now = async () => ((await websocketKey.isKey(key)) ? holder : undefined);
      return { name: 'websocketkey', facts: undefined, now };
    }
    const checked = await apiTokens.check({ token: key, remote });
    if (checked.user === undefined || !isScopeGood(checked.token.scope, 'GET', '/')) return undefined;
    const { user, token } = checked;
    const { scope, prefix } = token;
    return {
      name: user.name,
      facts: { principalId: user.id, sessionId: prefix, certSerial: undefined },
      async now() {
        const [current, tokens] = await Promise.all([users.byId(user.id), apiTokens.list(user.id)]);
        const own = tokens.find((one) => one.prefix === prefix);
        if (current?.state !== 'enabled' || own === undefined || clock.now() >= own.expiresMs)
          return undefined;
        const actor = { id: current.id, name: current.name, remote };
        const as = { via: 'api_token', enrolmentId: undefined, scope } as const;
        const caller = { kind: 'user', actor, user: current, ...as } as const;
        return { who: await rightsOf(caller), caller };
      },
    };
  };
}
