import { newId } from '../../../core/ids.ts';
import type { AppContext, RefusalShape } from '../../env.ts';
import { MESSAGE_BINDING, protocolBinding, SERVICES_VERSION, type StatusType } from './message-names.ts';
import { type Correlation, statusMessage } from './write-message.ts';

/** TAXII messages over HTTP, and the pages around them, as OpenTAXII 0.9.3 sends them. */

export function messageResponse(c: AppContext, xml: string, status: 200 | 500 = 200): Response {
  if (!acceptsXml(c.req.header('accept'))) return htmlResponse(406, 'Unacceptable');
  return new Response(xml, {
    status,
    headers: {
      'content-type': 'application/xml',
      'x-taxii-content-type': MESSAGE_BINDING,
      'x-taxii-protocol': protocolBinding(c.env.peer.isTls),
      'x-taxii-services': SERVICES_VERSION,
    },
  });
}

export function htmlResponse(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers } });
}

/** A page of one sentence, for whom a browser shows it to. */
export function htmlPage(status: number, name: string, sentence: string, headers = {}): Response {
  const page = [
    '<!doctype html>',
    '<html lang=en>',
    `<title>${status} ${name}</title>`,
    `<h1>${name}</h1>`,
    `<p>${sentence}</p>`,
    '',
  ];
  return htmlResponse(status, page.join('\n'), headers);
}

/**
 * A refusal by the guard of a route. TAXII has its own word for missing and bad credentials, inside an answer
 * that is good for HTTP: clients read it there. What has nothing to do with TAXII keeps its HTTP status.
 */
export function refusalByMessage(unauthorizedStatus: StatusType): RefusalShape {
  return ({ status, message }, c) => {
    const ids: Correlation = { messageId: newId(), inResponseTo: '0' };
    if (status === 401 || status === 403) {
      return messageResponse(c, statusMessage(ids, { type: unauthorizedStatus }));
    }
    if (status >= 500) return messageResponse(c, statusMessage(ids, { type: 'FAILURE' }), 500);
    return new Response(message, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  };
}

/** What the headers of a message say that we could not read or answer; undefined where all is well. */
export function headerProblem(
  c: AppContext,
): { readonly type: StatusType; readonly message: string } | undefined {
  const wrong = (name: string, ...good: readonly string[]) => {
    const value = c.req.header(name);
    return value !== undefined && !good.includes(value.trim());
  };
  if (wrong('x-taxii-content-type', MESSAGE_BINDING) || wrong('x-taxii-accept', MESSAGE_BINDING)) {
    return { type: 'UNSUPPORTED_MESSAGE', message: `Only ${MESSAGE_BINDING} is spoken here` };
  }
  if (wrong('x-taxii-services', SERVICES_VERSION)) {
    return { type: 'UNSUPPORTED_MESSAGE', message: `Only ${SERVICES_VERSION} is spoken here` };
  }
  if (wrong('x-taxii-protocol', protocolBinding(true), protocolBinding(false))) {
    return {
      type: 'UNSUPPORTED_PROTOCOL',
      message: `Only ${protocolBinding(c.env.peer.isTls)} is spoken here`,
    };
  }
  return undefined;
}

function acceptsXml(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const isRefused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    return !isRefused && ['*/*', 'application/*', 'application/xml', 'text/xml', 'text/*'].includes(type);
  });
}
