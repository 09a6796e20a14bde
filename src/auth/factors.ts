import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Store } from '../store/open.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import type { CodeSender } from './code-sender.ts';
import { createCodeTargets } from './code-targets.ts';
import type { CodeUse } from './code-use.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { tellFactorAdded, tellFactorRemoved } from './factor-notices.ts';
import { ownerOf } from './factor-owner.ts';
import { codeMethodOf } from './factor-policy.ts';
import type { Factors, Mailer, TotpSecret } from './factor-ports.ts';
import type { FactorVault } from './factor-vault.ts';
import type { LoginDesk } from './login-desk.ts';
import type { Notices } from './notices.ts';
import { STEP_UP_MS } from './permissions.ts';
import type { Actor } from './ports.ts';
import { newRecoveryCode, plainRecoveryCode, RECOVERY_CODES } from './recovery-codes.ts';
import type { RevocationCenter } from './revoke.ts';
import type { SecondFactorSettings } from './settings.ts';
import { attemptOf, type SignInLedger } from './sign-in-ledger.ts';
import type { Visitor } from './sign-in-ports.ts';
import type { TokenKeys } from './token-keys.ts';
import { newTotpSecret, totpUri } from './totp-codes.ts';

export interface FactorDeps {
  readonly store: Pick<Store, 'factors' | 'logins' | 'principals'>;
  readonly logins: LoginDesk;
  readonly ledger: SignInLedger;
  readonly codeUse: CodeUse;
  readonly codeSender: CodeSender;
  readonly vault: FactorVault;
  readonly keys: TokenKeys;
  readonly deviceCookies: DeviceCookies;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly secondFactor: () => SecondFactorSettings;
  readonly mailer: () => Mailer | undefined;
  readonly isClockTrusted: () => boolean;
  readonly clock: Clock;
}

