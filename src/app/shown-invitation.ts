import type { Cancel, Clock } from '../core/clock.ts';
import type { Onboarding } from '../display/state.ts';
import type { ShownInvitation } from '../http/app-deps.ts';
import type { Hub } from '../hub/hub.ts';

/** Time to fetch a phone and scan; for longer an invitation keeps no other screen away. */
const SHOWN_MAX_MS = 15 * 60_000;

/** The invitation that an administrator shows on the kit's own display: one at a time. */
export interface InvitationBoard {
  show(invitation: ShownInvitation): void;
  hide(): void;
  current(): Onboarding | undefined;
  /** Looks whether the device has come; then the code has done its work. */
  look(hub: Pick<Hub, 'directory'>): void;
}

interface Shown extends ShownInvitation {
  /** Monotonic. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Devices that the person had on the map when it came up. */
  known: ReadonlySet<string> | undefined;
  readonly cancel: Cancel;
}

const CLIENTS = { atak: 'ATAK', itak: 'iTAK', wintak: 'WinTAK' } as const;

export function createInvitationBoard({
  clock,
  onChange,
  onArrived,
}: {
  readonly clock: Clock;
  readonly onChange: () => void;
  /** By the callsign that it gave. */
  readonly onArrived: (callsign: string) => void;
}): InvitationBoard {
  let shown: Shown | undefined;

  function hide(): void {
    if (shown === undefined) return;
    shown.cancel();
    shown = undefined;
    onChange();
  }

  return {
    show(invitation) {
      shown?.cancel();
      const nowMs = clock.monotonicMs();
      const lifeMs = Math.min(SHOWN_MAX_MS, Math.max(0, invitation.expiresMs - clock.now()));
      const cancel = clock.after(lifeMs, hide);
      shown = { ...invitation, sinceMs: nowMs, untilMs: nowMs + lifeMs, known: undefined, cancel };
      onChange();
    },
    hide,
    current() {
      if (shown === undefined) return undefined;
      const { username, client, scan, sinceMs, untilMs } = shown;
      const leftMs = Math.max(0, untilMs - clock.monotonicMs());
      return { name: username, client: CLIENTS[client], qr: scan, leftMs, lifeMs: untilMs - sinceMs };
    },
    look({ directory }) {
      if (shown === undefined) return;
      const { username, known } = shown;
      const devices = [...directory.sessions].filter(
        ({ identity, sa }) => identity.username === username && sa !== undefined,
      );
      shown.known ??= new Set(devices.map(({ uid }) => uid));
      const arrived = devices.find(({ uid }) => known?.has(uid) === false);
      if (arrived === undefined) return;
      hide();
      onArrived(arrived.callsign);
    },
  };
}
