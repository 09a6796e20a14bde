import type { Setup } from '../session/session.ts';

/** One rule of the kit, and whether what is typed meets it. */
export interface Rule {
  readonly rule: 'length' | 'chars';
  readonly isMet: boolean;
}

/**
 * What can be said while somebody types. Whether a password is easy to guess, the kit says when it is tried: its
 * list of words is not sent around.
 */
export function passwordRules(password: string, { minLength, forbiddenChars }: Setup['password']): Rule[] {
  const chars = [...password.normalize('NFKC')];
  const rules: Rule[] = [{ rule: 'length', isMet: chars.length >= minLength }];
  if (forbiddenChars === '') return rules;
  return [...rules, { rule: 'chars', isMet: chars.every((char) => !forbiddenChars.includes(char)) }];
}
