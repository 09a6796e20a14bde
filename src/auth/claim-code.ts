import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { ClaimCode } from './account-ports.ts';
import { placeOf } from './address.ts';
import type { Completion } from './completion.ts';
import type { Claim } from './ports.ts';
import { checkShownCode } from './presence-attempt.ts';
import { createCodeOnDisplay } from './shown-code.ts';
import type { SignInLedger } from './sign-in-ledger.ts';

export interface ClaimDesk extends ClaimCode {
  /** Shows a code from now on, if the box has no owner. */
  start(): Promise<void>;
  /** Somebody claimed it, here or on the console; or the server stops. */
  stop(): void;
}

export function createClaimCode({
  store,
  claim,
  ledger,
  complete,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'principals'>;
  readonly claim: Claim;
  readonly ledger: SignInLedger;
  readonly complete: Completion;
  readonly clock: Clock;
  readonly log: Log;
}): ClaimDesk {
  const display = createCodeOnDisplay({ clock, log, whenOver: 'another' });
  return {
    current: display.current,
    onChange: display.onChange,

    async start() {
      if (!(await claim.isClaimed())) display.show();
    },
    stop: display.hide,

    async claim(offer) {
      if (await claim.isClaimed()) throw new BivouacError('setup.claimed');
      const attempt = checkShownCode(offer, display, 'setup.claim', ledger);
      const { username, password, remote } = offer;
      const stranger = { id: null, name: 'display code', remote: placeOf(remote).address };
      const user = await claim.claim({ password, ...(username === undefined ? {} : { username }) }, stranger);
      display.hide();
      const principal = await store.principals.byId(user.id);
      if (principal === undefined) throw new BivouacError('internal');
      return complete({ attempt, principal, methods: ['claim_code'], visitor: offer });
    },
  };
}
