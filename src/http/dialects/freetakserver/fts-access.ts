import type { Access } from '../../access.ts';
import { ALL_ROLES } from '../../access.ts';
import { FTS_LISTENERS } from '../../peer.ts';
import { ftsRefusal } from './answers.ts';

/** The one route that asks for nothing. */
export const FTS_PUBLIC: Access = { on: FTS_LISTENERS, who: 'public', refusal: ftsRefusal };
/** Whoever has a token: a system user, or a program. */
export const FTS_ANYBODY: Access = {
  on: FTS_LISTENERS,
  who: ALL_ROLES,
  by: ['api_token'],
  refusal: ftsRefusal,
};
/** What changes who has power. In FreeTAKServer any token does, and for new users none is asked for. */
export const FTS_ADMIN: Access = {
  on: FTS_LISTENERS,
  who: ['administrator'],
  by: ['api_token'],
  asksFresh: true,
  refusal: ftsRefusal,
};
