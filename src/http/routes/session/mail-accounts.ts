import { createRoute, z } from '@hono/zod-openapi';
import type { AuthDoors } from '../../../auth/doors.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import { refuseForeignOrigin } from '../../origin.ts';
import type { Router } from '../../router.ts';
import { jsonAnswer, jsonBody, refusal } from '../schemas.ts';
import { STRANGER } from './session-access.ts';

const tags = ['Accounts by mail'];
const path = '/api/accounts';

/** Longer is nobody's; auth has the real rules. */
const text = z.string().max(1_024);
const token = z.string().max(128).describe('From the link of the mail');

const onItsWay = { 204: { description: 'A mail is on its way, if there is one to send' }, default: refusal };
const whose = jsonAnswer(z.object({ username: z.string() }), 'Whose account it is');

const registerRoute = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Make an account of one’s own',
  description:
    'Where `byMail.registration` of `/api/setup` says so. An address that has an account already is answered the same, and told by mail.',
  request: { body: jsonBody(z.strictObject({ username: text, email: text, password: text })) },
  responses: onItsWay,
});

const confirmationRoute = createRoute({
  method: 'post',
  path: `${path}/confirmation`,
  tags,
  summary: 'Send the mail that confirms an address again',
  request: { body: jsonBody(z.strictObject({ email: text })) },
  responses: onItsWay,
});

const confirmRoute = createRoute({
  method: 'post',
  path: `${path}/confirm`,
  tags,
  summary: 'Confirm an address by the link of its mail',
  description: 'The link leads to a page that asks first: a program that follows links confirms nothing.',
  request: { body: jsonBody(z.strictObject({ token })) },
  responses: whose,
});

const resetRoute = createRoute({
  method: 'post',
  path: `${path}/reset`,
  tags,
  summary: 'Send a link that sets a new password',
  description: 'Answered the same whether the address has an account or not.',
  request: { body: jsonBody(z.strictObject({ email: text })) },
  responses: onItsWay,
});

const passwordRoute = createRoute({
  method: 'post',
  path: `${path}/password`,
  tags,
  summary: 'Set a new password by the link of a mail',
  description: 'Ends every session of the account; second factors stay.',
  request: { body: jsonBody(z.strictObject({ token, newPassword: text })) },
  responses: whose,
});

export interface MailAccountRouteDeps {
  readonly doors: Pick<AuthDoors, 'emailAccounts'>;
  readonly browser: BrowserSessions;
}

/** Accounts that people make themselves, and forgotten passwords, where the kit sends mail. */
export function registerMailAccountRoutes(router: Router, { doors, browser }: MailAccountRouteDeps): void {
  const { emailAccounts } = doors;

  router.api(STRANGER, registerRoute, async (c) => {
    refuseForeignOrigin(c);
    await emailAccounts.register({ ...browser.visitor(c, 'web'), ...c.req.valid('json') });
    return c.body(null, 204);
  });

  router.api(STRANGER, confirmationRoute, async (c) => {
    refuseForeignOrigin(c);
    await emailAccounts.resendConfirmation({ ...browser.visitor(c, 'web'), ...c.req.valid('json') });
    return c.body(null, 204);
  });

  router.api(STRANGER, confirmRoute, async (c) => {
    refuseForeignOrigin(c);
    const { name } = await emailAccounts.confirm({ ...browser.visitor(c, 'web'), ...c.req.valid('json') });
    return c.json({ username: name }, 200);
  });

  router.api(STRANGER, resetRoute, async (c) => {
    refuseForeignOrigin(c);
    await emailAccounts.requestReset({ ...browser.visitor(c, 'web'), ...c.req.valid('json') });
    return c.body(null, 204);
  });

  router.api(STRANGER, passwordRoute, async (c) => {
    refuseForeignOrigin(c);
    const offer = { ...browser.visitor(c, 'web'), ...c.req.valid('json') };
    const { name } = await emailAccounts.resetPassword(offer);
    return c.json({ username: name }, 200);
  });
}
