import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Store } from '../store/open.ts';
import type { LoginFacts } from '../store/repositories/logins.ts';
import type { AuditLog } from './audit.ts';
import type { CodeSender } from './code-sender.ts';
import type { CodeUse } from './code-use.ts';
import type { Completion } from './completion.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { tellFactorAdded } from './factor-notices.ts';
import { factorNeedOf } from './factor-policy.ts';
import type { FactorVault } from './factor-vault.ts';
import { tellPasswordChanged } from './first-step.ts';
import type { LoginDesk } from './login-desk.ts';
import { foldName } from './names.ts';
import type { Notices } from './notices.ts';
import type { RevocationCenter } from './revoke.ts';
import type { SecondFactorSettings } from './settings.ts';
import { type Attempt, attemptOf, type SignInLedger } from './sign-in-ledger.ts';
import type { FactorMethod, SignIn, Visitor } from './sign-in-ports.ts';
import { refusal } from './sign-in-refusal.ts';
import { userOf } from './user-view.ts';
import { noticeOf } from './users.ts';

export interface SecondStepDeps {
  readonly store: Pick<Store, 'logins'>;
  readonly logins: LoginDesk;
  readonly ledger: SignInLedger;
  readonly codeUse: CodeUse;
  readonly codeSender: CodeSender;
  readonly vault: FactorVault;
  readonly deviceCookies: DeviceCookies;
  readonly complete: Completion;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly secondFactor: () => SecondFactorSettings;
  readonly clock: Clock;
}

/** The code after the password. */
export function createSecondStep({
  store,
  logins,
  ledger,
  codeUse,
  codeSender,
  vault,
  deviceCookies,
  complete,
  revocation,
  audit,
  notices,
  secondFactor,
  clock,
}: SecondStepDeps): Pick<SignIn, 'withCode' | 'sendCode' | 'pending'> {
  /** A code may come for the one who gave the password, at the door where he did. */
  function isSameSignIn(facts: LoginFacts, door: string, username: string | undefined): boolean {
    const isSameUser = username === undefined || foldName(username) === foldName(facts.principal.name);
    return facts.door === door && isSameUser;
  }

  function attemptFor({ principal }: LoginFacts, { door, remote, deviceCookie }: Visitor): Attempt {
    const attempt = attemptOf(principal.name, remote, `${door}.login`);
    return { ...attempt, device: deviceCookies.deviceOf(deviceCookie, attempt.userKey) };
  }

  function stateOf({ principal, factors }: LoginFacts): {
    state: 'ready' | 'set_up';
    methods: readonly FactorMethod[];
  } {
    const need = factorNeedOf(principal, factors, secondFactor());
    return need.is === 'code'
      ? { state: 'ready', methods: need.methods }
      : { state: 'set_up', methods: ['totp'] };
  }

  return {
    async withCode(offer) {
      const { loginToken, code, method, username, door } = offer;
      const known = await logins.find(loginToken);
      if (known === undefined) return refusal('login_over');
      const attempt = attemptFor(known, offer);
      const restraint = ledger.restraint(attempt);
      if (restraint !== undefined) return refusal(restraint.cause, undefined, restraint.retryAfterMs);

      const facts = await logins.takeTry(loginToken);
      if (facts === undefined) return refusal('login_over');
      const { principal, factors } = facts;
      if (!isSameSignIn(facts, door, username)) {
        ledger.refused(attempt, principal, '', 'login_over');
        return refusal('login_over');
      }
      const { state, methods } = stateOf(facts);
      if (state === 'set_up' && factors.totp === undefined) {
        return refusal('factor_unusable', 'factor.not_set_up');
      }
      const tried = method === undefined ? methods : methods.filter((one) => one === method);
      if (tried.length === 0) return refusal('factor_unusable', 'factor.not_offered');

      const sent = facts.sentCode === undefined ? undefined : { owner: facts.id, code: facts.sentCode };
      const verdict = await codeUse.judge({ attempt, principal, factors, code, methods: tried, sent });
      if ('state' in verdict) return verdict;
      const by = { id: principal.id, name: principal.name, remote: attempt.place.address };
      const target = { targetId: principal.id, target: principal.name };
      const end = await store.logins.finish({
        id: facts.id,
        nowMs: clock.now(),
        use: verdict.use,
        activationAudit: audit.entry(by, 'factor.add', { ...target, detail: { method: 'totp' } }),
        passwordAudit: audit.entry(by, 'user.change', { ...target, detail: { password: 'changed' } }),
      });
      if (end === 'gone') return refusal('login_over');
      if (end === 'used') return codeUse.replayed(attempt, principal);

      codeUse.used(principal, verdict.method);
      if (state === 'set_up') {
        const { id: principalId } = principal;
        await revocation.announce({ principalId, cause: 'factor_changed', scope: 'password', serials: [] });
        tellFactorAdded(notices, principal, 'totp');
      }
      if (end.passwordChange !== undefined) {
        const notice = noticeOf(end.passwordChange);
        if (notice !== undefined) await revocation.announce(notice);
        tellPasswordChanged(notices, principal);
      }
      const proofMethods = ['password', verdict.method] as const;
      return {
        state: 'signed_in',
        proof: complete({ attempt, principal: end.principal, methods: proofMethods, visitor: offer }),
      };
    },

    async sendCode(offer) {
      const facts = await logins.find(offer.loginToken);
      if (facts === undefined || !isSameSignIn(facts, offer.door, undefined)) {
        throw new BivouacError('factor.login_unknown');
      }
      const { principal, factors } = facts;
      const { methods } = stateOf(facts);
      const method = offer.method ?? factors.target?.method;
      if (factors.target === undefined || method !== factors.target.method || !methods.includes(method)) {
        throw new BivouacError('factor.no_target');
      }
      return codeSender.send({
        owner: facts.id,
        principalId: principal.id,
        sendTo: vault.openTarget(principal.id, factors.target.target),
        remote: offer.remote,
        userAgent: offer.userAgent ?? '',
      });
    },

    async pending(loginToken) {
      const facts = await logins.find(loginToken);
      if (facts === undefined) return undefined;
      const { state, methods } = stateOf(facts);
      return {
        user: userOf(facts.principal),
        state,
        method: methods[0] ?? 'totp',
        methods,
        expiresMs: facts.expiresMs,
      };
    },
  };
}
