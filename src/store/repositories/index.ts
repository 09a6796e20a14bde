import type { Operations } from '../operation.ts';
import { attempts } from './attempts.ts';
import { audit } from './audit.ts';
import { certs } from './certs.ts';
import { claim } from './claim.ts';
import { enrolments } from './enrolments.ts';
import { groups } from './groups.ts';
import { history } from './history.ts';
import { passwords } from './passwords.ts';
import { principals } from './principals.ts';
import { settings } from './settings.ts';
import { signIn } from './sign-in.ts';

/** All repositories, by the name under which `Store` shows them. The worker and the types read this table. */
export const repositories = {
  attempts,
  audit,
  certs,
  claim,
  enrolments,
  groups,
  history,
  passwords,
  principals,
  signIn,
  settings,
} satisfies Readonly<Record<string, Operations>>;

export type Repositories = typeof repositories;
