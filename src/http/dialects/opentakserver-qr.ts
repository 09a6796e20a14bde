import { firstPort } from '../../core/address.ts';
import { atakEnrolLink, itakLine } from '../../packages/onboarding-links.ts';
import type { AppDeps } from '../app-deps.ts';
import { type AppContext, callerOf } from '../env.ts';
import { type Fields, readJsonObject, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import type { OtsAccess } from './opentakserver-access.ts';
import { otsFailure, otsSuccess } from './opentakserver-answers.ts';
import { otsSubject } from './opentakserver-subject.ts';

const PATH = '/api/atak_qr_string';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Time to hand a phone round the table. */
const CODE_LIFE_MS = 15 * MINUTE_MS;
/** Somebody who comes tomorrow; longer is a standing door. */
const CODE_LIFE_MAX_MS = 24 * 60 * MINUTE_MS;
/** Larger numbers are milliseconds: OpenTAKServer takes both. */
const SECONDS_MAX = 2 ** 31 - 1;

/**
 * The codes by which ATAK enrols. OpenTAKServer keeps one standing token for each user and shows it to whoever
 * asks again. Here a code is good once and shown once: what is kept of it cannot be made into a code again.
 */
export function registerOtsQrCodes(
  router: Router,
  access: OtsAccess,
  deps: Pick<AppDeps, 'clock' | 'enrolmentTokens' | 'kit' | 'kitName' | 'users'>,
): void {
  const { clock, enrolmentTokens, kit, kitName, users } = deps;

  /** Where the caller's devices find the stream: under the name that he used. */
  function stream(c: AppContext): { readonly host: string; readonly cotPort?: number } {
    const host = new URL(c.req.url).hostname;
    const cotPort = firstPort(kit.listeners()['cotTls']);
    return cotPort === undefined ? { host } : { host, cotPort };
  }

  router.route(access.member, 'POST', PATH, async (c) => {
    const fields = await readJsonObject(c);
    const user = await otsSubject(c, users, textOf(fields, 'username') ?? '');
    if (user instanceof Response) return user;
    const nowMs = clock.now();
    const lifeMs = lifeOf(fields, nowMs);
    if (lifeMs === undefined) return otsFailure(c, 'exp must be in the future, and within 24 hours');
    if (fields['disabled'] === true || notBefore(fields) > nowMs) {
      return otsFailure(c, 'A code is good from the moment it is made');
    }
    if (Number(fields['max'] ?? 1) > 1) return otsFailure(c, 'A code is good once: make one for each device');
    const order = { username: user.name, form: 'link', lifeMs } as const;
    const { token, expiresMs } = await enrolmentTokens.create(order, callerOf(c).actor);
    const link = atakEnrolLink({ ...stream(c), username: user.name, token });
    return otsSuccess(c, { ...claims(user.name, nowMs, expiresMs), qr_string: link });
  });

  router.route(access.member, 'GET', PATH, async (c) => {
    const user = await otsSubject(c, users, c.req.query('username') ?? '');
    if (user instanceof Response) return user;
    const code = await enrolmentTokens.newest(user.id);
    if (code === undefined) return otsFailure(c, `No token found for ${user.name}`, 404);
    // Empty, as a secret that is write-only is told everywhere here.
    return otsSuccess(c, { ...claims(user.name, code.createdMs, code.expiresMs), qr_string: '' });
  });

  // Every code that waits, also those of invitations: who takes a code back wants no door left open.
  router.route(access.member, 'DELETE', PATH, async (c) => {
    const user = await otsSubject(c, users, c.req.query('username') ?? '');
    if (user instanceof Response) return user;
    await enrolmentTokens.endUnused(user, callerOf(c).actor);
    return otsSuccess(c);
  });

  // Where iTAK finds the kit; it asks for name and password itself.
  router.route(access.member, 'GET', '/api/itak_qr_string', (c) =>
    c.text(itakLine({ ...stream(c), serverName: kitName })),
  );
}

/** What OpenTAKServer tells of a token. Times in seconds. */
function claims(username: string, createdMs: number, expiresMs: number): object {
  return {
    sub: username,
    iat: Math.floor(createdMs / SECOND_MS),
    iss: 'OpenTAKServer',
    aud: 'OpenTAKServer',
    exp: Math.floor(expiresMs / SECOND_MS),
    nbf: null,
    max: 1,
    total_uses: 0,
    disabled: null,
  };
}

/** Milliseconds from now that the request asks for; undefined when it is none that we give. */
function lifeOf(fields: Fields, nowMs: number): number | undefined {
  const expiresMs = timeOf(fields['exp']);
  if (expiresMs === undefined) return CODE_LIFE_MS;
  const lifeMs = expiresMs - nowMs;
  return lifeMs > 0 && lifeMs <= CODE_LIFE_MAX_MS ? lifeMs : undefined;
}

function notBefore(fields: Fields): number {
  return timeOf(fields['nbf']) ?? 0;
}

function timeOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const time = Number(value);
  return time > SECONDS_MAX ? time : time * SECOND_MS;
}
