import { BivouacError } from '../core/errors.ts';
import type { Store } from '../store/open.ts';
import type { GrantHolder, GrantRecord } from '../store/repositories/grants.ts';
import type { GroupWithRights } from '../store/repositories/group-rights.ts';
import {
  GROUP_FLAGS,
  type Grant,
  type GrantAction,
  type Grants,
  type GrantTarget,
  type Group,
  type GroupFlag,
  type Groups,
} from './account-ports.ts';
import type { AuditLog } from './audit.ts';
import { ADMINISTRATORS_GROUP } from './group-names.ts';
import { foldName, parseGroupName } from './names.ts';
import type { RevocationCenter } from './revoke.ts';

/** Longest id of a thing, UTF-16 units. */
const TARGET_MAX_UNITS = 512;

export function createGroups({
  store,
  revocation,
  audit,
}: {
  readonly store: Pick<Store, 'groupRights'>;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
}): Groups {
  return {
    list: async () => (await store.groupRights.list()).map(groupOf),

    async byName(name) {
      const group = await store.groupRights.byKey(foldName(name));
      return group && groupOf(group);
    },

    async put({ name: rawName, flags }, by) {
      const name = parseGroupName(rawName);
      if (name.key === foldName(ADMINISTRATORS_GROUP)) {
        throw new BivouacError('group.name_invalid', 'Administrators may everything: that cannot be changed');
      }
      const group = await store.groupRights.put({
        name,
        flags,
        audit: audit.entry(by, 'group.put', { target: name.name, detail: { flags: [...flags] } }),
      });
      return groupOf(group);
    },

    async join({ principalId, groups, direction }, by) {
      const isOther = await store.groupRights.join({
        principalId,
        keys: groups.map(foldName),
        direction,
        audit: audit.entry(by, 'group.join', {
          targetId: principalId,
          detail: { groups: [...groups], direction },
        }),
      });
      if (!isOther) return;
      await revocation.announce({ principalId, cause: 'groups_changed', scope: 'all', serials: [] });
    },

    async remove(name, by) {
      const members = await store.groupRights.remove({
        key: foldName(name),
        audit: audit.entry(by, 'group.remove', { target: name }),
      });
      for (const principalId of members) {
        await revocation.announce({ principalId, cause: 'groups_changed', scope: 'all', serials: [] });
      }
    },
  };
}

export function createGrants({
  store,
  audit,
}: {
  readonly store: Pick<Store, 'grants'>;
  readonly audit: AuditLog;
}): Grants {
  type Receiver = Parameters<Grants['give']>[0]['to'];
  const holderOf = (to: Receiver): GrantHolder =>
    'group' in to ? { groupKey: foldName(to.group) } : { principalId: to.principalId };
  const entryOf = (by: Parameters<AuditLog['entry']>[0], action: string, to: Receiver, grant: Grant) =>
    audit.entry(by, action, {
      ...('group' in to ? { target: to.group } : { targetId: to.principalId }),
      detail: { may: grant.action, kind: grant.target.kind, id: grant.target.id },
    });

  return {
    give: ({ to, grant }, by) =>
      store.grants.give({
        holder: holderOf(to),
        grant: recordOf(grant),
        audit: entryOf(by, 'grant.give', to, grant),
      }),
    take: ({ from, grant }, by) =>
      store.grants.take({
        holder: holderOf(from),
        grant: recordOf(grant),
        audit: entryOf(by, 'grant.take', from, grant),
      }),
    replace: ({ to, kind, grants }, by) =>
      store.grants.replace({
        principalId: to.id,
        kind,
        grants: grants.map(({ action, id }) => recordOf({ action, target: { kind, id } })),
        audit: audit.entry(by, 'grant.replace', {
          targetId: to.id,
          target: to.name,
          detail: { kind, may: Object.fromEntries(grants.map(({ action, id }) => [id, action])) },
        }),
      }),
    async holders(kind) {
      const rows = await store.grants.holders(kind);
      return rows.map(({ principalId, name, ...grant }) => ({ principalId, name, ...grantOf(grant) }));
    },
    async of(principalId) {
      const { flags, grants } = await store.grants.of(principalId);
      return { flags: flags.filter(isFlag), grants: grants.map(grantOf) };
    },
  };
}

function grantOf({ action, kind, targetId }: GrantRecord): Grant {
  return { action: action as GrantAction, target: { kind: kind as GrantTarget['kind'], id: targetId } };
}

function recordOf({ action, target: { kind, id } }: Grant) {
  if (id === '' || id.length > TARGET_MAX_UNITS || !id.isWellFormed()) {
    throw new BivouacError('request.invalid', 'A grant needs the id of a thing');
  }
  return { action, kind, targetId: id };
}

function groupOf({ id, name, createdMs, members, flags }: GroupWithRights): Group {
  return { id, name, createdMs, members, flags: flags.filter(isFlag) };
}

function isFlag(flag: string): flag is GroupFlag {
  return GROUP_FLAGS.some((one) => one === flag);
}
