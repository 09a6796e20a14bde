import type { Notices } from './notices.ts';
import type { FactorMethod } from './sign-in-ports.ts';

const NAMES: Readonly<Record<FactorMethod | 'passkey', string>> = {
  totp: 'an authenticator app',
  recovery_code: 'recovery codes',
  email: 'codes by e-mail',
  pushover: 'codes by Pushover',
  script: 'codes by message',
  url: 'codes by message',
  passkey: 'a passkey',
};

interface Person {
  readonly id: string;
  readonly name: string;
}

export function tellFactorAdded(notices: Notices, { id, name }: Person, method: keyof typeof NAMES): void {
  notices.tell({
    code: 'factor_added',
    principalId: id,
    username: name,
    text: `Signing in to your account now needs or allows ${NAMES[method]}.`,
  });
}

/** `what`: a factor, or everything that a user had. */
export function tellFactorRemoved(
  notices: Notices,
  { id, name }: Person,
  what: keyof typeof NAMES | 'all',
): void {
  notices.tell({
    code: 'factor_removed',
    principalId: id,
    username: name,
    text: `${what === 'all' ? 'Every second factor' : capitalised(NAMES[what])} was removed from your account.`,
  });
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
