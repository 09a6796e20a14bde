import type { Users } from '../../../auth/ports.ts';
import type { ApiTokens } from '../../../auth/session-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type AppContext, callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import { textAnswer } from './answers.ts';
import type { FtsHandler } from './call-log.ts';
import { FTS_ADMIN } from './fts-access.ts';
import { jsonBodyOf, textIn } from './json-body.ts';

/** Name of the token that the caller chose. */
const TOKEN_NAME = 'FreeTAKServer';

/**
 * FreeTAKServer's API users: programs that hold a token and nothing else. They are services here, and may what
 * services may; in FreeTAKServer each of them is an administrator, and creating one always failed.
 */
export function registerApiUserRoutes(
  router: Router,
  {
    users,
    apiTokens,
    logged,
  }: {
    readonly users: Pick<Users, 'add' | 'delete' | 'list' | 'byName'>;
    readonly apiTokens: Pick<ApiTokens, 'adopt'>;
    readonly logged: (handler: FtsHandler) => (c: AppContext) => Promise<Response>;
  },
): void {
  router.route(
    FTS_ADMIN,
    'GET',
    '/APIUser',
    logged(async (c) => {
      const services = (await users.list()).filter(({ kind }) => kind === 'service');
      return c.json({ json_list: services.map(({ name }) => ({ Username: name, Token: '' })) });
    }),
  );

  router.route(
    FTS_ADMIN,
    'POST',
    '/APIUser',
    logged(async (c, body) => {
      const object = jsonBodyOf(c, body);
      if (object instanceof Response) return object;
      const name = textIn(object, 'username') ?? '';
      const token = textIn(object, 'token') ?? '';
      const { actor } = callerOf(c);
      const service = await users.add({ kind: 'service', name, role: 'viewer' }, actor);
      try {
        const { id: principalId } = service;
        await apiTokens.adopt({ principalId, name: TOKEN_NAME, scope: 'read+write', token }, actor);
      } catch (error) {
        await users.delete(service.name, actor);
        throw error;
      }
      return textAnswer(200, 'success');
    }),
  );

  router.route(
    FTS_ADMIN,
    'DELETE',
    '/APIUser',
    logged(async (c, body) => {
      const object = jsonBodyOf(c, body);
      if (object instanceof Response) return object;
      const service = await users.byName(textIn(object, 'username') ?? '');
      if (service?.kind !== 'service') throw new BivouacError('user.unknown');
      await users.delete(service.name, callerOf(c).actor);
      return textAnswer(200, 'success');
    }),
  );
}
