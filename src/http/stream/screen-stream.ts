import { STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Sessions, TicketHolder, Tickets } from '../../auth/session-ports.ts';
import { formatAddress } from '../../core/address.ts';
import type { Cancel, Clock } from '../../core/clock.ts';
import { BivouacError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Identity } from '../../hub/ports.ts';
import { channelsOf } from '../caller-channels.ts';
import { errorResponse } from '../errors.ts';
import { isForeign } from '../origin.ts';
import type { ListenerName } from '../peer.ts';
import type { Upgrade } from '../upgrade.ts';
import { ScreenConnection } from './screen-connection.ts';

/** Where screens come in: with a ticket, so without a certificate. */
export const STREAM_LISTENERS: readonly ListenerName[] = ['https', 'http'];

/**
 * The same stream for RPort's programs, which show their token in the address. What else RPort has there runs
 * commands on its clients, and is not to be had here.
 */
export const RPORT_STREAM_PATH = '/api/v1/ws/clients';

/** A screen says nothing but signs of life. */
const MESSAGE_MAX_BYTES = 4_096;

/**
 * How often a screen is asked for a sign of life, milliseconds. Access points forget a silent client after a
 * minute or so.
 */
const LIFE_CHECK_MS = 25_000;

/** Streams of one principal: a person has a few tabs, and a TV that reconnects leaves one behind. */
const STREAMS_PER_PRINCIPAL_MAX = 8;

export interface ScreenStreamDeps {
  readonly hub: Hub;
  readonly tickets: Pick<Tickets, 'redeem'>;
  readonly sessions: Pick<Sessions, 'check'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The stream for screens: `GET /api/stream?ticket=` becomes a WebSocket that tells, in JSON, what is known and
 * then what happens (docs/api.md). Costs nothing while no screen is there.
 */
export function createScreenStream({ hub, tickets, sessions, clock, log }: ScreenStreamDeps) {
  const connections = new Set<ScreenConnection>();
  let server: WebSocketServer | undefined;
  let cancelLifeCheck: Cancel | undefined;

  function accept(upgrade: Upgrade, identity: Identity): void {
    server ??= new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Compressing would be work per screen, and the same bytes are shared by all.
      perMessageDeflate: false,
      maxPayload: MESSAGE_MAX_BYTES,
    });
    const { request, socket, head, peer } = upgrade;
    const { remoteAddress, localAddress, listener } = peer;
    const remote = formatAddress(remoteAddress, request.socket.remotePort ?? 0);
    // Calls back in this very turn, or refuses the handshake: a revocation finds the session in the hub.
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection: ScreenConnection = new ScreenConnection(
        webSocket,
        socket,
        { remote, localAddress, listener, identity },
        { hub, clock, log, onClosed: () => left(connection) },
      );
      connections.add(connection);
      cancelLifeCheck ??= clock.every(LIFE_CHECK_MS, () => {
        for (const one of connections) one.checkLife();
      });
    });
  }

  function left(connection: ScreenConnection): void {
    connections.delete(connection);
    if (connections.size > 0) return;
    cancelLifeCheck?.();
    cancelLifeCheck = undefined;
  }

  function countOf(principalId: string): number {
    let count = 0;
    for (const { identity } of connections) if (identity.principalId === principalId) count += 1;
    return count;
  }

  async function byTicket(query: URLSearchParams): Promise<TicketHolder> {
    const holder = await tickets.redeem(query.get('ticket') ?? '');
    if (holder === undefined) throw new BivouacError('stream.ticket');
    return holder;
  }

  async function byRportToken(query: URLSearchParams): Promise<TicketHolder> {
    const { session } = await sessions.check({ token: query.get('access_token') ?? '', kinds: ['rport'] });
    if (session === undefined) throw new BivouacError('auth.token_invalid');
    return { user: session.user, sessionId: session.sessionId };
  }

  async function admit(upgrade: Upgrade): Promise<void> {
    const { request, path, query } = upgrade;
    const { origin, host } = request.headers;
    if (isForeign({ origin, host, site: request.headers['sec-fetch-site']?.toString() })) {
      throw new BivouacError('auth.forbidden', 'This request was started by another site');
    }
    const holder = path === RPORT_STREAM_PATH ? await byRportToken(query) : await byTicket(query);
    if (countOf(holder.user.id) >= STREAMS_PER_PRINCIPAL_MAX) throw new BivouacError('stream.too_many');
    accept(upgrade, identityOf(holder));
  }

  return {
    /** Answers one request to open a stream. */
    upgrade(upgrade: Upgrade): void {
      const { socket } = upgrade;
      // Until `ws` has the socket, nobody else listens for its end.
      const onError = (error: Error) => log.debug('screen.socket_error', { error: messageOf(error) });
      socket.on('error', onError);
      admit(upgrade)
        .catch((error) => refuse(upgrade, error, log))
        .finally(() => socket.off('error', onError));
    },
  };
}

/** What a stream may hear is what its holder may. A screen without a channel hears nothing. */
function identityOf({ user, sessionId, certSerial }: TicketHolder): Identity {
  return {
    principalId: user.id,
    username: user.name,
    certSerial,
    ...(sessionId === undefined ? {} : { sessionId }),
    groupsIn: [],
    groupsOut: channelsOf(user).out,
  };
}

/** The refusal in the shape of the API, written by hand: this request is nobody's answer any more. */
async function refuse({ socket }: Upgrade, error: unknown, log: Log): Promise<void> {
  const answer = errorResponse(error, log);
  const body = await answer.text();
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${headers}` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
