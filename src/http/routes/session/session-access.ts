import { type Access, ALL_ROLES } from '../../access.ts';
import type { ListenerName } from '../../peer.ts';

const ON: readonly ListenerName[] = ['https', 'http'];

/** Somebody who is not signed in, or not yet. */
export const STRANGER: Access = { on: ON, who: 'public' };
/** Somebody in a browser, or nobody any more. */
export const PERHAPS_SIGNED_IN: Access = { on: ON, who: ALL_ROLES, by: ['cookie'], mayBeAnonymous: true };
/** A session of ours in a browser: nothing else can be asked to confirm itself. */
export const IN_BROWSER: Access = { on: ON, who: ALL_ROLES, by: ['cookie'] };
/** A person about himself, however he has signed in; a certificate is no sign-in of a person. */
export const ONESELF: Access = { on: ON, who: ALL_ROLES };
/** The same for what weakens or takes over an account. */
export const ONESELF_FRESH: Access = { ...ONESELF, asksFresh: true };
