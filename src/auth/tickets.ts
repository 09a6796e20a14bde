import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import type { TicketHolder, Tickets } from './session-ports.ts';
import type { SessionDesk } from './sessions.ts';
import { userOf } from './user-view.ts';

/** Time from the answer to the WebSocket's handshake, milliseconds. */
const TICKET_LIFE_MS = 30_000;

/** Open tickets of one user: a page reconnects a few screens at once, a loop must not fill the memory. */
const TICKETS_PER_USER_MAX = 50;

/** And of all. */
const TICKETS_MAX = 5_000;

interface Issued {
  readonly holder: TicketHolder;
  readonly credEpoch: number;
  /** Monotonic. */
  readonly untilMs: number;
}

export function createTickets({
  store,
  sessions,
  clock,
}: {
  readonly store: Pick<Store, 'principals' | 'certs'>;
  readonly sessions: Pick<SessionDesk, 'byId'>;
  readonly clock: Clock;
}): Tickets {
  const tickets = new Map<string, Issued>();

  function dropLate(): void {
    const nowMs = clock.monotonicMs();
    // In the order of issue, all with the same life: the first that is good ends it.
    for (const [ticket, { untilMs }] of tickets) {
      if (untilMs > nowMs) return;
      tickets.delete(ticket);
    }
  }

  return {
    async issue(holder) {
      dropLate();
      const { id } = holder.user;
      const open = [...tickets.values()].filter((issued) => issued.holder.user.id === id).length;
      if (open >= TICKETS_PER_USER_MAX || tickets.size >= TICKETS_MAX) throw new BivouacError('auth.busy');
      const principal = await store.principals.byId(id);
      if (principal?.state !== 'enabled') throw new BivouacError('auth.failed');
      const ticket = newId();
      const { credEpoch } = principal;
      tickets.set(ticket, { holder, credEpoch, untilMs: clock.monotonicMs() + TICKET_LIFE_MS });
      return { ticket, expiresMs: clock.now() + TICKET_LIFE_MS };
    },

    async redeem(ticket) {
      dropLate();
      const issued = tickets.get(ticket);
      tickets.delete(ticket);
      if (issued === undefined) return undefined;
      const { sessionId, certSerial, user } = issued.holder;
      if (sessionId !== undefined && (await sessions.byId(sessionId)) === undefined) return undefined;
      if (certSerial !== undefined) {
        const certificate = await store.certs.bySerial(certSerial);
        if (certificate === undefined || certificate.revokedAtMs !== null) return undefined;
      }
      const principal = await store.principals.byId(user.id);
      if (principal?.state !== 'enabled' || principal.credEpoch !== issued.credEpoch) return undefined;
      return { ...issued.holder, user: userOf(principal) };
    },
  };
}
