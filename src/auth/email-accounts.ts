import type { Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import { newId, randomCode } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { MailPurpose } from '../store/repositories/mail-tokens.ts';
import type { EmailAccounts } from './account-ports.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import { isDomainAllowed } from './email-domains.ts';
import type { Mailer } from './factor-ports.ts';
import { tellPasswordChanged } from './first-step.ts';
import { parseEmail, parseUserName } from './names.ts';
import type { Notices } from './notices.ts';
import type { RevocationCenter } from './revoke.ts';
import type { EmailSettings } from './settings.ts';
import type { Visitor } from './sign-in-ports.ts';
import type { TokenKeys } from './token-keys.ts';
import { userOf } from './user-view.ts';
import { noticeOf } from './users.ts';
import { createVisitorQuota } from './visitor-quota.ts';

/** Lives of the links in mails, milliseconds: a day for a newcomer, half an hour for what opens an account. */
const LINK_LIFE_MS: Readonly<Record<MailPurpose, number>> = {
  confirm: 24 * 60 * 60_000,
  reset: 30 * 60_000,
};

/** Letters and digits that survive every mail program; 26 of them are 130 bits. */
const LINK_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const LINK_CHARS = 26;

/** Accounts and mails that one address may cause in an hour: a family behind one router, no flood. */
const REQUESTS_PER_HOUR = 10;

export function createEmailAccounts({
  store,
  keys,
  settings,
  mailer,
  kitName,
  revocation,
  audit,
  notices,
  hashNewPassword,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'mailTokens' | 'logins'>;
  readonly keys: TokenKeys;
  readonly settings: () => EmailSettings | undefined;
  readonly mailer: () => Mailer | undefined;
  readonly kitName: () => string;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly hashNewPassword: (password: string, name: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}): EmailAccounts {
  const quota = createVisitorQuota({ clock, perHour: REQUESTS_PER_HOUR });

  function offered(): { readonly email: EmailSettings; readonly post: Mailer } {
    const email = settings();
    const post = mailer();
    if (email === undefined || post === undefined) throw new BivouacError('account.not_offered');
    return { email, post };
  }

  const strangerAt = ({ remote }: Visitor) => ({
    id: null,
    name: 'stranger',
    remote: placeOf(remote).address,
  });

  /** Makes a link and mails it, unless this person was sent too much already. */
  async function mailLink(
    principal: { readonly id: string; readonly name: string; readonly email: string | null },
    purpose: MailPurpose,
  ): Promise<void> {
    const { email, post } = offered();
    const nowMs = clock.now();
    if (principal.email === null) return;
    if (!(await store.logins.allowSending({ principalId: principal.id, nowMs }))) {
      log.warnRarely(`mail ${principal.id}`, 'auth.mails_held_back', { user: principal.name });
      return;
    }
    const token = randomCode(LINK_CHARS, LINK_ALPHABET);
    await store.mailTokens.put({
      principalId: principal.id,
      purpose,
      hash: keys.hashOf('mail-token', token),
      expiresMs: nowMs + LINK_LIFE_MS[purpose],
    });
    const link = `${purpose === 'confirm' ? email.confirmUrl : email.resetUrl}${token}`;
    const text =
      purpose === 'confirm'
        ? `Somebody made the account "${principal.name}" with this e-mail address. If it was you, open this link within a day:\n\n${link}\n`
        : `Somebody wants to set a new password for the account "${principal.name}". If it was you, open this link within half an hour:\n\n${link}\n\nIf not, there is nothing to do.\n`;
    const what = purpose === 'confirm' ? 'confirm your account' : 'new password';
    await post.send({ to: principal.email, subject: `${kitName()}: ${what}`, text });
  }

  /** Answers before it is known whether there is anything to do: nobody learns whose addresses we have. */
  function later(work: () => Promise<void>): void {
    work().catch((error) => log.warnRarely('mail', 'auth.mail_not_sent', { error: messageOf(error) }));
  }

  async function tellOwner(principal: { readonly id: string; readonly email: string | null }): Promise<void> {
    const { post } = offered();
    const nowMs = clock.now();
    if (principal.email === null) return;
    if (!(await store.logins.allowSending({ principalId: principal.id, nowMs }))) return;
    await post.send({
      to: principal.email,
      subject: `${kitName()}: your account`,
      text: 'Somebody tried to make an account with this e-mail address. You have one already, so none was made.\n',
    });
  }

  return {
    offer() {
      const email = mailer() === undefined ? undefined : settings();
      return { registration: email?.allowsRegistration === true, reset: email !== undefined };
    },

    async register(offer) {
      const { email: rules } = offered();
      if (!rules.allowsRegistration) throw new BivouacError('account.not_offered');
      quota.take(offer.remote);
      const { name, nameKey } = parseUserName(offer.username);
      const email = parseEmail(offer.email);
      if (!isDomainAllowed(email, rules)) throw new BivouacError('account.domain_refused');
      const phc = await hashNewPassword(offer.password, name);
      const owner = await store.mailTokens.byEmail(email);
      if (owner !== undefined) {
        later(() => tellOwner(owner));
        return;
      }
      const id = newId();
      const principal = await store.mailTokens.register({
        id,
        name,
        nameKey,
        email,
        role: 'user',
        phc,
        groups: [],
        audit: audit.entry(strangerAt(offer), 'user.register', { targetId: id, target: name }),
      });
      later(() => mailLink(principal, 'confirm'));
    },

    async resendConfirmation(offer) {
      offered();
      quota.take(offer.remote);
      const principal = await store.mailTokens.byEmail(offer.email.trim());
      if (principal !== undefined && !principal.isConfirmed) later(() => mailLink(principal, 'confirm'));
    },

    async confirm(offer) {
      offered();
      const principal = await store.mailTokens.confirm({
        hash: keys.hashOf('mail-token', offer.token),
        audit: audit.entry(strangerAt(offer), 'user.confirm'),
      });
      return userOf(principal);
    },

    async requestReset(offer) {
      offered();
      quota.take(offer.remote);
      const principal = await store.mailTokens.byEmail(offer.email.trim());
      if (principal?.state === 'enabled') later(() => mailLink(principal, 'reset'));
    },

    async resetPassword(offer) {
      offered();
      const hash = keys.hashOf('mail-token', offer.token);
      const known = await store.mailTokens.find({ purpose: 'reset', hash, nowMs: clock.now() });
      if (known === undefined) throw new BivouacError('mail.token_invalid');
      const phc = await hashNewPassword(offer.newPassword, known.name);
      const change = await store.mailTokens.reset({
        hash,
        phc,
        audit: audit.entry(strangerAt(offer), 'user.reset_password', { detail: { password: 'changed' } }),
      });
      const notice = noticeOf(change);
      if (notice !== undefined) await revocation.announce(notice);
      tellPasswordChanged(notices, change.principal);
      return userOf(change.principal);
    },
  };
}
