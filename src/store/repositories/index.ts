import type { Operations } from '../operation.ts';
import { apiCalls } from './api-calls.ts';
import { apiTokens } from './api-tokens.ts';
import { attempts } from './attempts.ts';
import { audit } from './audit.ts';
import { certs } from './certs.ts';
import { claim } from './claim.ts';
import { enrolments } from './enrolments.ts';
import { externalUsers } from './external-users.ts';
import { factors } from './factors.ts';
import { fileUses } from './file-uses.ts';
import { grants } from './grants.ts';
import { groupRights } from './group-rights.ts';
import { groups } from './groups.ts';
import { history } from './history.ts';
import { logins } from './logins.ts';
import { mailTokens } from './mail-tokens.ts';
import { pairings } from './pairings.ts';
import { passkeys } from './passkeys.ts';
import { passwords } from './passwords.ts';
import { principals } from './principals.ts';
import { secrets } from './secrets.ts';
import { sessions } from './sessions.ts';
import { settings } from './settings.ts';
import { signIn } from './sign-in.ts';

/** All repositories, by the name under which `Store` shows them. The worker and the types read this table. */
export const repositories = {
  apiCalls,
  apiTokens,
  attempts,
  audit,
  certs,
  claim,
  enrolments,
  externalUsers,
  factors,
  fileUses,
  grants,
  groupRights,
  groups,
  history,
  logins,
  mailTokens,
  passkeys,
  pairings,
  passwords,
  principals,
  secrets,
  sessions,
  signIn,
  settings,
} satisfies Readonly<Record<string, Operations>>;

export type Repositories = typeof repositories;
