import { type Access, ALL_ROLES, type SignInWay } from '../access.ts';
import type { ListenerName } from '../peer.ts';
import { rportRefusal } from './rport-answers.ts';

const ON: readonly ListenerName[] = ['https', 'http'];
/** As RPort has it: what people send here are names, passwords and lists of groups. */
const MAX_BODY_BYTES = 10_240;
const BY: readonly SignInWay[] = ['password', 'api_token', 'rport'];

/** Login, and the routes whose login tokens only the handler can judge. */
export const RPORT_PUBLIC: Access = {
  on: ON,
  who: 'public',
  maxBodyBytes: MAX_BODY_BYTES,
  refusal: rportRefusal,
};
export const RPORT_SIGNED_IN: Access = { ...RPORT_PUBLIC, who: ALL_ROLES, by: BY };
/** What weakens an account asks for a sign-in of the last minutes. */
export const RPORT_FRESH: Access = { ...RPORT_SIGNED_IN, asksFresh: true };
export const RPORT_ADMIN: Access = { ...RPORT_FRESH, who: ['administrator'] };
