import { may } from '../../../auth/permissions.ts';
import type { Sessions } from '../../../auth/session-ports.ts';
import type { SignIn, Visitor } from '../../../auth/sign-in-ports.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { Caller } from '../../access.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import type { CallerRights } from '../caller-rights.ts';

/** Somebody who calls a TAXII service, as far as the services ask. */
export interface TaxiiAccount {
  /** Principal id; undefined for somebody without credentials. */
  readonly id: string | undefined;
  hears(channel: string): boolean;
  /** Whether it has the permission `read` or `modify` for a collection, or needs none. */
  isPermitted(collection: string): boolean;
}

/** OpenTAXII's Auth API: everything that the services know of people. */
export interface TaxiiAccounts {
  /**
   * A token for a name and a password, good for 60 minutes.
   * @throws BivouacError `auth.failed` and the other refusals of a sign-in
   */
  authenticate(offer: {
    readonly username: string;
    readonly password: string;
    readonly visitor: Visitor;
  }): Promise<string>;
  accountOf(caller: Caller | undefined): Promise<TaxiiAccount>;
}

export function createTaxiiAccounts({
  signIn,
  sessions,
  rightsOf,
  clock,
}: {
  readonly signIn: Pick<SignIn, 'withPassword'>;
  readonly sessions: Pick<Sessions, 'openTaxii'>;
  readonly rightsOf: CallerRights;
  readonly clock: Clock;
}): TaxiiAccounts {
  return {
    async authenticate({ username, password, visitor }) {
      const result = await signIn.withPassword({ ...visitor, username, password });
      if (result.state === 'refused') throw refusalOf(result);
      // The document knows no second step: who needs one uses a personal token, by Basic.
      if (result.state === 'second_factor') throw new BivouacError('auth.failed');
      const { token } = await sessions.openTaxii(result.proof);
      return token;
    },

    async accountOf(caller) {
      const who = await rightsOf(caller);
      const moment = { nowMs: clock.now(), isSomebodyPresent: false };
      return {
        id: caller?.kind === 'user' ? caller.user.id : undefined,
        hears: (channel) => may(who, 'cot.read', { channel }, moment).isAllowed,
        isPermitted: (id) =>
          may(who, 'collection.read', { target: { kind: 'collection', id } }, moment).isAllowed,
      };
    },
  };
}
