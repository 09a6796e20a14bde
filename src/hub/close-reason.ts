/** Why a session ended. Each connection ends with exactly one of these, in the log, in metrics and on pages. */
export const CLOSE_REASONS = [
  /** The peer closed the connection in an orderly way. */
  'peer_closed',
  /** The connection broke: reset, time-out in the kernel, TLS alert. */
  'connection_lost',
  /** The server is stopping. */
  'server_stopping',
  /** No or no complete `<auth>` within the time or size allowed. */
  'auth_timeout',
  'auth_too_large',
  /** The first element was not `<auth>` although the policy asks for it. */
  'auth_missing',
  /** Wrong user name or password, disabled user, or a user who may not use the stream. */
  'auth_failed',
  /** The policy asks for a client certificate and none (or none that we accept) was offered. */
  'cert_missing',
  'cert_unknown_ca',
  'cert_expired',
  'cert_not_yet_valid',
  'cert_revoked',
  'cert_unknown',
  /** Certificate and password name different users. */
  'auth_mismatch',
  /** Revoked, disabled or deleted while connected. */
  'access_revoked',
  /** The sign-in that opened a screen's stream is over: it comes back with another. */
  'sign_in_ended',
  /** The peer sent bytes that make the rest of its stream unreadable. */
  'protocol_error',
  /** The peer sent too many events that had to be refused. */
  'too_many_refusals',
  /** The peer did not read: its queue was full, or nothing was taken for too long. */
  'slow_reader',
  /** Nothing was heard from the peer for too long. */
  'idle',
  /** The same device came back on a new connection while this one was silent. */
  'superseded',
  /** More connections than the configuration allows. */
  'too_many_connections',
] as const;

export type CloseReason = (typeof CLOSE_REASONS)[number];

/** A counter for each reason, at zero. */
export function createCloseCounts(): Record<CloseReason, number> {
  return Object.fromEntries(CLOSE_REASONS.map((reason) => [reason, 0])) as Record<CloseReason, number>;
}
