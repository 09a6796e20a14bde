import { type Access, ALL_ROLES, type ForgeryRule, OWN_WAYS } from '../access.ts';
import type { ListenerName } from '../peer.ts';
import { otsRefusal, otsRouteRefusal } from './opentakserver-answers.ts';

const ON: readonly ListenerName[] = ['https', 'http'];

/** Who may call OpenTAKServer's routes. */
export interface OtsAccess {
  readonly stranger: Access;
  /** Whoever has signed in, or is about to: between password and code there is no session yet. */
  readonly anybody: Access;
  /** The same, where nobody's answer can be forged into harm: signing out. */
  readonly leaving: Access;
  readonly signedIn: Access;
  /** OpenTAKServer's own routes, whose refusals look different. */
  readonly member: Access;
  readonly adminRead: Access;
  readonly admin: Access;
}

export function otsAccess(mechanisms: ForgeryRule['mechanisms']): OtsAccess {
  const forgery: ForgeryRule = { mechanisms, checksReferrer: true };
  const signedIn: Access = { on: ON, who: ALL_ROLES, by: OWN_WAYS, forgery, refusal: otsRefusal };
  const member: Access = { ...signedIn, refusal: otsRouteRefusal };
  return {
    stranger: { on: ON, who: 'public', refusal: otsRefusal },
    anybody: { ...signedIn, mayBeAnonymous: true },
    leaving: { ...signedIn, mayBeAnonymous: true, forgery: { mechanisms, checksReferrer: false } },
    signedIn,
    member,
    adminRead: { ...member, who: ['administrator'] },
    admin: { ...member, who: ['administrator'], asksFresh: true },
  };
}
