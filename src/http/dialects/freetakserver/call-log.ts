import type { ApiCalls } from '../../../auth/account-ports.ts';
import type { AppContext } from '../../env.ts';
import { readGetBody } from '../../get-body.ts';

/** A handler that gets the body as text, also that of a GET. */
export type FtsHandler = (c: AppContext, body: string) => Promise<Response> | Response;

/**
 * Notes every call of a system user, as FreeTAKServer's document has it: when, what, where. Programs (API
 * users) are not noted there, nor here. Secrets are taken out on the way to the disk.
 */
export function createCallLog(
  apiCalls: Pick<ApiCalls, 'note'>,
): (handler: FtsHandler) => (c: AppContext) => Promise<Response> {
  return (handler) => async (c) => {
    const body = c.req.method === 'GET' ? await readGetBody(c.req.raw) : await c.req.text();
    const caller = c.get('caller');
    if (caller?.kind === 'user' && caller.user.kind === 'user') {
      const { pathname, search } = new URL(c.req.url);
      apiCalls.note({
        principalId: caller.user.id,
        username: caller.user.name,
        method: c.req.method,
        endpoint: pathname + search,
        content: body,
        remote: c.get('remote'),
      });
    }
    return handler(c, body);
  };
}
