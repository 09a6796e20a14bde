import type { Approver } from '../../../auth/pairing-ports.ts';
import { type AppContext, callerOf } from '../../env.ts';

/** The caller as pairing sees him. */
export function approverOf(c: AppContext): Approver {
  const caller = callerOf(c);
  if (caller.kind === 'console') return { actor: caller.actor, user: undefined };
  const { actor, user, scope, session } = caller;
  return { actor, user, scope, sessionId: session?.sessionId };
}

/** The device that asks, as pairing sees it. */
export function visitOf(c: AppContext): { readonly remote: string; readonly userAgent: string | undefined } {
  return { remote: c.get('remote'), userAgent: c.req.header('user-agent') };
}
