import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { AdminRecovery } from './account-ports.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import type { Completion } from './completion.ts';
import { foldName } from './names.ts';
import type { Notices } from './notices.ts';
import type { Claim } from './ports.ts';
import { checkShownCode } from './presence-attempt.ts';
import type { RevocationCenter } from './revoke.ts';
import { createCodeOnDisplay } from './shown-code.ts';
import type { SignInLedger } from './sign-in-ledger.ts';

/** Whoever stands at the box may give an administrator a new password, and everybody hears of it. */
export function createAdminRecovery({
  store,
  claim,
  ledger,
  complete,
  revocation,
  audit,
  notices,
  hashNewPassword,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'principals' | 'claim'>;
  readonly claim: Pick<Claim, 'isClaimed'>;
  readonly ledger: SignInLedger;
  readonly complete: Completion;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly hashNewPassword: (password: string, name: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}): AdminRecovery {
  const display = createCodeOnDisplay({ clock, log, whenOver: 'none' });

  async function tellAdministrators(text: string): Promise<void> {
    for (const { id, name, role, state } of await store.principals.list()) {
      if (role !== 'administrator' || state !== 'enabled') continue;
      notices.tell({ code: 'admin_recovery', principalId: id, username: name, text });
    }
  }

  return {
    current: display.current,
    onChange: display.onChange,

    async begin(by) {
      if (!(await claim.isClaimed())) {
        throw new BivouacError('request.invalid', 'This kit has no administrator yet: claim it instead');
      }
      audit.note(audit.entry(by, 'recovery.begin'));
      await tellAdministrators('Somebody at the kit asked for a code to reset an administrator’s password.');
      return display.show();
    },

    end(by) {
      if (display.current() === undefined) return;
      display.hide();
      audit.note(audit.entry(by, 'recovery.end'));
    },

    async recover(offer) {
      const attempt = checkShownCode(offer, display, 'recovery.use', ledger);
      const known = await store.principals.byNameKey(foldName(offer.username));
      if (known?.role !== 'administrator' || known.kind !== 'user') {
        throw new BivouacError('user.unknown', 'There is no administrator of this name');
      }
      const phc = await hashNewPassword(offer.password, known.name);
      // The hash took its time: the code is for one use.
      checkShownCode(offer, display, 'recovery.use', ledger);
      display.hide();
      const { principal } = await store.claim.recover({
        id: known.id,
        phc,
        audit: audit.entry(
          { id: null, name: 'display code', remote: placeOf(offer.remote).address },
          'recovery.use',
          { targetId: known.id, target: known.name },
        ),
      });
      await revocation.announce({
        principalId: principal.id,
        cause: 'password_changed',
        scope: 'password',
        serials: [],
      });
      await tellAdministrators(`The password of ${principal.name} was reset at the kit.`);
      return complete({ attempt, principal, methods: ['admin_recovery'], visitor: offer });
    },
  };
}
