import { activeEmergencies } from './app/active-emergencies.ts';
import { connectedClients, connectedScreens } from './app/connected-clients.ts';
import { createEventRecorder } from './app/event-recorder.ts';
import { takeFirstAdministrator } from './app/first-administrator.ts';
import { type Kit, openKit } from './app/kit.ts';
import { createLocalDisplay, type LocalDisplay } from './app/local-display.ts';
import { displayedWifi } from './app/machine-ports.ts';
import { restorePresence } from './app/restore-presence.ts';
import { screenPicture } from './app/screen-picture.ts';
import { createStreamAuthenticator } from './app/stream-authenticator.ts';
import { CONSOLE } from './auth/ports.ts';
import { endsSession } from './auth/revoke.ts';
import { controlSocketPath } from './config/control-socket.ts';
import { type Config, SCHEMA } from './config/schema.ts';
import { systemClock } from './core/clock.ts';
import { BivouacError, messageOf } from './core/errors.ts';
import { newId } from './core/ids.ts';
import { createLog, type Log, silentLog } from './core/log.ts';
import { problemOfStreamHandshake } from './http/connection-problem.ts';
import { CONTROL_PEER, FTS_LISTENERS, isLoopback } from './http/peer.ts';
import { createHttpServer, type HttpServer, type ListenerSpec } from './http/server.ts';
import { createScreenStream, RPORT_STREAM_PATH, STREAM_LISTENERS } from './http/stream/screen-stream.ts';
import { upgradeHandlers } from './http/upgrade.ts';
import { Hub, type HubLimits } from './hub/hub.ts';
import { registerHubMetrics } from './hub/metrics.ts';
import { tlsOptions } from './pki/tls-material.ts';
import { createRecorder } from './store/recorder.ts';
import { createRetention } from './store/retention.ts';
import { clearControlSocket } from './system/data-lock.ts';
import { reachableAddresses, watchHostIdentity } from './system/network-addresses.ts';
import { type Platform, readPlatform } from './system/platform.ts';
import { createServiceNotify } from './system/service-notify.ts';
import { firstStartHelp, writeToTerminal } from './system/terminal.ts';
import { CotListeners } from './transport/cot-listeners.ts';
import { POLICIES } from './transport/stream-auth.ts';
import { version } from './version.ts';

/** A server on one data directory. */
export interface App {
  /** Resolves when every listener accepts. */
  start(): Promise<void>;
  /** Reads the store of people anew, where that is a file or a database. What is wrong with it is logged. */
  reload(): Promise<void>;
  /** Drains and closes everything within 5 s. Safe to call twice. */
  stop(): Promise<void>;
  /** Listener name → `address:port`, comma separated, of what is open. */
  readonly addresses: Readonly<Record<string, string>>;
}

