/** A call that was refused, in the server's own words, or that never reached it. */
export class ApiProblem extends Error {
  /** Stable, as docs/errors.md lists them; `kit.lost` where no answer came at all. */
  readonly code: string;
  /** 0 where no answer came. */
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.details = details;
  }

  get isLost(): boolean {
    return this.code === LOST;
  }
}

const LOST = 'kit.lost';

export function lostProblem(): ApiProblem {
  return new ApiProblem(0, LOST, '');
}

/** What an answer that is no success says of itself; proxies and old servers may answer anything. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const error = isObject(body) ? body['error'] : undefined;
  if (isObject(error) && typeof error['code'] === 'string' && typeof error['message'] === 'string') {
    const details = isObject(error['details']) ? error['details'] : {};
    return new ApiProblem(status, error['code'], error['message'], details);
  }
  return new ApiProblem(status, `http.${status}`, '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
