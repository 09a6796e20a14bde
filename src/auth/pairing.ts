import { createPairedDisplays, type PairedDisplaysDeps } from './paired-displays.ts';
import { createPairingApprovals, type PairingApprovalsDeps } from './pairing-approvals.ts';
import { createPairingBoard } from './pairing-board.ts';
import { createPairingDevices, type PairingDevicesDeps } from './pairing-devices.ts';
import { createPairingLimits } from './pairing-limits.ts';
import type { Pairing } from './pairing-ports.ts';

export type PairingDeps = Omit<
  PairingDevicesDeps & PairingApprovalsDeps & PairedDisplaysDeps,
  'board' | 'limits'
>;

/** Pairing, put together: devices, people and the kit's own display meet over one table and one board. */
export function createPairing(deps: PairingDeps): Pairing {
  const { clock } = deps;
  const board = createPairingBoard(clock);
  const shared = { ...deps, board, limits: createPairingLimits(clock) };
  return {
    ...createPairingDevices(shared),
    ...createPairingApprovals(shared),
    ...createPairedDisplays(shared),
    shown: () => board.shown(),
    onChange: (listener) => board.onChange(listener),
  };
}
