import type { AuthDoors } from '../../auth/doors.ts';
import type { Role, User, UserChange, Users } from '../../auth/ports.ts';
import { BivouacError } from '../../core/errors.ts';
import { type AppContext, callerOf } from '../env.ts';
import { type Fields, readJsonObject, textOf, textsOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import { RPORT_ADMIN } from './rport-access.ts';
import { empty, rportData, rportError } from './rport-answers.ts';
import { ADMINISTRATORS, sessionView, userView } from './rport-views.ts';

export interface RportUsersDeps {
  readonly doors: Pick<AuthDoors, 'factors' | 'sessions'>;
  readonly users: Users;
  /** RPort’s `totp_enabled`. */
  readonly isTotpEnabled: boolean;
  /** RPort’s `auth`: one user, of whom the configuration says everything. */
  readonly isStatic: boolean;
}

/** People, for administrators: accounts, their sessions, their lost authenticator apps. */
export function registerRportUsers(
  router: Router,
  { doors, users, isTotpEnabled, isStatic }: RportUsersDeps,
): void {
  const path = '/api/v1/users';
  const one = `${path}/:user`;
  const { factors, sessions } = doors;

  async function userNamed(c: AppContext, text?: (name: string) => string): Promise<User> {
    const name = c.req.param('user') ?? '';
    const user = await users.byName(name);
    if (user === undefined) throw new BivouacError('request.not_found', (text ?? CANNOT_FIND)(name));
    return user;
  }

  async function setReceiver(user: User, fields: Fields, c: AppContext): Promise<void> {
    const sendTo = textOf(fields, 'two_fa_send_to');
    if (sendTo === undefined) return;
    const known = (await factors.of(user.id)).codes?.sentTo ?? '';
    if (sendTo !== known) {
      await factors.codeTargets.set({ principalId: user.id, sendTo }, callerOf(c).actor);
    }
  }

  const view = async (user: User) =>
    userView(user, (await factors.of(user.id)).codes?.sentTo ?? '', undefined);

  router.route(RPORT_ADMIN, 'GET', path, async () => {
    if (isStatic) throw new BivouacError('user_store.read_only', STATIC_USER);
    return rportData(await Promise.all((await users.list()).map(view)));
  });

  router.route(RPORT_ADMIN, 'GET', one, async (c) => rportData(await view(await userNamed(c))));

  router.route(RPORT_ADMIN, 'POST', path, async (c) => {
    const fields = await readJsonObject(c);
    const name = textOf(fields, 'username') ?? '';
    const password = textOf(fields, 'password') ?? '';
    if (name === '') return rportError(400, 'username is required');
    if (password === '') return rportError(400, 'password is required');
    const { role, groups } = placeOf(textsOf(fields, 'groups') ?? []);
    const by = callerOf(c).actor;
    const user = await users.add({ name, password, role, groups }, by);
    await setReceiver(user, fields, c);
    if (fields['password_expired'] === true) await users.expirePassword(name, by);
    return empty(201);
  });

  router.route(RPORT_ADMIN, 'PUT', one, async (c) => {
    const user = await userNamed(c);
    const fields = await readJsonObject(c);
    const rename = textOf(fields, 'username');
    if (rename !== undefined && rename !== user.name) {
      return rportError(400, 'a user name cannot be changed', 'add another user and delete this one');
    }
    const by = callerOf(c).actor;
    const change = changeOf(user, fields);
    const expires = fields['password_expired'] === true && !user.isPasswordExpired;
    if (change === undefined && !expires && fields['two_fa_send_to'] === undefined) {
      return rportError(400, 'nothing to change');
    }
    if (change !== undefined) await users.change(user.name, change, by);
    await setReceiver(user, fields, c);
    if (expires) await users.expirePassword(user.name, by);
    return empty(204);
  });

  router.route(RPORT_ADMIN, 'DELETE', one, async (c) => {
    const { name } = await userNamed(c);
    await users.delete(name, callerOf(c).actor);
    return empty(204);
  });

  router.route(RPORT_ADMIN, 'DELETE', `${one}/totp-secret`, async (c) => {
    const { id: principalId } = await userNamed(c, () => 'user not found');
    if (!isTotpEnabled) return rportError(400, 'TotP is disabled');
    if ((await factors.of(principalId)).totp !== 'none') {
      await factors.totp.remove({ principalId }, callerOf(c).actor);
    }
    return empty(204);
  });

  router.route(RPORT_ADMIN, 'GET', `${one}/sessions`, async (c) => {
    const user = await userNamed(c);
    return rportData((await sessions.list(user.id)).map((session) => sessionView(session, user)));
  });

  router.route(RPORT_ADMIN, 'DELETE', `${one}/sessions`, async (c) => {
    const { id: principalId } = await userNamed(c);
    await sessions.endAll({ principalId }, callerOf(c).actor);
    return empty(204);
  });

  router.route(RPORT_ADMIN, 'DELETE', `${one}/sessions/:session`, async (c) => {
    const { id: principalId } = await userNamed(c);
    const number = Number(c.req.param('session'));
    const session = (await sessions.list(principalId)).find((candidate) => candidate.number === number);
    if (session === undefined) throw new BivouacError('session.unknown');
    await sessions.end({ principalId, sessionId: session.id }, callerOf(c).actor);
    return empty(204);
  });
}

const STATIC_USER =
  'server runs on a static user-password pair, please use JSON file or database for user data';
const CANNOT_FIND = (name: string) => `cannot find user by username '${name}'`;

/** RPort's group of administrators is a role here, its other groups are channels. */
function placeOf(groups: readonly string[]): { readonly role: Role; readonly groups: readonly string[] } {
  const isAdministrator = groups.includes(ADMINISTRATORS);
  return {
    role: isAdministrator ? 'administrator' : 'user',
    groups: groups.filter((group) => group !== ADMINISTRATORS),
  };
}

/** Undefined when nothing of it concerns the account itself. */
function changeOf(user: User, fields: Fields): UserChange | undefined {
  const password = textOf(fields, 'password');
  const names = textsOf(fields, 'groups');
  if ((password === undefined || password === '') && names === undefined) return undefined;
  const place = names && placeOf(names);
  // Who is an operator or a viewer stays so: RPort's groups know of neither.
  const staysAsIs = place?.role === 'user' && user.role !== 'administrator';
  return {
    ...(password === undefined || password === '' ? {} : { password }),
    ...(place === undefined ? {} : { groups: place.groups }),
    ...(place === undefined || staysAsIs ? {} : { role: place.role }),
  };
}
