import type { AuthDoors } from '../../auth/doors.ts';
import { BivouacError } from '../../core/errors.ts';
import type { BrowserSessions } from '../browser-session.ts';
import { type AppContext, callerOf } from '../env.ts';
import { refuseForeignOrigin } from '../origin.ts';
import { type Fields, mediaTypeOf, readFields, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import type { OtsAccess } from './opentakserver-access.ts';
import { otsAnswer, otsFormError } from './opentakserver-answers.ts';
import type { OtsSignIn } from './opentakserver-login.ts';

export interface OtsAccountDeps {
  readonly doors: Pick<AuthDoors, 'emailAccounts' | 'ownAccount'>;
  readonly browser: BrowserSessions;
  /** OpenTAKServer’s `OTS_ENABLE_EMAIL`: without it, what needs e-mail does not exist. */
  readonly isEmailOn: boolean;
}

/** Passwords that their owners change, and accounts by e-mail. */
export function registerOtsAccounts(
  router: Router,
  access: OtsAccess,
  deps: OtsAccountDeps,
  signedIn: OtsSignIn,
): void {
  const { ownAccount, emailAccounts } = deps.doors;
  const { browser } = deps;

  router.route({ ...access.signedIn, by: ['cookie', 'ots'] }, 'POST', '/api/password/change', async (c) => {
    const caller = callerOf(c);
    if (caller.kind !== 'user' || caller.session === undefined) throw new BivouacError('auth.required');
    const fields = await fieldsOf(c);
    const newPassword = textOf(fields, 'new_password') ?? '';
    if (newPassword !== (textOf(fields, 'new_password_confirm') ?? '')) {
      return otsFormError(c, 'new_password_confirm', 'Passwords do not match');
    }
    const offer = {
      ...browser.visitor(c, 'ots'),
      session: caller.session,
      oldPassword: textOf(fields, 'password') ?? '',
      newPassword,
    };
    const proof = await onForm(ownAccount.changePassword(offer), FIELDS_OF_CHANGE);
    return 'field' in proof ? otsFormError(c, proof.field, proof.text) : signedIn.finish(c, proof);
  });

  function requireEmail(): void {
    if (!deps.isEmailOn) throw new BivouacError('request.not_found');
  }

  router.route(access.stranger, 'POST', '/api/register', async (c) => {
    requireEmail();
    refuseForeignOrigin(c);
    const fields = await fieldsOf(c);
    const password = textOf(fields, 'password') ?? '';
    const confirmation = textOf(fields, 'password_confirm') ?? password;
    if (confirmation !== password) return otsFormError(c, 'password_confirm', 'Passwords do not match');
    const offer = {
      ...browser.visitor(c, 'ots'),
      username: textOf(fields, 'username') ?? '',
      email: textOf(fields, 'email') ?? '',
      password,
    };
    const refused = await onForm(emailAccounts.register(offer), FIELDS_OF_REGISTER);
    return refused === undefined
      ? otsAnswer(c, { csrf_token: browser.csrfToken(c) })
      : otsFormError(c, refused.field, refused.text);
  });

  router.route(access.stranger, 'POST', '/api/confirm', async (c) => {
    requireEmail();
    refuseForeignOrigin(c);
    const email = textOf(await fieldsOf(c), 'email') ?? '';
    await emailAccounts.resendConfirmation({ ...browser.visitor(c, 'ots'), email });
    return otsAnswer(c, {});
  });

  router.route(access.stranger, 'GET', '/api/confirm/:token', async (c) => {
    requireEmail();
    const token = c.req.param('token') ?? '';
    if (isPerson(c)) return toPage(c, 'confirm', token);
    const refused = await onForm(emailAccounts.confirm({ ...browser.visitor(c, 'ots'), token }), {});
    return 'field' in refused ? otsFormError(c, refused.field, refused.text) : otsAnswer(c, {});
  });

  router.route(access.stranger, 'POST', '/api/password/reset', async (c) => {
    requireEmail();
    refuseForeignOrigin(c);
    const email = textOf(await fieldsOf(c), 'email') ?? '';
    await emailAccounts.requestReset({ ...browser.visitor(c, 'ots'), email });
    return otsAnswer(c, {});
  });

  // It looks at nothing: a program that follows links uses nothing up.
  router.route(access.stranger, 'GET', '/api/password/reset/:token', (c) => {
    requireEmail();
    return isPerson(c) ? toPage(c, 'new-password', c.req.param('token') ?? '') : otsAnswer(c, {});
  });

  router.route(access.stranger, 'POST', '/api/password/reset/:token', async (c) => {
    requireEmail();
    refuseForeignOrigin(c);
    const fields = await fieldsOf(c);
    const newPassword = textOf(fields, 'password') ?? '';
    if (newPassword !== (textOf(fields, 'password_confirm') ?? newPassword)) {
      return otsFormError(c, 'password_confirm', 'Passwords do not match');
    }
    const offer = { ...browser.visitor(c, 'ots'), token: c.req.param('token') ?? '', newPassword };
    const refused = await onForm(emailAccounts.resetPassword(offer), { password: 'password' });
    return 'field' in refused ? otsFormError(c, refused.field, refused.text) : otsAnswer(c, {});
  });
}

interface FormRefusal {
  /** The input that is wrong, '' for the form as a whole. */
  readonly field: string;
  readonly text: string;
}

/** Which input a refusal is about, by the front part of its code. */
type FieldsByCode = Readonly<Record<string, string>>;

const FIELDS_OF_CHANGE: FieldsByCode = { password: 'new_password', 'auth.failed': 'password' };
const FIELDS_OF_REGISTER: FieldsByCode = {
  password: 'password',
  'user.email_invalid': 'email',
  account: 'email',
  user: 'username',
};

/** What the form asked for, or what of it is wrong. Other refusals stay exceptions. */
async function onForm<T>(work: Promise<T>, fields: FieldsByCode): Promise<T | FormRefusal> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof BivouacError)) throw error;
    const { code, message } = error;
    const field = fields[code] ?? fields[code.split('.')[0]!];
    if (code === 'auth.failed' && field !== undefined) return { field, text: 'Invalid password' };
    if (field !== undefined) return { field, text: message };
    if (code === 'mail.token_invalid') return { field: '', text: message };
    throw error;
  }
}

/** To the page of ours that does the same; behind the `#`, the token is in no log and no referrer. */
function toPage(c: AppContext, page: 'confirm' | 'new-password', token: string): Response {
  return c.redirect(`/${page}#${encodeURIComponent(token)}`, 303);
}

/** Somebody with a browser, who followed a link. */
function isPerson(c: AppContext): boolean {
  return (c.req.header('accept') ?? '').includes('text/html') && mediaTypeOf(c) !== 'application/json';
}

async function fieldsOf(c: AppContext): Promise<Fields> {
  return (await readFields(c)) ?? {};
}
