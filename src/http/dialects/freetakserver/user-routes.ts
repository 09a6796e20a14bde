import type { SignIn } from '../../../auth/sign-in-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type AppContext, callerOf } from '../../env.ts';
import { qrCode } from '../../qr.ts';
import type { Router } from '../../router.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import { dumpedAnswer, messageAnswer, textAnswer } from './answers.ts';
import type { FtsHandler } from './call-log.ts';
import { FTS_ADMIN } from './fts-access.ts';
import { type JsonObject, jsonBodyOf, systemUsersOf, textIn } from './json-body.ts';
import type { NewSystemUser, SystemUsers } from './system-users.ts';
import { DEVICE_TYPES, type DeviceType } from './user-packages.ts';

export interface UserRoutesDeps {
  readonly systemUsers: SystemUsers;
  readonly signIn: Pick<SignIn, 'withPassword'>;
  readonly logged: (handler: FtsHandler) => (c: AppContext) => Promise<Response>;
  /** Name or address for packages that are made for this caller. */
  readonly hostFor: (c: AppContext) => string;
}

const USERS = '/ManageSystemUser';

/** FreeTAKServer's system users, and the check of a password for a program that has its own sign-in. */
export function registerUserRoutes(
  router: Router,
  { systemUsers, signIn, logged, hostFor }: UserRoutesDeps,
): void {
  router.route(
    FTS_ADMIN,
    'GET',
    `${USERS}/getAll`,
    logged(async () => dumpedAnswer({ SystemUsers: await systemUsers.list() })),
  );

  router.route(
    FTS_ADMIN,
    'GET',
    `${USERS}/getSystemUser`,
    logged(async (c, body) => {
      const asked = body === '' ? c.req.query() : jsonBodyOf(c, body);
      if (asked instanceof Response) return asked;
      const { name, uid } = asked as JsonObject;
      const found = (await systemUsers.list()).filter(
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
      const orders = systemUsersOf(object) ?? [];
      const failed: string[] = [];
      for (const order of orders) {
        const problem = await problemOf(() =>
          systemUsers.add(newUserOf(order), hostFor(c), callerOf(c).actor),
        );
        const name = textIn(order, 'Name');
        if (problem === undefined) continue;
        failed.push(
          name === undefined
            ? 'operation failed for user. missing name parameter.'
            : `operation failed for user ${name}`,
        );
      }
      if (orders.length > 0 && failed.length === 0) return messageAnswer(201, 'all users created');
      if (failed.length < orders.length) return messageAnswer(201, failed.join(', '));
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
      const problem = await problemOf(async () => {
        for (const order of systemUsersOf(object) ?? [{}]) {
          await systemUsers.change(uidOf(order), changeOf(order), callerOf(c).actor);
        }
      });
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
      const problem = await problemOf(async () => {
        for (const order of systemUsersOf(object) ?? [{}]) {
          await systemUsers.remove(uidOf(order), callerOf(c).actor);
        }
      });
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

/** @throws BivouacError `request.invalid` for what is no system user */
function newUserOf(order: JsonObject): NewSystemUser {
  const [name, group, token, password] = ['Name', 'Group', 'Token', 'Password'].map((field) =>
    textIn(order, field),
  );
  const device = textIn(order, 'DeviceType')?.toLowerCase() ?? '';
  const certs = order['Certs'];
  const isWhole = [name, group, token, password].every((text) => text !== undefined && text !== '');
  if (!isWhole || !(device in DEVICE_TYPES) || !['true', 'false', true, false].includes(certs as string)) {
    throw new BivouacError('request.invalid');
  }
  return {
    name: name ?? '',
    group: group ?? '',
    token: token ?? '',
    password: password ?? '',
    device: device as DeviceType,
    wantsCertificate: certs === 'true' || certs === true,
  };
}

function uidOf(order: JsonObject): string {
  return textIn(order, 'uid') ?? '';
}

function changeOf(order: JsonObject) {
  const fields = { token: 'Token', password: 'Password', group: 'Group' };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, field]) => {
      const value = textIn(order, field);
      // What lists show in the place of a secret changes nothing.
      return value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
}