/** What users set up for the second step, and what becomes of it. */
export function createFactors(deps: FactorDeps): Factors {
  const { store, ledger, codeUse, vault, keys, deviceCookies, audit, notices, secondFactor, clock } = deps;

  /** Everything signed in before the change is over, but for the session that made it. */
  async function announceChange(principalId: string, exceptSessionId: string | null): Promise<void> {
    await deps.revocation.announce({
      principalId,
      cause: 'factor_changed',
      scope: 'password',
      serials: [],
      ...(exceptSessionId === null ? {} : { exceptSessionId }),
    });
  }

  function secretOf(principal: { id: string; name: string }, secret: string): TotpSecret {
    const issuer = secondFactor().totp?.issuer ?? 'Bivouac';
    return { secret, uri: totpUri(secret, principal.name, issuer) };
  }

  function actorOf(principal: { id: string; name: string }, visitor: Visitor): Actor {
    return { id: principal.id, name: principal.name, remote: placeOf(visitor.remote).address };
  }

  async function personOf(principalId: string): Promise<{ id: string; name: string }> {
    const principal = await store.principals.byId(principalId);
    if (principal === undefined || principal.state === 'deleted') throw new BivouacError('user.unknown');
    return principal;
  }

  return {
    totp: {
      async setUp(owner, visitor, by) {
        if (secondFactor().totp === undefined) throw new BivouacError('factor.not_offered');
        if (!deps.isClockTrusted()) throw new BivouacError('factor.clock');
        const { principal, factors, isSigningIn } = await ownerOf(owner, deps);
        if (factors.totp?.status === 'active') throw new BivouacError('factor.exists');
        // Who has another second factor must show that one first: the password alone adds none to it.
        if (isSigningIn && factors.target !== undefined) throw new BivouacError('factor.exists');
        const secret = newTotpSecret();
        await store.factors.setUpTotp({
          principalId: principal.id,
          secret: vault.sealTotp(principal.id, secret),
          audit: audit.entry(by ?? actorOf(principal, visitor), 'factor.set_up', {
            targetId: principal.id,
            target: principal.name,
            detail: { method: 'totp' },
          }),
        });
        return secretOf(principal, secret);
      },

      async activate(owner, code, visitor, by) {
        const { principal, factors, keepSessionId } = await ownerOf(owner, deps);
        if (factors.totp === undefined) throw new BivouacError('factor.not_set_up');
        if (factors.totp.status === 'active') throw new BivouacError('factor.exists');
        const attempt = attemptOf(principal.name, visitor.remote, 'factor.activate');
        const device = deviceCookies.deviceOf(visitor.deviceCookie, attempt.userKey);
        if (ledger.restraint({ ...attempt, device }) !== undefined) throw new BivouacError('auth.delayed');
        const verdict = await codeUse.judge({
          attempt: { ...attempt, device },
          principal,
          factors,
          code,
          methods: ['totp'],
        });
        if ('state' in verdict) throw new BivouacError(verdict.code);
        const isActive =
          verdict.use.by === 'totp' &&
          (await store.factors.activateTotp({
            principalId: principal.id,
            step: verdict.use.step,
            keepSessionId,
            audit: audit.entry(by ?? actorOf(principal, visitor), 'factor.add', {
              targetId: principal.id,
              target: principal.name,
              detail: { method: 'totp' },
            }),
          }));
        if (!isActive) throw new BivouacError('factor.wrong');
        await announceChange(principal.id, keepSessionId);
        tellFactorAdded(notices, principal, 'totp');
      },

      async reveal({ principalId, authenticatedMs }, by) {
        if (secondFactor().totp?.mayReveal === false) throw new BivouacError('auth.forbidden');
        const ageMs = clock.now() - authenticatedMs;
        if (ageMs < 0 || ageMs > STEP_UP_MS) throw new BivouacError('auth.step_up');
        const principal = await personOf(principalId);
        const { totp } = await store.factors.of(principalId);
        if (totp === undefined) throw new BivouacError('factor.not_set_up');
        audit.note(audit.entry(by, 'factor.reveal', { targetId: principal.id, target: principal.name }));
        return secretOf(principal, vault.openTotp(principalId, totp.secret));
      },

      async remove({ principalId, exceptSessionId }, by) {
        const principal = await personOf(principalId);
        const keepSessionId = exceptSessionId ?? null;
        const isGone = await store.factors.removeTotp({
          principalId,
          keepSessionId,
          audit: audit.entry(by, 'factor.remove', {
            targetId: principalId,
            target: principal.name,
            detail: { method: 'totp' },
          }),
        });
        if (!isGone) throw new BivouacError('factor.not_set_up');
        await announceChange(principalId, keepSessionId);
        tellFactorRemoved(notices, principal, 'totp');
      },
    },

    recoveryCodes: {
      async renew(principalId, by) {
        const principal = await personOf(principalId);
        const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
        const isDone = await store.factors.putRecoveryCodes({
          principalId,
          hashes: codes.map((code) => keys.hashOf('recovery-code', plainRecoveryCode(code) ?? code)),
          audit: audit.entry(by, 'factor.recovery_codes', { targetId: principalId, target: principal.name }),
        });
        if (!isDone) throw new BivouacError('factor.not_set_up');
        return codes;
      },
    },

    codeTargets: createCodeTargets({ ...deps, announceChange }),

    async of(principalId) {
      const { totp, target, recoveryCodes } = await store.factors.of(principalId);
      return {
        totp: totp?.status ?? 'none',
        codes: target && { method: target.method, sentTo: vault.openTarget(principalId, target.target) },
        recoveryCodes,
      };
    },

    offered() {
      const settings = secondFactor();
      const method = codeMethodOf(settings);
      const canSend = method !== undefined && (method !== 'email' || deps.mailer() !== undefined);
      return [...(settings.totp === undefined ? [] : (['totp'] as const)), ...(canSend ? [method] : [])];
    },

    async reset(principalId, by) {
      const principal = await personOf(principalId);
      await store.factors.reset({
        principalId,
        keepSessionId: null,
        audit: audit.entry(by, 'factor.reset', { targetId: principalId, target: principal.name }),
      });
      await announceChange(principalId, null);
      tellFactorRemoved(notices, principal, 'all');
    },
  };
}
