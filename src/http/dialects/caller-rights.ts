import type { Grants } from '../../auth/account-ports.ts';
import { ANYBODY, type Who } from '../../auth/permissions.ts';
import type { Clock } from '../../core/clock.ts';
import type { Caller } from '../access.ts';
import { channelsOf } from '../caller-channels.ts';

/** A caller as `may()` wants it. Asked anew for each request: what somebody may changes while he is signed in. */
export type CallerRights = (caller: Caller | undefined) => Promise<Who>;

export function createCallerRights({
  grants,
  clock,
}: {
  readonly grants: Pick<Grants, 'of'>;
  readonly clock: Clock;
}): CallerRights {
  return async (caller) => {
    if (caller === undefined) return ANYBODY;
    if (caller.kind === 'console') return CONSOLE_WHO;
    const { user, session, scope } = caller;
    const channels = channelsOf(user);
    return {
      kind: user.kind,
      id: user.id,
      role: user.role,
      channelsIn: channels.in,
      channelsOut: channels.out,
      ...(await grants.of(user.id)),
      scope,
      authenticatedMs: scope === undefined ? (session?.authenticatedMs ?? clock.now()) : undefined,
    };
  };
}

const CONSOLE_WHO: Who = { ...ANYBODY, kind: 'console' };
