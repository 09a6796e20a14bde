import { history } from './0001-history.ts';
import { auth } from './0002-auth.ts';
import { sessions } from './0003-sessions.ts';
import { secondFactors } from './0004-second-factors.ts';
import { pairing } from './0005-pairing.ts';
import { accounts } from './0006-accounts.ts';
import { userSources } from './0007-user-sources.ts';

/** One step of the schema. Never changed once released: a later need is a later step. */
export interface Migration {
  /** 1, 2, 3 … without holes; the database's `user_version` is the id of the last one applied. */
  readonly id: number;
  readonly name: string;
  /** Statements, run in one transaction. No BEGIN, COMMIT or PRAGMA in them. */
  readonly sql: string;
}

/** In order. A new step: a file `NNNN-name.ts` beside this one, and a line here. */
export const migrations: readonly Migration[] = [
  history,
  auth,
  sessions,
  secondFactors,
  pairing,
  accounts,
  userSources,
];
