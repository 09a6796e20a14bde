import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { User } from './ports.ts';

/** What may be shown of a principal, member by member: a new column does not leak by itself. */
export function userOf(principal: PrincipalRecord): User {
  const { id, kind, name, email, role, state, hasPassword, isPasswordExpired, createdMs, groups } = principal;
  return { id, kind, name, email, role, state, hasPassword, isPasswordExpired, createdMs, groups };
}
