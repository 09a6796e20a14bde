const SECOND_MS = 1_000;
const KIB = 1_024;

/** What a listener holds its clients to. Tests shorten the times; nothing else changes them. */
export const HTTP_LIMITS = {
  /** A client that connects and says nothing, or a byte now and then (slow loris), is cut after this. */
  headersTimeoutMs: 10 * SECOND_MS,
  /** RSA on a Pi Zero under load has taken 2 s for a handshake; ten leaves room and still ends a silent peer. */
  handshakeTimeoutMs: 10 * SECOND_MS,
  /** How often headers are looked at: their time-out is as exact as this. */
  timeoutCheckPeriodMs: 2 * SECOND_MS,
  /** A request body must come at `minBodyBytesPerSecond` over each such period: small ones within one. */
  bodyTimeoutMs: 30 * SECOND_MS,
  /** A phone at the edge of the Wi-Fi still uploads at some KiB/s; who is slower holds a connection for nothing. */
  minBodyBytesPerSecond: 2 * KIB,
  /** No byte in either direction for so long, within a request or its answer, ends the connection. */
  idleTimeoutMs: 60 * SECOND_MS,
  /**
   * What ends a session is often a request of that very session, which is to have its answer. A revocation is
   * everywhere within two seconds: this is the half of them.
   */
  endGraceMs: SECOND_MS,
  /** Between requests: a phone page asks again within seconds, and an idle TLS session costs 40 KB. */
  keepAliveMs: 20 * SECOND_MS,
  /** Request line and headers. Basic credentials, a cookie and a long Marti query fit five times. */
  maxHeaderBytes: 16 * KIB,
  /** Per bound socket: three hundred phones with three connections each, and 40 MB of TLS state at the most. */
  maxConnections: 1_000,
  /** Per client address (loopback excepted), so that one device cannot take all of the above. */
  maxConnectionsPerAddress: 64,
} as const satisfies Record<string, number>;

export type HttpLimits = { readonly [K in keyof typeof HTTP_LIMITS]: number };

/** Request body where its route does not say otherwise (a request for an 8192-bit key has 3 KiB). */
export const MAX_BODY_BYTES = 64 * KIB;

/** A chunked body of at most this is read before the route sees it, so that the route never sees too much. */
export const MAX_BUFFERED_BODY_BYTES = 1_024 * KIB;

/** How long answers that are under way may take to finish when the server stops; SIGTERM allows 5 s in all. */
export const STOP_DEADLINE_MS = 3 * SECOND_MS;
