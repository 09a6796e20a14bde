import type { Role, User } from '../../auth/ports.ts';
import type { SessionView } from '../../auth/session-ports.ts';
import type { ConnectedClient } from '../app-deps.ts';

/** OpenTAKServer has the roles `administrator` and `user`; ours that it does not know keep their names. */
const PERMISSIONS: Readonly<Record<Role, readonly string[]>> = {
  administrator: ['administrator'],
  operator: ['user-read', 'user-write'],
  user: ['user-read', 'user-write'],
  viewer: ['user-read'],
};

export interface UserFacts {
  /** Newest first. */
  readonly sessions: readonly SessionView[];
  /** Devices of this user that are connected now. */
  readonly devices: readonly ConnectedClient[];
  readonly nowMs: number;
}

/**
 * A user as OpenTAKServer shows one, without the token that it puts there. What it counts and we do not is null;
 * sign-ins are told as far as their sessions live.
 */
export function otsUser(user: User, { sessions, devices, nowMs }: UserFacts): object {
  const [current, previous] = sessions;
  return {
    active: user.state === 'enabled',
    current_login_at: dateOf(current),
    current_login_ip: current?.remote ?? null,
    email: user.email,
    euds: devices.map((device) => otsDevice(device, nowMs)),
    group_memberships: otsMemberships(user),
    groups: [...new Set(user.groups.map(({ name }) => name))].map((name) => ({ name })),
    id: user.id,
    last_login_at: dateOf(previous ?? current),
    last_login_ip: (previous ?? current)?.remote ?? null,
    login_count: null,
    roles: [
      { description: null, name: user.role, permissions: PERMISSIONS[user.role], update_timestamp: null },
    ],
    username: user.name,
    video_streams: [],
  };
}

export function otsMemberships({ groups }: User): readonly object[] {
  return groups.map(({ name, direction }) => ({ group_name: name, direction, active: true }));
}

function otsDevice(device: ConnectedClient, nowMs: number): object {
  const { uid, callsign, platform, username, team, role, lastHeardAgoMs } = device;
  return {
    uid,
    callsign,
    platform,
    username,
    team,
    team_role: role,
    last_status: 'Connected',
    last_event_time: new Date(nowMs - lastHeardAgoMs).toISOString(),
  };
}

/** `Sun, 22 Nov 2026 04:25:53 GMT`, as Flask writes times. */
function dateOf(session: SessionView | undefined): string | null {
  return session === undefined ? null : new Date(session.createdMs).toUTCString();
}

export interface Page {
  readonly page: number;
  readonly perPage: number;
}

/** One page of rows, with its numbers around it. Pages count from 1. */
export function otsPage(rows: readonly object[], { page, perPage }: Page): object {
  return {
    current_page: page,
    per_page: perPage,
    results: rows.slice((page - 1) * perPage, page * perPage),
    total: rows.length,
    total_pages: Math.ceil(rows.length / perPage),
  };
}
