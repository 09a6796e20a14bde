import { HTTPException } from 'hono/http-exception';
import { BivouacError, type ErrorCode, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** What a client gets for anything that went wrong. `details` is for machines, `message` for people. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/**
 * The one way from an exception to an answer. An expected failure says its code and sentence; anything else
 * is `internal`, and what it was stands in the log only.
 */
export function errorResponse(
  thrown: unknown,
  log: Log,
  challenge?: string,
  shape: (error: BivouacError) => Response = ownShape,
): Response {
  const error = asBivouacError(thrown, log);
  const response = shape(error);
  const { headers } = response;
  headers.set('cache-control', 'no-store');
  if (error.status === 401 && challenge !== undefined) headers.set('www-authenticate', challenge);
  const { retryAfterSeconds, retryAfterMs } = error.details ?? {};
  const waitS = typeof retryAfterMs === 'number' ? retryAfterMs / 1_000 : retryAfterSeconds;
  if (typeof waitS === 'number') headers.set('retry-after', String(Math.ceil(waitS)));
  // The rest of a body that is too large is not worth reading.
  if (error.status === 413) headers.set('connection', 'close');
  return response;
}

function ownShape({ status, code, message, details }: BivouacError): Response {
  const body: ErrorBody = { error: details === undefined ? { code, message } : { code, message, details } };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function asBivouacError(thrown: unknown, log: Log): BivouacError {
  if (thrown instanceof BivouacError) {
    // A failure of ours, known or not, must be findable; a refusal is the client's affair.
    if (thrown.status >= 500) {
      log.error('http.failed', { code: thrown.code, error: thrown.message, cause: causeOf(thrown) });
    }
    return thrown;
  }
  // Thrown by hono's validators for a body that is not JSON or has another media type.
  if (thrown instanceof HTTPException && thrown.status < 500) {
    return new BivouacError('request.invalid', thrown.message || undefined);
  }
  log.error('http.failed', {
    code: 'internal',
    error: messageOf(thrown),
    stack: thrown instanceof Error ? thrown.stack : undefined,
  });
  return new BivouacError('internal');
}

function causeOf(error: BivouacError): string | undefined {
  return error.cause === undefined ? undefined : messageOf(error.cause);
}
