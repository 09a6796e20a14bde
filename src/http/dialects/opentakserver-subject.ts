import type { User, Users } from '../../auth/ports.ts';
import { type AppContext, personOf } from '../env.ts';
import { otsFailure } from './opentakserver-answers.ts';

/** Whom a request is about: oneself, or anybody where an administrator asks. A failure for all others. */
export async function otsSubject(
  c: AppContext,
  users: Pick<Users, 'byName'>,
  username: string,
): Promise<User | Response> {
  const me = personOf(c);
  if (username === '' || username === me.name) return me;
  if (me.role !== 'administrator') return otsFailure(c, 'Only administrators may do this for others', 403);
  return (await users.byName(username)) ?? otsFailure(c, `No such user: ${username}`, 404);
}
