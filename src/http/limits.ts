const SECOND_MS = 1_000;
const KIB = 1_024;

/** A client that connects and says nothing, or a byte now and then (slow loris), is cut after this. */
export const HEADERS_TIMEOUT_MS = 10 * SECOND_MS;

/** RSA on a Pi Zero under load has taken 2 s for a handshake; ten leaves room and still ends a silent peer. */
export const TLS_HANDSHAKE_TIMEOUT_MS = 10 * SECOND_MS;

/** How often time-outs are looked for: the least multiple of it is how exact they are. */
export const TIMEOUT_CHECK_PERIOD_MS = 2 * SECOND_MS;

/** Time for a whole request body where its route does not say otherwise: forms and JSON, not uploads. */
export const BODY_TIMEOUT_MS = 30 * SECOND_MS;

/** No byte in either direction for so long, within a request or its answer, ends the connection. */
export const IDLE_TIMEOUT_MS = 60 * SECOND_MS;

/** Between requests: a phone page asks again within seconds, and an idle TLS session costs 40 KB. */
export const KEEP_ALIVE_MS = 20 * SECOND_MS;

/** Request line and headers together. Basic credentials, a cookie and long Marti queries fit five times. */
export const MAX_HEADER_BYTES = 16 * KIB;

/** Request body where its route does not say otherwise (a CSR with an 8192-bit key has 3 KiB). */
export const MAX_BODY_BYTES = 64 * KIB;

/** Per listener: three hundred phones with three connections each, and 40 MB of TLS state at the most. */
export const MAX_CONNECTIONS = 1_000;

/** Per client address (loopback excepted), so that one device cannot take all of the above. */
export const MAX_CONNECTIONS_PER_ADDRESS = 64;

/** How long answers that are under way may take to finish when the server stops; SIGTERM allows 5 s in all. */
export const STOP_DEADLINE_MS = 3 * SECOND_MS;
