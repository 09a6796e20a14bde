import type { Context } from 'hono';
import type { User } from '../auth/ports.ts';
import { BivouacError } from '../core/errors.ts';
import type { Caller } from './access.ts';
import type { Peer } from './peer.ts';

/** What every handler finds in its context. */
export interface AppEnv {
  Bindings: { peer: Peer };
  Variables: {
    /** Undefined on public routes. */
    caller: Caller | undefined;
    /** Answered with a 401, where the route asks for Basic credentials. */
    challenge: string | undefined;
    /** The step of an enrolment, on routes of one: failures there are told to the person who helps. */
    enrolmentStep: string | undefined;
    /** How the route's dialect tells a refusal; undefined for our own shape. */
    refusal: RefusalShape | undefined;
    /** Address of the client, behind trusted proxies too; '' on the control socket. */
    remote: string;
  };
}

export type AppContext = Context<AppEnv>;

/** A refusal as the clients of another server expect it. Headers such as `Retry-After` are added to it. */
export type RefusalShape = (error: BivouacError, c: AppContext) => Response;

/** The caller of a route that is not public. */
export function callerOf(c: AppContext): Caller {
  const caller = c.get('caller');
  if (caller === undefined) throw new BivouacError('auth.required');
  return caller;
}

/** The user that calls, for routes that make no sense for the console. */
export function userOf(c: AppContext): User {
  const caller = callerOf(c);
  if (caller.kind !== 'user') throw new BivouacError('auth.forbidden');
  return caller.user;
}

/** The same, where the person itself has to act: a token that it gave to a program does not. */
export function personOf(c: AppContext): User {
  const caller = callerOf(c);
  if (caller.kind === 'user' && caller.via === 'api_token') throw new BivouacError('auth.scope');
  return userOf(c);
}
