import { reaches } from '../../hub/audience.ts';
import type { ConnectedClient } from '../app-deps.ts';
import type { Channels } from '../caller-channels.ts';
import { martiTime } from './envelope.ts';

/**
 * Devices whose events reach the caller, once each. One row that ATAK dislikes makes it reject the whole list
 * [ATAK 5.5]: those that have not said who they are are left out.
 */
export function visibleClients(clients: readonly ConnectedClient[], channels: Channels): ConnectedClient[] {
  const byUid = new Map<string, ConnectedClient>();
  for (const client of clients) {
    if (client.uid === '' || client.callsign === '') continue;
    if (reaches(client.channelsIn, channels.out)) byUid.set(client.uid, client);
  }
  return [...byUid.values()];
}

/** A row of `GET /Marti/api/clientEndPoints`. */
export function endPointRow(client: ConnectedClient, nowMs: number): object {
  const { callsign, uid, username, team, role, lastHeardAgoMs } = client;
  return {
    callsign,
    uid,
    username,
    team,
    role,
    lastEventTime: martiTime(nowMs - lastHeardAgoMs),
    lastStatus: 'Connected',
  };
}

/** A row of `GET /Marti/api/contacts/all`. */
export function contactRow({ callsign, uid, team, role, platform }: ConnectedClient): object {
  return { filterGroups: null, notes: '', callsign, team, role, takv: platform, uid };
}
