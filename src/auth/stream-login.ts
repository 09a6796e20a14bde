import { ANONYMOUS_CHANNEL } from '../core/anonymous-channel.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { CloseReason } from '../hub/close-reason.ts';
import type { Identity } from '../hub/ports.ts';
import type { Store } from '../store/open.ts';
import type { PrincipalRecord } from '../store/repositories/principals.ts';
import type { CertificateFacts } from '../store/repositories/sign-in.ts';
import { placeOf } from './address.ts';
import type { StreamTokens } from './api-tokens.ts';
import type { AuditLog } from './audit.ts';
import type { Notices } from './notices.ts';
import type { PasswordLogin } from './password-login.ts';
import type { RefusalCause, StreamLogin, StreamLoginResult } from './ports.ts';

/** A device uid comes from a stranger: enough to recognise it in the audit log, characters. */
const UID_SHOWN_MAX_CHARS = 128;

const CLOSE_REASONS: Readonly<Record<RefusalCause, CloseReason>> = {
  unknown_user: 'auth_failed',
  wrong_password: 'auth_failed',
  no_password: 'auth_failed',
  password_expired: 'auth_failed',
  disabled: 'auth_failed',
  unclaimed: 'auth_failed',
  banned: 'auth_failed',
  delayed: 'auth_failed',
  busy: 'too_many_connections',
  cert_unknown: 'cert_unknown',
  cert_mismatch: 'cert_unknown',
  cert_revoked: 'cert_revoked',
  revoked_meanwhile: 'access_revoked',
  second_factor_needed: 'auth_failed',
  wrong_code: 'auth_failed',
  login_over: 'auth_failed',
  factor_unusable: 'auth_failed',
  unconfirmed: 'auth_failed',
};

export function createStreamLogin({
  store,
  passwordLogin,
  streamTokens,
  audit,
  notices,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'signIn' | 'logins'>;
  readonly passwordLogin: PasswordLogin;
  readonly streamTokens: StreamTokens;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Log;
}): StreamLogin {
  /** The password alone was enough, as documented: its owner hears of it when the device is a new one. */
  async function noteDevice({ id, name }: PrincipalRecord, uid: string, address: string): Promise<void> {
    const isNew = await store.logins.noteDevice({
      principalId: id,
      uid,
      audit: audit.entry({ id, name, remote: address }, 'stream.new_device', { detail: { uid } }),
    });
    if (!isNew) return;
    notices.tell({
      code: 'new_device',
      principalId: id,
      username: name,
      text: `A device that was not seen before (${uid}) signed in to the stream with your password.`,
    });
  }

  return {
    async byCertificate({ serial: rawSerial, fingerprint, remote, door = 'stream' }) {
      const action = door === 'stream' ? 'stream.login' : 'https.login';
      const serial = plainHex(rawSerial);
      const { address } = placeOf(remote);
      const facts = await store.signIn.byCertificate(serial);
      const cause = certificateRefusal(facts, plainHex(fingerprint), door);
      const principal = facts?.principal;
      const detail = { method: 'certificate', serial };
      if (cause !== undefined || principal === undefined) {
        const known = cause ?? 'cert_unknown';
        audit.noteRarely(`${action} ${serial} ${known} ${address}`, {
          atMs: clock.now(),
          actorId: null,
          actor: 'stranger',
          action,
          targetId: principal?.id ?? null,
          target: principal?.name ?? null,
          remote: address,
          result: 'refused',
          detail: { ...detail, cause: known },
        });
        return refusal(known);
      }
      audit.note({
        atMs: clock.now(),
        actorId: principal.id,
        actor: principal.name,
        action,
        remote: address,
        result: 'ok',
        detail,
      });
      return { identity: identityOf(principal, serial) };
    },

    async byPassword({ username, password, uid: rawUid = '', remote }) {
      const uid = rawUid.slice(0, UID_SHOWN_MAX_CHARS).toWellFormed();
      const result = await passwordLogin({
        username,
        password,
        remote,
        action: 'stream.login',
        secondFactor: 'skipped',
        detail: uid === '' ? {} : { uid },
        alternative: (principalId) => streamTokens.scopeOf(password, principalId),
        alternativeMethod: 'api_token',
      });
      if (result.principal === undefined) return refusal(result.cause, result.retryAfterMs);
      const { principal, factors, attempt, alternative: scope } = result;
      if (
        scope === undefined &&
        (factors.totp?.status === 'active' || factors.target !== undefined) &&
        uid !== ''
      ) {
        noteDevice(principal, uid, attempt.place.address).catch((error) =>
          log.warnRarely('note_device', 'auth.device_not_noted', { error: messageOf(error) }),
        );
      }
      return { identity: limited(identityOf(principal, undefined), scope) };
    },
  };
}

/** A token for one direction opens no other. */
function limited(identity: Identity, scope: string | undefined): Identity {
  if (scope === 'cot:read') return { ...identity, groupsIn: [] };
  return scope === 'cot:write' ? { ...identity, groupsOut: [] } : identity;
}

function certificateRefusal(
  facts: CertificateFacts | undefined,
  fingerprint: string,
  door: 'stream' | 'https',
): RefusalCause | undefined {
  if (facts === undefined) return 'cert_unknown';
  const { certificate, principal, isBoxClaimed } = facts;
  // The same serial in another certificate: of a foreign CA that the box trusts, or forged.
  if (certificate.fingerprint !== fingerprint) return 'cert_mismatch';
  if (certificate.revokedAtMs !== null) return 'cert_revoked';
  if (principal.state !== 'enabled') return 'disabled';
  // On the stream an administrator is one client of many; behind the other door it has the keys.
  const isKeyHolder = door === 'https' && principal.role === 'administrator';
  return isKeyHolder && !isBoxClaimed ? 'unclaimed' : undefined;
}

function refusal(cause: RefusalCause, retryAfterMs?: number): StreamLoginResult {
  const refused = CLOSE_REASONS[cause];
  return retryAfterMs === undefined ? { refused, cause } : { refused, cause, retryAfterMs };
}

function identityOf(
  { id, name, kind, role, groups }: PrincipalRecord,
  certSerial: string | undefined,
): Identity {
  const memberships =
    groups.length > 0
      ? groups
      : ([
          { name: ANONYMOUS_CHANNEL, direction: 'IN' },
          { name: ANONYMOUS_CHANNEL, direction: 'OUT' },
        ] as const);
  const namesOf = (direction: 'IN' | 'OUT') =>
    memberships
      .filter((membership) => membership.direction === direction)
      .map((membership) => membership.name);
  // Viewers and screens look on: no channel takes anything from them.
  const mayOnlyRead = role === 'viewer' || kind === 'display';
  return {
    principalId: id,
    username: name,
    certSerial,
    groupsIn: mayOnlyRead ? [] : namesOf('IN'),
    groupsOut: namesOf('OUT'),
  };
}

function plainHex(hex: string): string {
  return hex.replaceAll(':', '').toLowerCase();
}