export function createApp(config: Config, platform: Platform, log: Log): App {
  const started = new AsyncDisposableStack();
  let stopping: Promise<void> | undefined;
  let reloadUsers: (() => Promise<unknown>) | undefined;
  let addresses: Readonly<Record<string, string>> = {};

  /** What is started later is stopped earlier: `defer` undoes in reverse order. */
  async function startAll(): Promise<void> {
    // Its screen tells people from the first second that the kit is starting, and to the last that it stops.
    const display = createLocalDisplay({ config, clock: systemClock, log });
    started.defer(() => display.stop());

    // Data, certificates, people: everything that works without a socket.
    const kit = await openKit(config, platform, log, display.start);
    started.defer(() => kit.close());
    const { clock, health, metrics, store } = kit;
    started.defer(kit.timeFloor.keep());
    await takeFirstAdministrator(kit.machine.files, { ...kit, log });
    await kit.auth.start();
    started.defer(() => kit.auth.stop());
    reloadUsers = () => kit.auth.userStore.reload(CONSOLE);
    started.defer(() => {
      reloadUsers = undefined;
    });

    // The history's queue outlives the sockets: what they received last is still committed.
    const recorder = createRecorder({
      append: store.history.append,
      commitIntervalMs: config.store.commitIntervalMs,
      queueMaxEvents: config.store.queueMaxEvents,
      queueMaxBytes: config.store.queueMaxBytes,
      log,
      clock,
      health,
      metrics,
    });
    started.defer(async () => void (await recorder.flush()));
    const { maxAgeDays, maxBytes } = config.history;
    const retention = createRetention({ history: store.history, maxAgeDays, maxBytes, clock, log });
    retention.start();
    started.defer(() => retention.stop());

    // Who hears whom; knows from the first client on what was known before the restart.
    const limits = hubLimits(config);
    const recordEvent = createEventRecorder(recorder, clock);
    const hub = new Hub({
      clock,
      soon: setImmediate,
      newId,
      log,
      sink: {
        record(event, from) {
          recordEvent.record(event, from);
          display.note(event, from.identity.groupsIn);
        },
      },
      limits,
      offersProtocolV1: config.cot.offersProtocolV1,
      serverVersion: `bivouac ${version}`,
      oversizeShelf: kit.oversizeShelf,
    });
    await restorePresence(hub.presence, store.history, { limits: limits.presence, clock, log });
    for (const { event, groupsIn, receivedAtMs } of hub.presence.entries()) {
      display.note(event, groupsIn, clock.monotonicMs() - receivedAtMs);
    }
    registerHubMetrics(metrics, hub);
    hub.start();

    // The server certificate for the addresses of this moment, before anybody can connect.
    await kit.authority.refresh();
    kit.authority.startUpkeep();
    started.defer(watchHostIdentity(clock, () => void kit.authority.refresh()));

    const http = createHttp(kit, hub);
    const cot = createCot(kit, hub);
    const { asksForCertificate } = POLICIES[config.cot.auth];
    const cotTls = () => tls(kit, asksForCertificate ? 'ask' : 'none');
    started.defer(
      kit.authority.onMaterialChange(() => {
        cot.reloadTls(cotTls());
        http.reloadTls();
      }),
    );
    endSessionsOnRevocation(kit, hub, http);

    // Control socket and HTTP first: when the stream accepts, a client's first request is answered.
    started.defer(() => http.stop());
    await kit.http.ftsSocket.start();
    started.defer(() => kit.http.ftsSocket.stop());
    await http.start();
    started.defer(async () => {
      cot.stopAccepting();
      hub.stop();
      await cot.ended();
    });
    const cotTlsAddresses = await cot.listenTls(config.listen.cotTls, cotTls());
    const cotTcpAddresses = await cot.listenTcp(config.listen.cotTcp);

    addresses = {
      ...named('cotTls', cotTlsAddresses),
      ...named('cotTcp', cotTcpAddresses),
      ...http.addresses(),
    };
    kit.goLive({
      startedAtMs: clock.now(),
      listeners: () => addresses,
      clients: () => connectedClients(hub, clock),
      screens: () => connectedScreens(hub),
      emergencies: () => activeEmergencies(hub, clock),
      picture: (channels) => screenPicture(hub, display.emergencies, clock, channels),
      tell: (principalId, event) => hub.tell(principalId, event),
      display: display.port,
    });
    display.show({
      kit,
      hub,
      pages: kit.pages,
      hotspot: () => displayedWifi(kit.machine.hotspot),
    });

    const service = createServiceNotify(platform.environment, log);
    started.defer(() => service.stopping());
    await service.ready(`Serving ${Object.keys(addresses).join(', ')}`);
    const stopWatchdog = service.startWatchdog(clock);
    if (stopWatchdog !== undefined) started.defer(stopWatchdog);
    log.info('app.ready', { listeners: addresses, version });
    await greet(kit, config, platform, addresses, display);
  }

  function tls(kit: Kit, clientCertificate: 'ask' | 'none') {
    const { hasAesInstructions } = platform;
    return tlsOptions(kit.authority.material(), { clientCertificate, hasAesInstructions });
  }

  function createHttp(kit: Kit, hub: Hub): HttpServer {
    const socketPath = controlSocketPath(config.dataDir);
    clearControlSocket(socketPath);
    const { https, httpsCert, http, portal, ops, ftsRest } = config.listen;
    const listeners: ListenerSpec[] = [
      { name: 'control', points: [{ path: socketPath }] },
      { name: 'ops', points: ops },
      { name: 'https', points: https },
      { name: 'httpsCert', points: httpsCert },
      { name: 'http', points: http },
      { name: 'ftsRest', points: ftsRest },
      { name: 'ftsRestPlain', points: plainFtsPoints(config) },
      { name: 'portal', points: portal },
    ];
    const { tickets, sessions } = kit.auth;
    const screens = createScreenStream({ hub, tickets, sessions, clock: kit.clock, log });
    const stream = { on: STREAM_LISTENERS, take: screens.upgrade };
    const feed = { on: FTS_LISTENERS, take: kit.http.ftsSocket.upgrade };
    return createHttpServer({
      listeners,
      fetch: kit.http.fetch,
      tls: (clientCertificate) => tls(kit, clientCertificate),
      log,
      metrics: kit.metrics,
      onProblem: kit.http.onProblem,
      rawRequests: kit.http.ftsSocket,
      upgrades: upgradeHandlers({
        '/socket.io': feed,
        '/socket.io/': feed,
        '/api/stream': stream,
        [RPORT_STREAM_PATH]: stream,
      }),
    });
  }

  function createCot(kit: Kit, hub: Hub): CotListeners {
    return new CotListeners({
      hub,
      auth: createStreamAuthenticator({
        authority: kit.authority,
        streamLogin: kit.auth.streamLogin,
        diagnosis: kit.diagnosis,
      }),
      onHandshakeFailed: (failure) => kit.http.onProblem(problemOfStreamHandshake(failure)),
      clock: kit.clock,
      log,
      policy: config.cot.auth,
      maxEventBytes: config.cot.maxEventBytes,
      authTimeoutMs: config.cot.authTimeoutMs,
      maxConnections: config.cot.maxConnections,
      maxUnauthenticated: config.cot.maxUnauthenticated,
    });
  }

  return {
    async start() {
      try {
        await startAll();
      } catch (error) {
        await this.stop();
        throw error;
      }
    },
    async reload() {
      try {
        await reloadUsers?.();
      } catch (error) {
        log.error('app.not_reloaded', { error: messageOf(error) });
      }
    },
    stop() {
      stopping ??= started.disposeAsync();
      return stopping;
    },
    get addresses() {
      return addresses;
    },
  };
}

