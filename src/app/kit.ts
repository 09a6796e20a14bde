import { join } from 'node:path';
import { type Auth, createAuth } from '../auth/auth.ts';
import type { Config } from '../config/schema.ts';
import { firstPort } from '../core/address.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { createHealth, type Health } from '../core/health.ts';
import { newId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { createMetrics, type Metrics } from '../core/metrics.ts';
import type { CotEvent } from '../cot/event.ts';
import { createHttpApp, type HttpApp } from '../http/app.ts';
import type {
  ActiveEmergency,
  ConnectedClient,
  DisplayPort,
  ScreenPicture,
  TimePort,
} from '../http/app-deps.ts';
import { createDiagnosis, type Diagnosis } from '../http/diagnosis.ts';
import type { OversizeShelf } from '../hub/ports.ts';
import { type Authority, createAuthority } from '../pki/authority.ts';
import { createKeystore } from '../pki/keystore.ts';
import { openStore, type Store } from '../store/open.ts';
import { isDirectlyAttached } from '../system/attached-networks.ts';
import { createChecks } from '../system/checks.ts';
import { watchChrony } from '../system/chrony.ts';
import { orderClock } from '../system/clock-order.ts';
import { lockDataDirectory } from '../system/data-lock.ts';
import { reportFirstBoot } from '../system/first-boot-report.ts';
import { readMachineLoad } from '../system/machine-load.ts';
import { reachableAddresses } from '../system/network-addresses.ts';
import type { Platform } from '../system/platform.ts';
import { createSystemTime, readTimeSource, setClockByDate } from '../system/system-time.ts';
import { flooredClock, openTimeFloor, type TimeFloor } from '../system/time-floor.ts';
import { builtAtMs, version } from '../version.ts';
import { authSettings, passwordPolicy } from './auth-settings.ts';
import { createClientPackages } from './client-packages.ts';
import { createMachinePorts, type MachinePorts } from './machine-ports.ts';
import { createMailer } from './mailer.ts';
import { createOversizeShelf } from './oversize-shelf.ts';
import { type PageFacts, publicUrl } from './page-addresses.ts';
import { userDirectory } from './user-directory.ts';
import { openWebFiles } from './web-files.ts';

/** What only a running server knows; the command line without one sees the empty view. */
export interface LiveView {
  readonly startedAtMs: number | undefined;
  listeners(): Readonly<Record<string, string>>;
  clients(): readonly ConnectedClient[];
  /** Principals whose screens are on now. */
  screens?(): readonly string[];
  emergencies?(): readonly ActiveEmergency[];
  picture?(channels: readonly string[]): ScreenPicture;
  /** An event for the devices of a principal that are connected now; how many got it. */
  tell?(principalId: string, event: CotEvent): number;
  readonly display?: DisplayPort;
}

const NOT_RUNNING: LiveView = { startedAtMs: undefined, listeners: () => ({}), clients: () => [] };

/**
 * The kit without its sockets: data, certificates, people, and the one API over them. A server adds listeners
 * to it (app.ts); the command line uses it as it is when no server runs.
 */
export interface Kit {
  readonly config: Config;
  readonly clock: Clock;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly timeFloor: TimeFloor;
  readonly time: TimePort;
  readonly machine: MachinePorts;
  /** Where people find the pages now. */
  readonly pages: () => PageFacts;
  readonly store: Store;
  readonly auth: Auth;
  readonly authority: Authority;
  readonly http: HttpApp;
  readonly oversizeShelf: OversizeShelf;
  /** Devices that could not get on, for the doctor and the pages. */
  readonly diagnosis: Diagnosis;
  /** A server that starts shows itself here. */
  goLive(view: LiveView): void;
  /** Releases everything, in reverse order of opening. */
  close(): Promise<void>;
}

/** How long to wait for another process that is just finishing with the data directory; blocks the thread. */
const LOCK_WAIT_MS = 500;

/** @param onLocked called when the data directory is this process's own, before anything takes its time */
export async function openKit(
  config: Config,
  platform: Platform,
  log: Log,
  onLocked: () => void = () => {},
): Promise<Kit> {
  const opened = new AsyncDisposableStack();
  try {
    // One process at a time: two servers, or a server and a command beside it, would each trust their own memory.
    const lock = lockDataDirectory(config.dataDir, LOCK_WAIT_MS);
    opened.defer(() => lock.release());
    onLocked();

    const timeFloor = openTimeFloor({ dataDir: config.dataDir, builtAtMs, clock: systemClock });
    const clock = flooredClock(systemClock, timeFloor);
    const health = createHealth();
    const metrics = createMetrics();

    const store = await openStore({ dataDir: config.dataDir, log, clock, health });
    opened.defer(() => store.close());

    const { rootKeyFile, serverCertFile, serverKeyFile, names, clientDays } = config.pki;
    const keystore = createKeystore({
      dataDir: config.dataDir,
      ...(rootKeyFile === '' ? {} : { rootKeyPath: rootKeyFile }),
    });

    let live = NOT_RUNNING;
    const machine = createMachinePorts(config, systemClock, log);
    const pages = (): PageFacts => ({
      reachable: reachableAddresses(platform.hostIdentity()),
      listeners: live.listeners(),
      isBehind443: (port) => machine.firewall.redirects()[443] === port,
    });
    const settings = authSettings(config, () => publicUrl(config, pages()));
    const policy = passwordPolicy(config);
    const mailer = createMailer(config);
    const chrony = watchChrony(systemClock);
    opened.defer(async () => chrony.stop());
    const time = createSystemTime({
      clock: systemClock,
      floor: timeFloor,
      builtAtMs,
      log,
      readSource: () => chrony.source() ?? readTimeSource(),
      setSystemClock: async (ms) => (await setClockByDate(ms)) || orderClock(machine.files, ms),
    });
    reportFirstBoot(machine.files, health);
    machine.firewall.report(health);
    const auth = createAuth({
      store,
      clock,
      log,
      metrics,
      health,
      userDirectory: userDirectory(config),
      sealer: () => keystore.rootKey,
      settings: () => settings,
      mailer: () => mailer,
      isClockTrusted: () => {
        const { source, systemMs, floorMs } = time.status();
        return source !== 'none' || systemMs + CLOCK_TOLERANCE_MS >= floorMs;
      },
      passwordPolicy: () => policy,
      contextWords: () => [config.name],
      totalMemoryBytes: platform.totalMemoryBytes,
    });

    const authority = createAuthority({
      keystore,
      registry: store.certs,
      // The unfloored clock: the authority must know when the system's time cannot be true.
      clock: systemClock,
      timeFloorMs: timeFloor.floorMs,
      serverNames: () => {
        const host = platform.hostIdentity();
        return [...names, ...host.names, ...host.addresses];
      },
      externalCertificate:
        serverCertFile === '' ? undefined : { certificatePath: serverCertFile, keyPath: serverKeyFile },
      clientLifeMs: clientDays * DAY_MS,
      health,
      log,
    });
    await authority.open();
    opened.defer(() => authority.stop());

    // After the keys: secrets of people's second factors are sealed with them.
    opened.defer(() => auth.userStore.close());
    await auth.userStore.open();

    const diagnosis = createDiagnosis({ clock, log });
    const oversizeShelf = createOversizeShelf({
      clock,
      newId,
      certificatePort: () => firstPort(live.listeners()['httpsCert']),
    });
    const http = createHttpApp({
      clock,
      log,
      health,
      metrics,
      users: auth.users,
      userStore: auth.userStore,
      doors: auth,
      pairing: auth.pairing,
      proxy: settings.proxy,
      claim: auth.claim,
      audit: auth.audit,
      config,
      isDirectlyAttached,
      httpLogin: auth.httpLogin,
      certificateLogin: auth.streamLogin,
      enrolmentTokens: auth.enrolmentTokens,
      revocation: auth.revocation,
      certificates: store.certs,
      authority,
      packages: createClientPackages({ authority, config }),
      history: store.history,
      shelvedEvent: oversizeShelf.get,
      groups: store.groups,
      settings: store.settings,
      tellDevices: (principalId, event) => live.tell?.(principalId, event) ?? 0,
      mediaDir: config.compat.takeout.MediaDir || join(config.dataDir, 'media'),
      mediaIdKey: () => keystore.rootKey.derive('http/media-id'),
      diagnosis,
      machineLoad: () => readMachineLoad(config.dataDir),
      time,
      system: {
        hotspot: machine.hotspot,
        power: machine.power,
        note: (by, action, target) => auth.audit.record(by, action, target),
      },
      kitName: config.name,
      display: {
        refuseOff: () => displayOf(live).refuseOff(),
        scene: () => displayOf(live).scene(),
        showInvitation: (invitation) => displayOf(live).showInvitation(invitation),
        hideInvitation: () => displayOf(live).hideInvitation(),
      },
      // Stays the same through a roll-over: old generations are kept.
      nodeId: () => authority.generations()[0]?.id ?? '',
      reachableAddresses: () => reachableAddresses(platform.hostIdentity()),
      kit: {
        version,
        get startedAtMs() {
          return live.startedAtMs;
        },
        listeners: () => live.listeners(),
        clients: () => live.clients(),
        screens: () => live.screens?.() ?? [],
        emergencies: () => live.emergencies?.() ?? [],
        picture: (channels) => live.picture?.(channels) ?? { people: [], alerts: [] },
        checks: createChecks({
          config,
          platform,
          authority,
          clock: systemClock,
          timeFloor,
          health,
          timeSource: () => time.status().source,
          listeners: () => live.listeners(),
        }),
      },
      webFiles: openWebFiles(log),
    });

    return {
      config,
      clock,
      health,
      metrics,
      timeFloor,
      time,
      machine,
      pages,
      store,
      auth,
      authority,
      http,
      oversizeShelf,
      diagnosis,
      goLive(view) {
        live = view;
      },
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** @throws BivouacError `control.unreachable` */
function displayOf({ display }: LiveView): DisplayPort {
  if (display === undefined) throw new BivouacError('control.unreachable');
  return display;
}

const DAY_MS = 86_400_000;

/**
 * A clock that runs further behind what was true once than this is wrong: after a start without battery and
 * network. Nothing else tells a right clock from a wrong one where nothing vouches for it.
 */
const CLOCK_TOLERANCE_MS = 60_000;
