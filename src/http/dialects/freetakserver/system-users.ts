import type { Actor, User, Users } from '../../../auth/ports.ts';
import type { ApiTokens } from '../../../auth/session-ports.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { AppDeps } from '../../app-deps.ts';
import { DEVICE_TYPES, type DeviceType, type UserPackages } from './user-packages.ts';

/** A user as FreeTAKServer shows it. What is secret of it can be set, and never read: it is always ''. */
export interface SystemUserView {
  readonly Name: string;
  readonly Group: string;
  readonly Token: '';
  readonly Password: '';
  /** Name of the package with the certificate that was made for it; null for none. */
  readonly Certs: string | null;
  readonly Uid: string;
  readonly DeviceType: DeviceType;
}

export interface NewSystemUser {
  readonly name: string;
  readonly group: string;
  readonly token: string;
  readonly password: string;
  readonly device: DeviceType;
  readonly wantsCertificate: boolean;
}

/**
 * FreeTAKServer's system users: a user, its device and its bearer token in one. The user is one of ours, in
 * the channel of its group; the token a personal one. Failures are those of the actions behind it.
 */
export interface SystemUsers {
  list(): Promise<readonly SystemUserView[]>;
  /** All or nothing: without its token or its package the user is not made. */
  add(user: NewSystemUser, host: string, by: Actor): Promise<void>;
  /** @throws BivouacError `user.unknown` */
  change(
    uid: string,
    change: { readonly token?: string; readonly password?: string; readonly group?: string },
    by: Actor,
  ): Promise<void>;
  /** Its certificates are revoked, its tokens end, its connections are closed. @throws BivouacError `user.unknown` */
  remove(uid: string, by: Actor): Promise<void>;
  /** The address of a package for it, a new one where none waits. @throws BivouacError `user.unknown` */
  packageUrl(idOrPackage: string, host: string): Promise<string>;
}

/** Name of the token that its callers set. */
const TOKEN_NAME = 'FreeTAKServer';
const TOKEN_SCOPE = 'read+write';

/** What is kept of a user besides. */
interface Facts {
  readonly deviceType: DeviceType;
  readonly hasPackage: boolean;
}

export interface SystemUsersDeps extends Pick<AppDeps, 'settings'> {
  readonly users: Pick<Users, 'add' | 'change' | 'delete' | 'list' | 'byId'>;
  readonly apiTokens: Pick<ApiTokens, 'adopt'>;
  readonly packages: UserPackages;
  readonly clock: Clock;
}

export function createSystemUsers({
  users,
  apiTokens,
  packages,
  settings,
  clock,
}: SystemUsersDeps): SystemUsers {
  async function factsOf(id: string): Promise<Facts> {
    const kept = (await settings.get(keyOf(id))) as Partial<Facts> | undefined;
    const { deviceType = 'mobile', hasPackage = false } = kept ?? {};
    return { deviceType: deviceType in DEVICE_TYPES ? deviceType : 'mobile', hasPackage };
  }

  async function viewOf(user: User): Promise<SystemUserView> {
    const { deviceType, hasPackage } = await factsOf(user.id);
    return {
      Name: user.name,
      Group: user.groups[0]?.name ?? '',
      Token: '',
      Password: '',
      Certs: hasPackage ? packageName(user) : null,
      Uid: user.id,
      DeviceType: deviceType,
    };
  }

  async function byUid(uid: string): Promise<User> {
    const user = await users.byId(uid);
    if (user?.kind !== 'user') throw new BivouacError('user.unknown');
    return user;
  }

  const keep = (id: string, { deviceType, hasPackage }: Facts) =>
    settings.set({ key: keyOf(id), value: { deviceType, hasPackage }, nowMs: clock.now() });

  const adopt = (principalId: string, token: string, by: Actor) =>
    apiTokens.adopt({ principalId, name: TOKEN_NAME, scope: TOKEN_SCOPE, token }, by);

  const people = async () => (await users.list()).filter(({ kind }) => kind === 'user');

  return {
    list: async () => Promise.all((await people()).map(viewOf)),

    async add({ name, group, token, password, device, wantsCertificate }, host, by) {
      const user = await users.add({ name, password, groups: [group] }, by);
      try {
        await adopt(user.id, token, by);
        if (wantsCertificate) await packages.make(user, device, host);
        await keep(user.id, { deviceType: device, hasPackage: wantsCertificate });
      } catch (error) {
        await users.delete(user.name, by);
        throw error;
      }
    },

    async change(uid, { token, password, group }, by) {
      const { name } = await byUid(uid);
      if (password !== undefined || group !== undefined) {
        const groups = group === undefined ? {} : { groups: [group] };
        await users.change(name, { ...(password === undefined ? {} : { password }), ...groups }, by);
      }
      // After the password: with a new one, older tokens end.
      if (token !== undefined) await adopt(uid, token, by);
    },

    async remove(uid, by) {
      const { name } = await byUid(uid);
      await users.delete(name, by);
      packages.forget(uid);
      await settings.remove(keyOf(uid));
    },

    async packageUrl(idOrPackage, host) {
      const user = (await people()).find((one) => one.id === idOrPackage || packageName(one) === idOrPackage);
      if (user === undefined) throw new BivouacError('user.unknown');
      const waiting = packages.waiting(user.id);
      if (waiting !== undefined) return waiting;
      const { deviceType } = await factsOf(user.id);
      const { url } = await packages.make(user, deviceType, host);
      await keep(user.id, { deviceType, hasPackage: true });
      return url;
    },
  };
}

function packageName({ name, id }: User): string {
  return `${name}${id}.zip`;
}

function keyOf(principalId: string): string {
  return `fts.user.${principalId}`;
}
