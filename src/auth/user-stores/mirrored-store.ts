import { BivouacError } from '../../core/errors.ts';
import type { Store } from '../../store/open.ts';
import type { GroupName } from '../../store/repositories/groups.ts';
import { ADMINISTRATORS, type UserDirectory } from '../../store/user-directories/port.ts';
import { GROUP_FLAGS, type GroupFlag } from '../account-ports.ts';
import { foldName } from '../names.ts';
import type { UserMirror } from './mirror.ts';

/**
 * The store as the rest of auth knows it, with people who are kept elsewhere: what reads them asks the other
 * store first where that one changes by itself, and what changes them changes them there.
 */
export function mirroredStore(store: Store, mirror: UserMirror, directory: UserDirectory): Store {
  const { principals, claim, factors, logins, groupRights } = store;
  const { isLive } = directory;

  async function followNamed(name: string): Promise<void> {
    if (isLive && name !== '') await mirror.followNamed(name);
  }

  /** An action whose argument says whom it is about. */
  const about =
    <A, T>(idOf: (argument: A) => string | Promise<string | undefined>, act: (argument: A) => Promise<T>) =>
    (argument: A): Promise<T> =>
      mirror.carry({
        before: async () => idOf(argument),
        run: () => act(argument),
        idOf: () => undefined,
        changesStore: true,
      });

  const ofPrincipal = ({ principalId }: { readonly principalId: string }) => principalId;

  return {
    ...store,
    principals: {
      ...principals,
      async byNameKey(nameKey) {
        await followNamed(nameKey);
        return principals.byNameKey(nameKey);
      },
      async list() {
        if (isLive) await mirror.followAll();
        return principals.list();
      },
      async add(addition) {
        if (addition.kind === 'service') return principals.add(addition);
        refuseAdministrators(addition.groups);
        return mirror.carry({
          before: async () => undefined,
          run: async () => {
            // Somebody of this name may have come since we looked.
            if ((await directory.readNamed(addition.name)).length > 0) throw new BivouacError('user.exists');
            return principals.add(addition);
          },
          idOf: ({ id }) => id,
          changesStore: true,
        });
      },
      async update(update) {
        const { phc, groups, role, isPasswordExpired } = update;
        refuseAdministrators(groups);
        const isOfStore = [phc, groups, role, isPasswordExpired].some((one) => one !== undefined);
        return mirror.carry({
          before: async () => update.id,
          run: () => principals.update(update),
          idOf: () => update.id,
          changesStore: isOfStore || directory.source === 'static',
        });
      },
      remove: about(({ id }) => id, principals.remove),
    },
    claim: {
      ...claim,
      claim: (order) =>
        mirror.carry({
          before: async () => (await principals.byNameKey(order.nameKey))?.id,
          run: () => claim.claim(order),
          idOf: ({ principal }) => principal.id,
          changesStore: true,
        }),
      recover: about(({ id }) => id, claim.recover),
    },
    factors: {
      ...factors,
      setUpTotp: (order) => {
        // RPort: no second factor for the one static user.
        if (directory.source === 'static') return refuseFactor();
        return factors.setUpTotp(order);
      },
      activateTotp: about(ofPrincipal, factors.activateTotp),
      removeTotp: about(ofPrincipal, factors.removeTotp),
      setTarget: about(ofPrincipal, factors.setTarget),
      reset: about(ofPrincipal, factors.reset),
    },
    logins: {
      ...logins,
      // Most sign-ins end without a change of anything that is kept there.
      async finish(order) {
        const login = await store.externalUsers.ofLogin(order.id);
        const isFirstCode = login?.user.factors.totp?.status === 'pending';
        if (!isFirstCode && login?.hasNewPassword !== true) return logins.finish(order);
        const { id } = login.user.principal;
        return mirror.carry({
          before: async () => id,
          run: () => logins.finish(order),
          idOf: () => id,
          changesStore: true,
        });
      },
      confirmTarget: about(ofPrincipal, logins.confirmTarget),
    },
    mailTokens: {
      ...store.mailTokens,
      // Nobody makes himself an account in somebody else's store.
      register: async () => {
        throw new BivouacError('account.not_offered');
      },
      reset: (order) =>
        mirror.carry({
          before: async () => {
            const query = { purpose: 'reset', hash: order.hash, nowMs: order.audit.atMs } as const;
            return (await store.mailTokens.find(query))?.id;
          },
          run: () => store.mailTokens.reset(order),
          idOf: ({ principal }) => principal.id,
          changesStore: true,
        }),
    },
    groupRights: {
      ...groupRights,
      // In a file stands who is in a group, not what the group may: that is kept here.
      put: (order) =>
        directory.source === 'database'
          ? mirror.carryGroup(
              () => groupRights.put(order),
              () => directory.putGroup(order.name.name, permissionsOf(order.flags)),
            )
          : groupRights.put(order),
      async remove(order) {
        const name = (await groupRights.byKey(order.key))?.name;
        if (name === undefined) throw new BivouacError('group.unknown');
        return mirror.carryGroup(
          () => groupRights.remove(order),
          () => directory.removeGroup(name),
        );
      },
    },
    signIn: {
      ...store.signIn,
      async byPassword(query) {
        await followNamed(query.nameKey);
        const facts = await store.signIn.byPassword(query);
        const name = facts.principal?.name;
        if (name === undefined || foldName(name) === query.nameKey) return facts;
        // Found by the mail address: the name is what the other store knows.
        await followNamed(name);
        return store.signIn.byPassword(query);
      },
    },
  };
}

function permissionsOf(flags: readonly string[]): Record<GroupFlag, boolean> {
  return Object.fromEntries(GROUP_FLAGS.map((flag) => [flag, flags.includes(flag)])) as Record<
    GroupFlag,
    boolean
  >;
}

/** A channel of this name would be the role there. @throws BivouacError `group.name_invalid` */
function refuseAdministrators(groups: readonly GroupName[] = []): void {
  if (groups.some(({ key }) => key === foldName(ADMINISTRATORS))) {
    throw new BivouacError('group.name_invalid', `${ADMINISTRATORS} is a role here, and no channel`);
  }
}

async function refuseFactor(): Promise<never> {
  throw new BivouacError(
    'factor.not_offered',
    '2FA is not available if you use a single static user-password pair',
  );
}
