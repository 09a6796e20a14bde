import { GROUP_FLAGS, type Group, type GroupFlag } from '../../auth/account-ports.ts';
import type { AuditRecord, User } from '../../auth/ports.ts';
import type { ApiTokenView, SessionView } from '../../auth/session-ports.ts';
import type { CodeMethod, FactorMethod } from '../../auth/sign-in-ports.ts';
import type { ConnectedClient } from '../app-deps.ts';

/** RPort's name for who may do everything; a role here, and no channel. */
export const ADMINISTRATORS = 'Administrators';

/** RPort writes whole seconds without a fraction where it can. */
export function rportTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}

export function groupsOf({ role, groups }: User): string[] {
  const names = [...new Set(groups.map(({ name }) => name))];
  return role === 'administrator' ? [ADMINISTRATORS, ...names] : names;
}

export function permissionsOf(flags: readonly GroupFlag[]): Record<GroupFlag, boolean> {
  const sorted = [...GROUP_FLAGS].sort();
  return Object.fromEntries(sorted.map((flag) => [flag, flags.includes(flag)])) as Record<GroupFlag, boolean>;
}

/** Tunnels and commands, which RPort could restrict further, are not to be had here. */
const NO_EXTENDED = { tunnels_restricted: null, commands_restricted: null } as const;

/** `flags` undefined in lists, as RPort has it there. */
export function userView(user: User, sendTo: string, flags: readonly GroupFlag[] | undefined): object {
  return {
    username: user.name,
    password_expired: user.isPasswordExpired,
    groups: groupsOf(user),
    two_fa_send_to: sendTo,
    effective_user_permissions: flags === undefined ? null : permissionsOf(flags),
    effective_extended_permissions: NO_EXTENDED,
    group_permissions_enabled: true,
  };
}

export function groupView({ name, flags }: Pick<Group, 'name' | 'flags'>): object {
  return { name, permissions: permissionsOf(flags), ...NO_EXTENDED };
}

export function sessionView(session: SessionView, user: User): object {
  return {
    session_id: session.number,
    expires_at: rportTime(session.expiresMs),
    last_access_at: rportTime(session.lastSeenMs),
    username: user.name,
    user_agent: session.userAgent,
    ip_address: session.remote,
  };
}

export function tokenView({ prefix, name, scope, createdMs, expiresMs }: ApiTokenView): object {
  return { prefix, name, created_at: rportTime(createdMs), expires_at: rportTime(expiresMs), scope };
}

/** How RPort names the ways of its second step. */
export function deliveryMethodOf(method: FactorMethod): CodeMethod | 'totp_authenticator_app' {
  return method === 'totp' || method === 'recovery_code' ? 'totp_authenticator_app' : method;
}

/** Our actions are named `what.done`, RPort's are an application and an action. */
export function auditView({ atMs, actor, action, target, remote, result, detail }: AuditRecord): object {
  const dot = action.indexOf('.');
  return {
    timestamp: rportTime(atMs),
    username: actor,
    remote_ip: remote ?? '',
    application: action.slice(0, Math.max(dot, 0)),
    action: action.slice(dot + 1),
    affected_id: target ?? '',
    client_id: '',
    client_hostname: '',
    request: detail === null || detail === undefined ? '' : JSON.stringify(detail),
    response: JSON.stringify({ result }),
  };
}

/** A device as an RPort client. What a TAK client does not tell of itself is empty. */
export function clientView(client: ConnectedClient, nowMs: number): object {
  const { uid, callsign, username, team, role, platform, remote, lastHeardAgoMs } = client;
  const address = remote.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const isIpv6 = address.includes(':');
  return {
    id: uid,
    name: callsign,
    hostname: callsign,
    address,
    ipv4: isIpv6 ? [] : [address],
    ipv6: isIpv6 ? [address] : [],
    os: platform,
    os_full_name: platform,
    version: platform,
    tags: [team, role].filter((tag) => tag !== ''),
    connection_state: 'connected',
    disconnected_at: null,
    last_heartbeat_at: rportTime(nowMs - lastHeardAgoMs),
    client_auth_id: username,
    allowed_user_groups: [...new Set([...client.channelsIn, ...client.channelsOut])],
    tunnels: [],
  };
}
