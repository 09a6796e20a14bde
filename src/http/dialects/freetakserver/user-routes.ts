import type { SignIn } from '../../../auth/sign-in-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type AppContext, callerOf } from '../../env.ts';
import { qrCode } from '../../qr.ts';
import type { Router } from '../../router.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import { dumpedAnswer, messageAnswer, textAnswer } from './answers.ts';
import type { FtsHandler } from './call-log.ts';
import { FTS_ADMIN } from './fts-access.ts';
import { type JsonObject, jsonBodyOf, textIn } from './json-body.ts';
import type { SystemUserOrders } from './system-user-orders.ts';
import type { SystemUsers } from './system-users.ts';

export interface UserRoutesDeps {
  readonly systemUsers: Pick<SystemUsers, 'packageUrl'>;
  readonly orders: SystemUserOrders;
  readonly signIn: Pick<SignIn, 'withPassword'>;
  readonly logged: (handler: FtsHandler) => (c: AppContext) => Promise<Response>;
  /** Name or address for packages that are made for this caller. */
  readonly hostFor: (c: AppContext) => string;
}

const USERS = '/ManageSystemUser';

/** FreeTAKServer's system users, and the check of a password for a program that has its own sign-in. */
export function registerUserRoutes(
  router: Router,
  { systemUsers, orders, signIn, logged, hostFor }: UserRoutesDeps,
): void {
  router.route(
    FTS_ADMIN,
    'GET',
    `${USERS}/getAll`,
    logged(async () => dumpedAnswer({ SystemUsers: await orders.list() })),
  );

  router.route(
    FTS_ADMIN,
    'GET',
    `${USERS}/getSystemUser`,
    logged(async (c, body) => {
      const asked = body === '' ? c.req.query() : jsonBodyOf(c, body);
      if (asked instanceof Response) return asked;
      const { name, uid } = asked as JsonObject;
      const found = (await orders.list()).filter(
        (user) => (name === undefined || user.Name === name) && (uid === undefined || user.Uid === uid),
      );
      return dumpedAnswer({ SystemUsers: name === undefined && uid === undefined ? [] : found });
    }),
  );

  router.route(
    FTS_ADMIN,
    'POST',
    `${USERS}/postSystemUser`,
    logged(async (c, body) => {
      const object = jsonBodyOf(c, body);
      if (object instanceof Response) return object;
      const { asked, failed } = await orders.add(object, hostFor(c), callerOf(c).actor);
      if (asked > 0 && failed.length === 0) return messageAnswer(201, 'all users created');
      if (failed.length < asked) return messageAnswer(201, failed.join(', '));
      return messageAnswer(500, `all users failed to create ${failed.join(', ')}`);
    }),
  );

  router.route(
    FTS_ADMIN,
    'PUT',
    `${USERS}/putSystemUser`,
    logged(async (c, body) => {
      const object = jsonBodyOf(c, body);
      if (object instanceof Response) return object;
      const problem = await problemOf(() => orders.change(object, callerOf(c).actor));
      return problem === undefined
        ? messageAnswer(200, 'user updated')
        : messageAnswer(500, 'An error occured attempting to update user.');
    }),
  );

  router.route(
    FTS_ADMIN,
    'DELETE',
    `${USERS}/deleteSystemUser`,
    logged(async (c, body) => {
      const object = jsonBodyOf(c, body);
      if (object instanceof Response) return object;
      const problem = await problemOf(() => orders.remove(object, callerOf(c).actor));
      return problem === undefined
        ? messageAnswer(200, 'user deleted')
        : messageAnswer(500, 'An error occured attempting to remove the user(s).');
    }),
  );

  async function authenticate(c: AppContext, credentials: JsonObject): Promise<Response> {
    const username = textIn(credentials, 'username') ?? '';
    const password = textIn(credentials, 'password') ?? '';
    const result = await signIn.withPassword({ door: 'fts', remote: c.get('remote'), username, password });
    if (result.state === 'signed_in') return dumpedAnswer({ uid: result.proof.user.id });
    if (result.state === 'refused' && result.retryAfterMs !== undefined) throw refusalOf(result);
    // Not 401: the caller's own token is good.
    return textAnswer(403, 'Wrong user name or password');
  }

  router.route(
    FTS_ADMIN,
    'GET',
    '/AuthenticateUser',
    logged((c) => authenticate(c, c.req.query())),
  );
  // The same without a password in an address.
  router.route(
    FTS_ADMIN,
    'POST',
    '/AuthenticateUser',
    logged((c, body) => {
      const object = jsonBodyOf(c, body);
      return object instanceof Response ? object : authenticate(c, object);
    }),
  );

  router.route(
    FTS_ADMIN,
    'GET',
    '/GenerateQR',
    logged(async (c) => {
      const url = await systemUsers.packageUrl(c.req.query('datapackage_id') ?? '', hostFor(c));
      return new Response(new Uint8Array(qrCode(url, 'png')), { headers: { 'content-type': 'image/png' } });
    }),
  );
}

/** An expected failure; whatever else happens is ours, and is told as such. */
async function problemOf(work: () => Promise<void>): Promise<BivouacError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof BivouacError && error.status < 500) return error;
    throw error;
  }
}
