import { BivouacError } from '../../core/errors.ts';
import type { Db } from '../db.ts';
import { read, write } from '../operation.ts';
import type { NewAuditEntry } from './audit.ts';
import { forgetFactors } from './factors.ts';
import {
  addPrincipal,
  type PrincipalChange,
  type PrincipalRecord,
  principalByNameKey,
  updatePrincipal,
} from './principals.ts';
import { settings } from './settings.ts';

/** Name of the fact that the box has an owner; its value is the time in milliseconds. */
const CLAIMED = 'auth.claimedMs';

export interface ClaimOrder {
  /** For a principal that has to be made. */
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly phc: string;
  readonly audit: NewAuditEntry;
}

export const claim = {
  isClaimed: read((db): boolean => isClaimed(db)),

  /** @throws BivouacError `setup.claimed` */
  claim: write((db, order: ClaimOrder): { principal: PrincipalRecord; change?: PrincipalChange } => {
    const { id, name, nameKey, phc, audit } = order;
    if (isClaimed(db)) throw new BivouacError('setup.claimed');
    settings.set.run(db, { key: CLAIMED, value: audit.atMs, nowMs: audit.atMs });
    const known = principalByNameKey(db, nameKey);
    if (known === undefined) {
      return {
        principal: addPrincipal(db, {
          id,
          name,
          nameKey,
          email: null,
          role: 'administrator',
          phc,
          groups: [],
          audit: { ...audit, targetId: id },
        }),
      };
    }
    const change = updatePrincipal(db, {
      id: known.id,
      phc,
      role: 'administrator',
      state: 'enabled',
      audit: { ...audit, targetId: known.id },
    });
    return { principal: change.principal, change };
  }),

  /**
   * A new password for an administrator, by whoever stands at the box: its second factors go, it is enabled.
   * @throws BivouacError `user.unknown`
   */
  recover: write(
    (db, { id, phc, audit }: { id: string; phc: string; audit: NewAuditEntry }): PrincipalChange => {
      forgetFactors(db, id);
      return updatePrincipal(db, { id, phc, state: 'enabled', audit });
    },
  ),
};

export function isClaimed(db: Db): boolean {
  return settings.get.run(db, CLAIMED) !== undefined;
}
