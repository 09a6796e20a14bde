import type { Access } from '../../access.ts';
import { ALL_ROLES } from '../../access.ts';
import type { ListenerName } from '../../peer.ts';
import { ftsRefusal } from './answers.ts';

const ON: readonly ListenerName[] = ['ftsRest', 'ftsRestPlain'];

/** The one route that asks for nothing. */
export const FTS_PUBLIC: Access = { on: ON, who: 'public', refusal: ftsRefusal };
/** Whoever has a token: a system user, or a program. */
export const FTS_ANYBODY: Access = { on: ON, who: ALL_ROLES, by: ['api_token'], refusal: ftsRefusal };
/** What changes who has power. In FreeTAKServer any token does, and for new users none is asked for. */
export const FTS_ADMIN: Access = {
  on: ON,
  who: ['administrator'],
  by: ['api_token'],
  asksFresh: true,
  refusal: ftsRefusal,
};
