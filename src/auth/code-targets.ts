import { BivouacError } from '../core/errors.ts';
import { placeOf } from './address.ts';
import { sentCodeHash } from './code-check.ts';
import { tellFactorAdded, tellFactorRemoved } from './factor-notices.ts';
import type { CodeTargets } from './factor-ports.ts';
import type { FactorDeps } from './factors.ts';
import { parseEmail } from './names.ts';
import type { CodeSettings } from './settings.ts';
import { attemptOf } from './sign-in-ledger.ts';
import type { Visitor } from './sign-in-ports.ts';
import { isSameText } from './token-keys.ts';

/** Longest address of any kind, characters. */
const TARGET_MAX_CHARS = 254;

/** A user key of pushover.net. */
const PUSHOVER_KEY = /^[A-Za-z0-9]{30}$/;

/** Where codes are sent for a user, and that they arrive. */
export function createCodeTargets({
  store,
  ledger,
  codeSender,
  vault,
  keys,
  deviceCookies,
  audit,
  notices,
  secondFactor,
  clock,
  announceChange,
}: FactorDeps & {
  readonly announceChange: (principalId: string, exceptSessionId: string | null) => Promise<void>;
}): CodeTargets {
  function offered(): CodeSettings {
    const { codes } = secondFactor();
    if (codes === undefined) throw new BivouacError('factor.not_offered');
    return codes;
  }

  async function personOf(principalId: string): Promise<{ id: string; name: string }> {
    const principal = await store.principals.byId(principalId);
    if (principal?.state !== 'enabled') throw new BivouacError('user.unknown');
    return principal;
  }

  /** @throws BivouacError `auth.delayed` for somebody who tries too much */
  function attemptFor(name: string, visitor: Visitor) {
    const base = attemptOf(name, visitor.remote, 'factor.activate');
    const attempt = { ...base, device: deviceCookies.deviceOf(visitor.deviceCookie, base.userKey) };
    if (ledger.restraint(attempt) !== undefined) throw new BivouacError('auth.delayed');
    return attempt;
  }

  return {
    async set({ principalId, sendTo }, by) {
      const principal = await personOf(principalId);
      const isRemoval = sendTo === '';
      const codes = offered();
      const target = isRemoval
        ? null
        : {
            method: codes.method.by,
            target: vault.sealTarget(principalId, checkTarget(sendTo, codes)),
          };
      await store.factors.setTarget({
        principalId,
        target,
        keepSessionId: null,
        audit: audit.entry(by, isRemoval ? 'factor.remove' : 'factor.add', {
          targetId: principalId,
          target: principal.name,
          detail: { method: codes.method.by },
        }),
      });
      await announceChange(principalId, null);
      if (isRemoval) tellFactorRemoved(notices, principal, codes.method.by);
      else tellFactorAdded(notices, principal, codes.method.by);
    },

    async begin({ principalId, sendTo }, visitor) {
      const codes = offered();
      const { name } = await personOf(principalId);
      attemptFor(name, visitor);
      const { expiresMs } = await codeSender.send({
        owner: principalId,
        principalId,
        sendTo: checkTarget(sendTo, codes),
        remote: visitor.remote,
        userAgent: visitor.userAgent ?? '',
      });
      return { expiresMs };
    },

    async confirm({ principalId, sessionId, code }, visitor) {
      const principal = await store.principals.byId(principalId);
      if (principal?.state !== 'enabled') throw new BivouacError('user.unknown');
      const attempt = attemptFor(principal.name, visitor);
      const sent = await store.logins.takeCodeTry(principalId);
      if (sent === undefined) throw new BivouacError('factor.not_set_up');
      if (!isSameText(sentCodeHash(keys, principalId, code.trim()), sent.hash)) {
        ledger.refused(attempt, principal, '', 'wrong_code');
        throw new BivouacError('factor.wrong');
      }
      if (clock.now() >= sent.expiresMs) throw new BivouacError('factor.code_expired');
      const keepSessionId = sessionId ?? null;
      const by = { id: principal.id, name: principal.name, remote: placeOf(visitor.remote).address };
      const isConfirmed = await store.logins.confirmTarget({
        principalId,
        hash: sent.hash,
        target: { method: sent.method, target: sent.target },
        keepSessionId,
        audit: audit.entry(by, 'factor.add', {
          targetId: principalId,
          target: principal.name,
          detail: { method: sent.method },
        }),
      });
      if (!isConfirmed) throw new BivouacError('factor.wrong');
      await announceChange(principalId, keepSessionId);
      tellFactorAdded(notices, principal, sent.method);
    },
  };
}

/** What the way of delivery takes, in its one form. @throws BivouacError `factor.target_invalid` */
export function checkTarget(raw: string, { method, receiver }: CodeSettings): string {
  const target = raw.trim();
  const isText = target !== '' && target.length <= TARGET_MAX_CHARS && !/\p{Cc}/u.test(target);
  if (!isText || !target.isWellFormed()) throw new BivouacError('factor.target_invalid');
  const isEmail = method.by === 'email' || method.by === 'url' || receiver.type === 'email';
  if (method.by === 'pushover') {
    if (!PUSHOVER_KEY.test(target)) throw new BivouacError('factor.target_invalid');
    return target;
  }
  if (isEmail) return emailOf(target);
  if (receiver.type === 'regex' && !new RegExp(`^(?:${receiver.pattern})$`, 'u').test(target)) {
    throw new BivouacError('factor.target_invalid');
  }
  return target;
}

function emailOf(target: string): string {
  try {
    return parseEmail(target);
  } catch {
    throw new BivouacError('factor.target_invalid');
  }
}
