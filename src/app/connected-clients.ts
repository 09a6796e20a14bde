import type { Clock } from '../core/clock.ts';
import type { ConnectedClient } from '../http/app-deps.ts';
import type { Hub } from '../hub/hub.ts';

/** Who is on the stream now, for the API. Screens only look on. */
export function connectedClients(hub: Hub, clock: Clock): ConnectedClient[] {
  const nowMs = clock.monotonicMs();
  const clients = [...hub.directory.sessions].filter(({ protocol }) => protocol !== 'json');
  return clients.map((session) => ({
    uid: session.uid,
    callsign: session.callsign,
    username: session.identity.username,
    team: session.sa?.envelope.team ?? '',
    role: session.sa?.envelope.role ?? '',
    platform: session.sa?.envelope.takv?.platform ?? '',
    remote: session.wire.remote,
    connectedAtMs: session.connectedAtMs,
    lastHeardAgoMs: nowMs - session.lastHeardMs,
    channelsIn: session.identity.groupsIn,
    channelsOut: session.identity.groupsOut,
    queuedBytes: session.queuedBytes,
  }));
}

/** Principals whose screens are on now. */
export function connectedScreens(hub: Hub): string[] {
  const screens = [...hub.directory.sessions].filter(({ protocol }) => protocol === 'json');
  return screens.map(({ identity }) => identity.principalId);
}
