import type { AppContext } from '../../env.ts';
import { isFtsListener } from '../../peer.ts';
import type { DeclaredRoute } from '../../router.ts';
import { textAnswer } from './answers.ts';
import { errorPage } from './json-body.ts';

/**
 * What is not there. FreeTAKServer says so with 200, which its clients take for an answer; here it is 404. A
 * method that a path does not have is told as Flask does.
 */
export function ftsNotFound(c: AppContext, routes: readonly DeclaredRoute[]): Response {
  const methods = routes
    .filter(({ path, access }) => path === c.req.path && access.on.some(isFtsListener))
    .map(({ method }) => method);
  if (methods.length === 0) return textAnswer(404, 'this endpoint does not exist');
  const sentence = 'This method is none that is answered here.';
  const answer = errorPage(405, 'Method Not Allowed', sentence);
  answer.headers.set('allow', [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', '));
  return answer;
}
