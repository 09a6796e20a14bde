import type { AuthDoors } from '../../auth/doors.ts';
import type { Role, User } from '../../auth/ports.ts';
import { ALL_ROLES } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { type AppContext, callerOf, userOf } from '../env.ts';
import { type Fields, readJsonObject, textOf, textsOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import type { OtsAccess } from './opentakserver-access.ts';
import { otsFailure, otsSuccess } from './opentakserver-answers.ts';
import { otsMemberships, otsPage, otsUser, type Page } from './opentakserver-views.ts';

export interface OtsUserDeps extends Pick<AppDeps, 'users' | 'kit' | 'clock'> {
  readonly doors: Pick<AuthDoors, 'groups' | 'sessions'>;
}

/** Rows of a page where the request says nothing, as OpenTAKServer has it; and the most that it may ask. */
const PER_PAGE = 10;
const PER_PAGE_MAX = 500;

/** Who I am, and the people for administrators. */
export function registerOtsUsers(router: Router, access: OtsAccess, deps: OtsUserDeps): void {
  registerReading(router, access, deps);
  registerChanges(router, access, deps);
}

function registerReading(router: Router, access: OtsAccess, { users, kit, clock, doors }: OtsUserDeps): void {
  async function view(user: User): Promise<object> {
    return otsUser(user, {
      sessions: await doors.sessions.list(user.id),
      devices: kit.clients().filter(({ username }) => username === user.name),
      nowMs: clock.now(),
    });
  }

  router.route(access.signedIn, 'GET', '/api/me', async (c) => c.json(await view(userOf(c))));

  router.route(access.adminRead, 'GET', '/api/users', async (c) => {
    const page = pageOf(c);
    if (page === undefined) return otsFailure(c, 'Invalid page or per_page number');
    const wanted = c.req.query('username');
    const all = wanted === undefined ? await users.list() : [await users.byName(wanted)];
    const found = all.filter((user) => user !== undefined);
    // Only the rows of this page are looked up.
    const from = (page.page - 1) * page.perPage;
    const rows = await Promise.all(
      found.map((user, index) => (index >= from && index < from + page.perPage ? view(user) : {})),
    );
    return c.json(otsPage(rows, page));
  });

  router.route(access.adminRead, 'GET', '/api/users/all', async (c) =>
    c.json(await Promise.all((await users.list()).map(view))),
  );

  router.route(access.adminRead, 'GET', '/api/users/groups', async (c) => {
    const username = c.req.query('username') ?? '';
    if (username === '') return otsFailure(c, 'Please provide a username');
    const user = await users.byName(username);
    if (user === undefined) return otsFailure(c, `User ${username} not found`, 404);
    return otsSuccess(c, { results: otsMemberships(user) });
  });
}

function registerChanges(router: Router, access: OtsAccess, { users, doors: { groups } }: OtsUserDeps): void {
  /** The user that the body names; a failure where there is none. */
  async function named(c: AppContext, what: string): Promise<{ user: User; fields: Fields } | Response> {
    const fields = await readJsonObject(c);
    const username = textOf(fields, 'username') ?? '';
    if (username === '') return otsFailure(c, `Please specify ${what}`);
    const user = await users.byName(username);
    return user === undefined ? otsFailure(c, `User ${username} does not exist`) : { user, fields };
  }

  router.route(access.admin, 'POST', '/api/user/add', async (c) => {
    const fields = await readJsonObject(c);
    const name = textOf(fields, 'username') ?? '';
    const password = textOf(fields, 'password') ?? '';
    if (name === '') return otsFailure(c, 'Please specify a username');
    if (password !== textOf(fields, 'confirm_password')) return otsFailure(c, 'Passwords do not match');
    const role = roleOf(textsOf(fields, 'roles') ?? []);
    if (typeof role === 'object') return otsFailure(c, `Role ${role.unknown} does not exist`);
    if ((await users.byName(name)) !== undefined) return otsFailure(c, `User ${name} already exists`);
    await users.add({ name, password, role }, callerOf(c).actor);
    return otsSuccess(c);
  });

  router.route(access.admin, 'POST', '/api/user/delete', async (c) => {
    const target = await named(c, 'the username to delete');
    if (target instanceof Response) return target;
    if (target.user.id === userOf(c).id) return otsFailure(c, "You can't delete your own account");
    await users.delete(target.user.name, callerOf(c).actor);
    return otsSuccess(c);
  });

  router.route(access.admin, 'POST', '/api/user/password/reset', async (c) => {
    const target = await named(c, 'a username and new password');
    if (target instanceof Response) return target;
    const password = textOf(target.fields, 'new_password') ?? '';
    if (password === '') return otsFailure(c, 'Please specify a username and new password');
    await users.change(target.user.name, { password }, callerOf(c).actor);
    return otsSuccess(c);
  });

  for (const [verb, isEnabled] of [
    ['deactivate', false],
    ['activate', true],
  ] as const) {
    router.route(access.admin, 'POST', `/api/user/${verb}`, async (c) => {
      const target = await named(c, `the username to ${verb}`);
      if (target instanceof Response) return target;
      const { name, state } = target.user;
      // Told with 200: nothing is wrong with it.
      if ((state === 'enabled') === isEnabled) return otsFailure(c, `${name} is already ${verb}d`, 200);
      await users.change(name, { isEnabled }, callerOf(c).actor);
      return otsSuccess(c);
    });
  }

  router.route(access.admin, 'POST', '/api/user/role', async (c) => {
    const target = await named(c, 'a username and roles');
    if (target instanceof Response) return target;
    const roles = textsOf(target.fields, 'roles') ?? [];
    if (roles.length === 0) return otsFailure(c, 'Please specify a username and roles');
    const role = roleOf(roles);
    if (typeof role === 'object') return otsFailure(c, `Role ${role.unknown} does not exist`);
    await users.change(target.user.name, { role }, callerOf(c).actor);
    return otsSuccess(c);
  });

  // It adds: to leave a channel there is our own API.
  router.route(access.admin, 'PUT', '/api/users/groups', async (c) => {
    const fields = await readJsonObject(c);
    const username = textOf(fields, 'username') ?? '';
    const names = textsOf(fields, 'groups') ?? [];
    const direction = textOf(fields, 'direction') ?? '';
    if (username === '' || names.length === 0 || direction === '') {
      return otsFailure(c, 'Please provide a list of groups, a username, and a direction');
    }
    if (direction !== 'IN' && direction !== 'OUT') return otsFailure(c, 'Direction must be IN or OUT');
    const user = await users.byName(username);
    if (user === undefined) return otsFailure(c, `User ${username} doesn't exist`, 404);
    for (const name of names) {
      if ((await groups.byName(name)) === undefined) return otsFailure(c, `Group ${name} doesn't exist`, 404);
    }
    await groups.join({ principalId: user.id, groups: names, direction }, callerOf(c).actor);
    return otsSuccess(c);
  });
}

/** Somebody has one role here: of several, the one that may most. */
function roleOf(names: readonly string[]): Role | { readonly unknown: string } {
  const unknown = names.find((name) => !ALL_ROLES.some((role) => role === name));
  if (unknown !== undefined) return { unknown };
  return ALL_ROLES.find((role) => names.includes(role)) ?? 'user';
}

function pageOf(c: AppContext): Page | undefined {
  const page = Number(c.req.query('page') ?? 1);
  const perPage = Number(c.req.query('per_page') ?? PER_PAGE);
  const isGood = [page, perPage].every((number) => Number.isInteger(number) && number > 0);
  return isGood ? { page, perPage: Math.min(perPage, PER_PAGE_MAX) } : undefined;
}
