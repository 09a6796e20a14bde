import type { Who } from '../../../auth/permissions.ts';
import { reaches } from '../../../hub/audience.ts';
import type { KitPort } from '../../app-deps.ts';

/** Everything is shown to those who look after the kit, to others what is said in channels that they hear. */
export function mayHear(who: Who, channels: readonly string[]): boolean {
  const seesAll = who.kind === 'user' && (who.role === 'administrator' || who.role === 'operator');
  return seesAll || reaches(channels, who.channelsOut);
}

/** Devices on the stream, with what FreeTAKServer tells of each. */
export function connectedUsers(kit: Pick<KitPort, 'clients'>, who: Who): object[] {
  return kit
    .clients()
    .filter(({ channelsIn }) => mayHear(who, channelsIn))
    .map(({ uid, callsign, team, remote }) => ({
      uid,
      callsign,
      team,
      ip: remote.slice(0, Math.max(0, remote.lastIndexOf(':'))),
    }));
}
