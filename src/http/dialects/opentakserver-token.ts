import type { AuthDoors } from '../../auth/doors.ts';
import type { Clock } from '../../core/clock.ts';
import type { Access } from '../access.ts';
import type { AppContext } from '../env.ts';
import { refuseForeignOrigin } from '../origin.ts';
import { type Fields, readFields, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import { refusalOf } from '../sign-in-refusal.ts';
import { otsFailure, otsRouteRefusal } from './opentakserver-answers.ts';

export const OAUTH_TOKEN_PATH = '/oauth/token';

const STRANGERS: Access = { on: ['https', 'http'], who: 'public', refusal: otsRouteRefusal };

/** Answers `/oauth/token` where a name and a password are shown instead of a code. */
export type PasswordGrant = (c: AppContext) => Promise<Response>;

/**
 * OAuth's password grant, with which TAK programs without pages sign in [node-tak 12, CloudTAK]. It has no second
 * step: who needs one is refused. OpenTAKServer's token lives for a year and asks for nothing.
 */
export function createOtsPasswordGrant({
  doors: { signIn, sessions },
  clock,
}: {
  readonly doors: Pick<AuthDoors, 'sessions' | 'signIn'>;
  readonly clock: Clock;
}): PasswordGrant {
  return async (c) => {
    refuseForeignOrigin(c);
    const { username, password } = credentialsOf(c.req.query(), (await readFields(c)) ?? {});
    const visitor = { door: 'ots', remote: c.get('remote'), userAgent: c.req.header('user-agent') } as const;
    const result = await signIn.withPassword({ ...visitor, username, password, cannotAsk: true });
    // The same for who needs a second step: a stranger does not learn that the password was right.
    if (result.state === 'second_factor') return otsFailure(c, REFUSED);
    if (result.state === 'refused') {
      if (result.retryAfterMs !== undefined) throw refusalOf(result);
      return otsFailure(c, REFUSED);
    }
    const { token, expiresMs } = await sessions.openOts(result.proof);
    return c.json(
      {
        access_token: token,
        expires_in: Math.max(0, Math.floor((expiresMs - clock.now()) / 1_000)),
        token_type: 'Bearer',
      },
      200,
      { 'cache-control': 'no-store', pragma: 'no-cache' },
    );
  };
}

/** OpenTAKServer answers GET as well; the password stands in the address then, which no log of ours keeps. */
export function registerOtsTokenRoute(router: Router, grant: PasswordGrant): void {
  router.route(STRANGERS, 'GET', OAUTH_TOKEN_PATH, grant);
}

const REFUSED = 'Invalid username or password';

/** From the body, or where there is none from the address [node-tak 12]. */
function credentialsOf(
  query: Fields,
  body: Fields,
): { readonly username: string; readonly password: string } {
  const fields = textOf(body, 'username') === undefined ? query : body;
  return { username: textOf(fields, 'username') ?? '', password: textOf(fields, 'password') ?? '' };
}
