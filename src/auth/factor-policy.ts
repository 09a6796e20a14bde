import type { FactorFacts } from '../store/repositories/factors.ts';
import type { Role } from './ports.ts';
import type { SecondFactorSettings } from './settings.ts';
import type { CodeMethod, FactorMethod } from './sign-in-ports.ts';

/**
 * Wrong codes of an authenticator app in a row after which it is good for nothing any more, until a recovery
 * code or an administrator helps (NIST SP 800-63B, section 3.2.2: at most 100).
 */
export const TOTP_FAILURES_MAX = 100;

/** What a sign-in needs after the password. */
export type FactorNeed =
  | { readonly is: 'nothing' }
  | { readonly is: 'code'; readonly first: FactorMethod; readonly methods: readonly FactorMethod[] }
  /** One must be set up before anything else. */
  | { readonly is: 'set_up' }
  /** One is required, and this user cannot have one by himself: codes go nowhere. */
  | { readonly is: 'unusable' };

/** Whether, and by what, this user has to prove more than the password. */
export function factorNeedOf(
  { role }: { readonly role: Role },
  facts: FactorFacts,
  settings: SecondFactorSettings,
): FactorNeed {
  const methods = usableMethods(facts, settings);
  const [first] = methods;
  if (first !== undefined) return { is: 'code', first, methods };
  const { requiredOf } = settings;
  const isRequired =
    requiredOf === 'everybody' || (requiredOf === 'administrators' && role === 'administrator');
  if (!isRequired) return { is: 'nothing' };
  return settings.totp === undefined ? { is: 'unusable' } : { is: 'set_up' };
}

/** Best first. An app that is active counts even where none are offered any more: nobody's protection vanishes. */
function usableMethods(facts: FactorFacts, settings: SecondFactorSettings): FactorMethod[] {
  const method = codeMethodOf(settings);
  const methods: FactorMethod[] = [
    ...(facts.totp?.status === 'active' ? (['totp'] as const) : []),
    ...(facts.target !== undefined && facts.target.method === method ? [facts.target.method] : []),
  ];
  return methods.length > 0 && facts.recoveryCodes > 0 ? [...methods, 'recovery_code'] : methods;
}

export function codeMethodOf({ codes }: SecondFactorSettings): CodeMethod | undefined {
  return codes?.method.by;
}
