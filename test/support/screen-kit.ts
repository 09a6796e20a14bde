import { WebSocket } from 'ws';
import { endsSession } from '../../src/auth/revoke.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { newId } from '../../src/core/ids.ts';
import { silentLog } from '../../src/core/log.ts';
import { createMetrics } from '../../src/core/metrics.ts';
import { createHttpServer } from '../../src/http/server.ts';
import {
  createScreenStream,
  RPORT_STREAM_PATH,
  STREAM_LISTENERS,
} from '../../src/http/stream/screen-stream.ts';
import { upgradeHandlers } from '../../src/http/upgrade.ts';
import { Hub } from '../../src/hub/hub.ts';
import { tlsOptions } from '../../src/pki/tls-material.ts';
import { type HttpKit, startHttpKit } from './http-kit.ts';
import { HUB_LIMITS } from './hub-world.ts';
import { openStream, type ScreenClient } from './screen-client.ts';

/** A kit with its API, a hub, and the stream for screens on a listener of its own. */
export interface ScreenKit {
  readonly http: HttpKit;
  readonly hub: Hub;
  readonly streamPort: number;
  /** Opens a stream with this ticket. */
  stream(ticket: string, headers?: Readonly<Record<string, string>>): ScreenClient;
  stop(): Promise<void>;
}

/** `clock` is that of hub and stream; the kit behind them has its own. */
export async function startScreenKit(clock: Clock = systemClock): Promise<ScreenKit> {
  const http = await startHttpKit();
  const { kit, ca } = http;
  const hub = new Hub({
    clock,
    soon: setImmediate,
    newId,
    log: silentLog,
    sink: { record() {} },
    limits: HUB_LIMITS,
    offersProtocolV1: false,
    serverVersion: 'test',
  });
  hub.start();
  kit.auth.revocation.onRevoked((notice) =>
    hub.closeWhere((session) => endsSession(notice, session.identity), 'access_revoked'),
  );
  const { tickets, sessions } = kit.auth;
  const screens = createScreenStream({ hub, tickets, sessions, clock, log: silentLog });
  const server = createHttpServer({
    listeners: [
      { name: 'https', points: [{ host: '127.0.0.1', port: 0 }] },
      { name: 'portal', points: [{ host: '127.0.0.1', port: 0 }] },
    ],
    fetch: kit.http.fetch,
    tls: (clientCertificate) =>
      tlsOptions(kit.authority.material(), { clientCertificate, hasAesInstructions: true }),
    log: silentLog,
    metrics: createMetrics(),
    onProblem: () => {},
    upgrades: upgradeHandlers({
      '/api/stream': { on: STREAM_LISTENERS, take: screens.upgrade },
      [RPORT_STREAM_PATH]: { on: STREAM_LISTENERS, take: screens.upgrade },
    }),
  });
  await server.start();
  const streamPort = Number(server.addresses()['https']?.split(':').at(-1));
  return {
    http,
    hub,
    streamPort,
    stream: (ticket, headers = {}) =>
      openStream(new WebSocket(`wss://localhost:${streamPort}/api/stream?ticket=${ticket}`, { ca, headers })),
    async stop() {
      hub.stop();
      await server.stop(0);
      await http.stop();
    },
  };
}
