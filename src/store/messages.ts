import { BivouacError, type ErrorCode } from '../core/errors.ts';

/** Main thread → worker: one operation. */
export interface CallMessage {
  readonly kind: 'call';
  readonly id: number;
  readonly repository: string;
  readonly operation: string;
  readonly argument: unknown;
}

/** Main thread → worker: do what has arrived, close the database, end. */
export interface CloseMessage {
  readonly kind: 'close';
}

export type ToWorker = CallMessage | CloseMessage;

export type Reply =
  | { readonly id: number; readonly isOk: true; readonly result: unknown }
  | { readonly id: number; readonly isOk: false; readonly error: WireError };

/** What opening found and did. */
export interface OpenReport {
  readonly version: number;
  /** Names of the migrations that ran. */
  readonly migrated: readonly string[];
  /** The copy made before them; undefined for a new database. */
  readonly backupPath: string | undefined;
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly report: OpenReport }
  | { readonly kind: 'open_failed'; readonly error: WireError }
  | { readonly kind: 'replies'; readonly replies: readonly Reply[] };

/** A BivouacError in a form that crosses a thread (structured clone would lose class, code and details). */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}

export function toWire(error: BivouacError): WireError {
  return { code: error.code, message: error.message, details: error.details };
}

export function fromWire({ code, message, details }: WireError): BivouacError {
  return new BivouacError(code, message, details);
}

/** The name under which the worker gets its `dataDir`. */
export interface WorkerData {
  readonly dataDir: string;
}
