import type { AuthDoors } from '../../auth/doors.ts';
import type { TaxiiServiceSettings } from '../../config/compat/opentaxii.ts';
import { BivouacError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { type Access, ALL_ROLES, SIGNED_IN_LISTENERS, type SignInWay } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import type { AppContext } from '../env.ts';
import type { Router } from '../router.ts';
import { createCallerRights } from './caller-rights.ts';
import { createTaxiiAccounts } from './opentaxii/accounts.ts';
import {
  headerProblem,
  htmlPage,
  htmlResponse,
  messageResponse,
  refusalByMessage,
} from './opentaxii/http-binding.ts';
import { MESSAGE_BINDING } from './opentaxii/message-names.ts';
import { registerPermissionRoutes } from './opentaxii/permission-routes.ts';
import { readCredentials } from './opentaxii/read-credentials.ts';
import { readTaxiiRequest } from './opentaxii/read-request.ts';
import { createPollResults } from './opentaxii/results.ts';
import { createTaxiiServices } from './opentaxii/services.ts';
import { statusMessage } from './opentaxii/write-message.ts';

export interface OpenTaxiiDeps extends Pick<AppDeps, 'clock' | 'config' | 'history' | 'users'> {
  readonly doors: Pick<AuthDoors, 'signIn' | 'sessions' | 'grants'>;
}

/** OpenTAXII: a token for a name and a password, and TAXII 1.1 services over the history. */
export function registerOpenTaxiiRoutes(
  router: Router,
  { clock, config, doors, history, users }: OpenTaxiiDeps,
): void {
  const settings = config.compat.opentaxii;
  const rightsOf = createCallerRights({ grants: doors.grants, clock });
  const accounts = createTaxiiAccounts({ ...doors, rightsOf, clock });
  const refusal = refusalByMessage(settings.unauthorized_status);
  const services = createTaxiiServices({
    services: settings.services,
    collections: settings.collections,
    unauthorizedStatus: settings.unauthorized_status,
    history,
    results: createPollResults(clock),
    clock,
  });
  const by: readonly SignInWay[] = settings.support_basic_auth
    ? ['password', 'api_token', 'taxii']
    : ['taxii'];

  function accessTo({
    authentication_required,
  }: Pick<TaxiiServiceSettings, 'authentication_required'>): Access {
    return { on: SIGNED_IN_LISTENERS, who: ALL_ROLES, by, refusal, mayBeAnonymous: !authentication_required };
  }

  async function answer(c: AppContext, service: TaxiiServiceSettings): Promise<Response> {
    const problem = headerProblem(c);
    const ids = { messageId: newId(), inResponseTo: '0' };
    if (problem !== undefined) return messageResponse(c, statusMessage(ids, problem));
    const { origin } = new URL(c.req.url);
    const call = {
      service,
      account: await accounts.accountOf(c.get('caller')),
      origin,
      isTls: c.env.peer.isTls,
      signal: c.req.raw.signal,
    };
    const request = readTaxiiRequest(Buffer.from(await c.req.arrayBuffer()));
    return messageResponse(c, await services.answer(call, request));
  }

  for (const service of settings.services) {
    const access = accessTo(service);
    router.route(access, 'POST', service.address, (c) => answer(c, service));
    router.route(access, 'OPTIONS', service.address, () =>
      htmlResponse(200, '', { ...ALLOW, 'x-taxii-content-types': MESSAGE_BINDING }),
    );
    router.route(access, 'GET', service.address, () =>
      htmlPage(405, 'Method Not Allowed', 'The method is not allowed for the requested URL.', ALLOW),
    );
  }

  registerPermissionRoutes(router, { collections: settings.collections, grants: doors.grants, users });

  // Whoever shows bad credentials here is told so, although none are needed.
  const management = accessTo({ authentication_required: false });
  router.route(management, 'GET', '/management/health', () => jsonLine({ alive: true }));
  router.route(management, 'POST', '/management/auth', async (c) => {
    const credentials = await readCredentials(c);
    if (credentials === undefined) return htmlResponse(400, 'Both username and password are required');
    const { remote, userAgent } = { remote: c.get('remote'), userAgent: c.req.header('user-agent') };
    try {
      const visitor = { door: 'taxii', remote, userAgent } as const;
      return jsonLine({ token: await accounts.authenticate({ ...credentials, visitor }) });
    } catch (error) {
      if (error instanceof BivouacError && error.status === 401) {
        return htmlPage(
          401,
          'Unauthorized',
          'The user name or the password is wrong, or more is needed to sign in.',
        );
      }
      throw error;
    }
  });
}

const ALLOW = { allow: 'POST, OPTIONS' };

/** With the line end that Flask writes. */
function jsonLine(body: object): Response {
  return new Response(`${JSON.stringify(body)}\n`, { headers: { 'content-type': 'application/json' } });
}
