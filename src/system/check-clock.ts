import type { Check } from '../http/app-deps.ts';
import type { TimeSource } from './system-time.ts';

/** The clock of a board without a battery is right by accident only. */
const BEHIND_TOLERANCE_MS = 60_000;

/** @param nowMs the system's clock, milliseconds since the epoch @param floorMs before which it cannot be @param source who vouches for it */
export function checkClock(nowMs: number, floorMs: number, source: TimeSource): Check[] {
  const code = 'time.clock';
  const now = `${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  if (nowMs < floorMs - BEHIND_TOLERANCE_MS) {
    const known = new Date(floorMs).toISOString().slice(0, 10);
    return [
      {
        code,
        state: 'bad',
        text: `The clock says ${now}, but this kit knows that it is ${known} at least.`,
        advice:
          'Set the date, or connect the kit to a network with a time server. Clients can join meanwhile.',
      },
    ];
  }
  if (source === 'time_server') {
    return [{ code, state: 'good', text: `The clock says ${now}, from a time server.` }];
  }
  if (source === 'gps') {
    return [{ code, state: 'good', text: `The clock says ${now}, from a GPS receiver.` }];
  }
  if (source === 'battery_clock') {
    return [{ code, state: 'good', text: `The clock says ${now}; this machine has a battery-backed clock.` }];
  }
  return [
    {
      code,
      state: 'careful',
      text: `The clock says ${now}, and nothing vouches for it: no time server, no battery-backed clock.`,
      advice: 'Compare it with a watch. Codes from authenticator apps depend on it.',
    },
  ];
}
