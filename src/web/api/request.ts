import type { Calls } from './generated.ts';
import { lostProblem, problemOf } from './problem.ts';

export type CallName = keyof Calls;
type Given<C> = Omit<C, 'answer'>;
/** What a call takes; nothing at all where everything may be left out. */
type Arguments<C> = Record<string, never> extends Given<C> ? [given?: Given<C>] : [given: Given<C>];

/**
 * Any call of the kit's API by its name in docs/api.md, checked against what the routes say of themselves.
 * @throws ApiProblem
 */
export type Api = <N extends CallName>(name: N, ...given: Arguments<Calls[N]>) => Promise<Calls[N]['answer']>;

/** An answer that has not come by then will not: the kit is in the next room, not across the world. */
const TIMEOUT_MS = 15_000;

export interface ApiDeps {
  readonly fetch: typeof fetch;
  /** For the header that calls with a cookie need. */
  readonly csrfToken: () => string | undefined;
}

export function createApi({ fetch, csrfToken }: ApiDeps): Api {
  return async (name, ...[given]) => {
    const { path, query, body } = (given ?? {}) as LooseGiven;
    const [method = '', pattern = ''] = name.split(' ');
    const token = method === 'GET' ? undefined : csrfToken();
    let response: Response;
    try {
      response = await fetch(addressOf(pattern, path, query), {
        method,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { 'x-xsrf-token': token }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw lostProblem();
    }
    return (await answerOf(response)) as never;
  };
}

interface LooseGiven {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined | null>>;
  readonly body?: unknown;
}

async function answerOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  try {
    if (response.ok) return isJson ? await response.json() : await response.blob();
    throw problemOf(response.status, isJson ? await response.json() : undefined);
  } catch (error) {
    // The connection broke in the middle of the answer.
    throw error instanceof Error && error.name === 'ApiProblem' ? error : lostProblem();
  }
}

/** `/api/people/{name}` with its parts filled in. */
export function addressOf(
  pattern: string,
  path: LooseGiven['path'] = {},
  query: LooseGiven['query'] = {},
): string {
  const filled = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  const parameters = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  if (parameters.length === 0) return filled;
  return `${filled}?${new URLSearchParams(parameters.map(([name, value]) => [name, String(value)]))}`;
}
