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
import { userSource } from './user-source.ts';

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
    // Where people are kept elsewhere, the administrator who is made there is the claim.
    if (userSource(db) === 'built_in') {
      settings.set.run(db, { key: CLAIMED, value: audit.atMs, nowMs: audit.atMs });
    }
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

/** A store that the operator brought along has an owner if it holds an administrator. */
export function isClaimed(db: Db): boolean {
  const source = userSource(db);
  if (source === 'built_in') return settings.get.run(db, CLAIMED) !== undefined;
  const administrator = db.get(
    `SELECT 1 FROM principals WHERE source = ? AND state = 'enabled' AND role = 'administrator' LIMIT 1`,
    [source],
  );
  return administrator !== undefined;
}