/**
 * FreeTAKServer's REST in plain: bearer tokens of administrators go over it, so that it leaves the box only
 * where the operator says that he means it.
 * @throws BivouacError `config.invalid`
 */
function plainFtsPoints({ listen, compat }: Config): Config['listen']['ftsRestPlain'] {
  const outside = listen.ftsRestPlain.filter(({ host }) => !isLoopback(host) && host !== 'localhost');
  if (outside.length > 0 && !compat.freetakserver.allowsPlainRest) {
    throw new BivouacError(
      'config.invalid',
      `listen.ftsRestPlain: ${outside[0]?.host} is no loopback address; set compat.freetakserver.allowsPlainRest if tokens may be read on that network, or use listen.ftsRest`,
    );
  }
  return listen.ftsRestPlain;
}

/** Where the person at the terminal finds the code by which a kit becomes his own. */
const CLAIM_CODE_AT = {
  screen: 'code_on_display',
  notes_on_terminal: 'code_above',
  nowhere: 'nobody',
} as const;

/** For the person who started it by hand; a service has no terminal and says nothing. */
async function greet(
  kit: Kit,
  config: Config,
  platform: Platform,
  listeners: App['addresses'],
  display: LocalDisplay,
): Promise<void> {
  const place = display.place();
  // There the display draws everything, again and again.
  if (place === 'terminal') return;
  const isClaimed = kit.auth.claimCode.current() === undefined;
  // Without pages there is nothing that a code could be typed into.
  const hasPages = listeners['https'] !== undefined || listeners['http'] !== undefined;
  const people = await kit.auth.users.list();
  writeToTerminal(
    firstStartHelp({
      version,
      listeners,
      addresses: reachableAddresses(platform.hostIdentity()),
      dataOption: config.dataDir === SCHEMA.dataDir.default ? '' : ` --data ${config.dataDir}`,
      // The first administrator is there from the start, and nobody yet.
      hasPeople: people.length > 1,
      owner: isClaimed ? 'somebody' : hasPages ? CLAIM_CODE_AT[place] : 'nobody',
    }),
  );
}

/** One revocation reaches every port and every live socket. */
function endSessionsOnRevocation(kit: Kit, hub: Hub, http: HttpServer): void {
  kit.auth.revocation.onRevoked((notice) => {
    hub.closeWhere((session) => endsSession(notice, session.identity), 'access_revoked');
    kit.http.ftsSocket.revoked(notice);
    http.closeConnections((peer) => {
      const session = kit.http.sessionOf(peer);
      return session !== undefined && endsSession(notice, session);
    });
  });
}

function hubLimits({ hub, cot }: Config): HubLimits {
  return {
    flushWindowMs: hub.flushWindowMs,
    disconnectGraceMs: hub.disconnectGraceMs,
    idleTimeoutMs: cot.idleTimeoutMs,
    session: { queueMaxBytes: hub.queueMaxBytes, stallTimeoutMs: hub.stallTimeoutMs },
    presence: { maxEvents: hub.presenceMaxEvents, maxBytes: hub.presenceMaxBytes },
    replay: { burstEvents: hub.replayBurstEvents, eventsPerSecond: hub.replayEventsPerSecond },
  };
}

/** A listener that is off is absent from the ready line. */
function named(name: string, addresses: readonly string[]): Record<string, string> {
  return addresses.length === 0 ? {} : { [name]: addresses.join(',') };
}

/** Runs a server until `stopSignal` is raised, as `bivouac serve` does. */
export async function serve(config: Config, stopSignal: AbortSignal): Promise<void> {
  const log = createLog(config.log.level);
  const app = createApp(config, readPlatform(), log);
  // One that comes while it starts finds nothing to do: what is read then is new.
  process.on('SIGUSR1', () => void app.reload());
  await app.start();
  if (!stopSignal.aborted)
    await new Promise((resolve) => stopSignal.addEventListener('abort', resolve, { once: true }));
  log.info('app.stopping', { signal: String(stopSignal.reason) });
  await app.stop();
  log.info('app.stopped');
}

/** The API without listeners, for a command while no server runs. */
export async function openOffline(config: Config): Promise<{
  fetchAsConsole(request: Request): Promise<Response>;
  stop(): Promise<void>;
}> {
  const kit = await openKit(config, readPlatform(), silentLog);
  return {
    fetchAsConsole: async (request) => kit.http.fetch(request, CONTROL_PEER),
    stop: () => kit.close(),
  };
}
