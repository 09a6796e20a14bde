import { GROUP_FLAGS, type GroupFlag } from '../../auth/account-ports.ts';
import type { AuthDoors } from '../../auth/doors.ts';
import { BivouacError } from '../../core/errors.ts';
import { type AppContext, callerOf } from '../env.ts';
import { type Fields, readJsonObject } from '../request-fields.ts';
import type { Router } from '../router.ts';
import { RPORT_ADMIN } from './rport-access.ts';
import { empty, rportData, rportError } from './rport-answers.ts';
import { ADMINISTRATORS, groupView } from './rport-views.ts';

/** May everything, and cannot be changed. */
const ADMINISTRATORS_GROUP = { name: ADMINISTRATORS, flags: GROUP_FLAGS };

/** Channels, and what their members may do besides using them. */
export function registerRportGroups(router: Router, { groups }: Pick<AuthDoors, 'groups'>): void {
  const path = '/api/v1/user-groups';
  const one = `${path}/:group`;
  const nameOf = (c: AppContext) => c.req.param('group') ?? '';

  router.route(RPORT_ADMIN, 'GET', path, async () =>
    rportData([ADMINISTRATORS_GROUP, ...(await groups.list())].map(groupView)),
  );

  router.route(RPORT_ADMIN, 'GET', one, async (c) => {
    const name = nameOf(c);
    const group = name === ADMINISTRATORS ? ADMINISTRATORS_GROUP : await groups.byName(name);
    if (group === undefined)
      throw new BivouacError('group.unknown', `cannot find user group by name '${name}'`);
    return rportData(groupView(group));
  });

  router.route(RPORT_ADMIN, 'PUT', one, async (c) => {
    const name = nameOf(c);
    if (name === ADMINISTRATORS) return rportError(400, `${ADMINISTRATORS} have all permissions`);
    const fields = await readJsonObject(c);
    if (isRestricted(fields)) {
      return rportError(400, 'tunnels_restricted and commands_restricted are not supported');
    }
    const group = await groups.put({ name, flags: flagsOf(fields) }, callerOf(c).actor);
    return rportData({ ...groupView(group), tunnels_restricted: {}, commands_restricted: {} });
  });

  router.route(RPORT_ADMIN, 'DELETE', one, async (c) => {
    const name = nameOf(c);
    if (name === ADMINISTRATORS) return rportError(400, `${ADMINISTRATORS} cannot be deleted`);
    await groups.remove(name, callerOf(c).actor);
    return empty(204);
  });
}

/** Whoever writes a restriction must not believe that it holds. */
function isRestricted(fields: Fields): boolean {
  return ['tunnels_restricted', 'commands_restricted'].some((name) => {
    const value = fields[name];
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  });
}

/** @throws BivouacError `request.invalid` for a permission that does not exist */
function flagsOf({ permissions = {} }: Fields): readonly GroupFlag[] {
  if (typeof permissions !== 'object' || permissions === null) {
    throw new BivouacError('request.invalid', 'permissions: an object is expected');
  }
  const unknown = Object.keys(permissions).find((name) => !GROUP_FLAGS.some((flag) => flag === name));
  if (unknown !== undefined) throw new BivouacError('request.invalid', `unknown permission ${unknown}`);
  return GROUP_FLAGS.filter((flag) => (permissions as Fields)[flag] === true);
}
