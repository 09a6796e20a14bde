import type { ShownCode } from '../auth/account-ports.ts';
import type { Auth } from '../auth/auth.ts';
import { OPEN_CODE_LIFE_MS } from '../auth/pairing-approvals.ts';
import { SHOWN_CODE_LIFE_MS } from '../auth/shown-code.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Health } from '../core/health.ts';
import type {
  DisplayState,
  DisplayTeam,
  DisplayTime,
  DisplayWifi,
  Emergency,
  Onboarding,
  PairingRequest,
  PlaintextPort,
  Position,
  TeamMember,
  TimeSource,
} from '../display/state.ts';
import { teamColour } from '../display/team-colours.ts';
import type { TimePort, TimeStatus } from '../http/app-deps.ts';
import { isLoopback } from '../http/peer.ts';
import type { Hub } from '../hub/hub.ts';
import type { Session } from '../hub/session.ts';
import type { Supply } from '../system/supply.ts';
import { type PageAddresses, type PageFacts, pageAddresses } from './page-addresses.ts';

/** Facts that the machine may have, and most machines have not. */
export interface DisplayExtras {
  /** Undefined where the machine has no hotspot. */
  readonly hotspot?: () => DisplayWifi | undefined;
  /** `undefined`: no receiver. */
  readonly gps?: () => { readonly state: 'fix' | 'searching'; readonly position?: Position } | undefined;
  readonly supply?: () => Supply | undefined;
}

/** The running kit, as far as its display tells of it. */
export interface DisplayFacts extends DisplayExtras {
  readonly config: Config;
  readonly clock: Clock;
  readonly health: Pick<Health, 'list'>;
  readonly auth: Pick<Auth, 'claimCode' | 'adminRecovery' | 'pairing'>;
  readonly caFingerprint: () => string;
  readonly time: Pick<TimePort, 'status'>;
  readonly hub: Pick<Hub, 'directory'>;
  readonly pages: () => PageFacts;
  readonly emergencies: () => readonly Emergency[];
  /** Channels that a screen gets which is approved here; undefined until they are known. */
  readonly channels: () => readonly string[] | undefined;
  readonly onboarding: () => Onboarding | undefined;
  readonly notice: () => string | undefined;
}

const QUIET_AFTER_MS = 5 * 60_000;
/** As many as the largest screen lists. */
const ROSTER_MAX = 40;
const SOURCES: Readonly<Record<TimeStatus['source'], TimeSource>> = {
  time_server: 'network',
  gps: 'gps',
  battery_clock: 'kept',
  person: 'phone',
  none: 'unset',
};
const PLAINTEXT_KINDS = { cotTcp: 'cot', http: 'http', ftsRestPlain: 'http' } as const;

/** Everything the display says, taken from the rooms that know it, at this moment. */
export function readDisplayState(facts: DisplayFacts): DisplayState {
  const { config, clock, health, auth } = facts;
  const reach = facts.pages();
  const pages = pageAddresses(config, reach);
  const gps = facts.gps?.();
  const emergencies = facts.emergencies();
  const { open } = auth.pairing.shown();
  const { theme, brightness, blankAfterS, coordinates, distance } = config.display;
  return {
    kitName: config.name,
    time: timeOf(facts.time.status(), gps?.state),
    wifi: facts.hotspot?.(),
    addresses: pages.typed,
    claim: claimOf(facts, pages),
    team: teamOf(facts.hub, clock.monotonicMs()),
    warnings: health.list(),
    supply: facts.supply?.(),
    position: gps?.position,
    pairing: open && { code: open.code, ...leftOf(open.expiresMs, OPEN_CODE_LIFE_MS, clock) },
    request: requestOf(facts),
    onboarding: facts.onboarding(),
    emergencies,
    plaintextPorts: plaintextPortsOf(reach.listeners),
    recovery: recoveryOf(facts, pages),
    // An emergency that was put aside stands where the notice would.
    notice: emergencies.length === 0 ? facts.notice() : undefined,
    look: {
      theme,
      brightnessPercent: brightness,
      isBlank: false,
      blankAfterMs: blankAfterS * 1_000,
    },
    formats: { coordinates, distance, utcOffsetMinutes: -new Date(clock.now()).getTimezoneOffset() },
  };
}

function timeOf({ nowMs, source }: TimeStatus, gps: DisplayTime['gps']): DisplayTime {
  return { nowMs, source: SOURCES[source], gps };
}

/** The wall clock may be set while a code stands there: what is left stays within its life. */
function leftOf(expiresMs: number, lifeMs: number, clock: Clock): { leftMs: number; lifeMs: number } {
  return { leftMs: Math.min(lifeMs, Math.max(0, expiresMs - clock.now())), lifeMs };
}

function codeOf(shown: ShownCode, clock: Clock) {
  return { code: shown.code, ...leftOf(shown.expiresMs, SHOWN_CODE_LIFE_MS, clock) };
}

/** Without a page to type it on, a code would be of no use. */
function claimOf(
  { auth, caFingerprint, clock }: DisplayFacts,
  { base }: PageAddresses,
): DisplayState['claim'] {
  const shown = auth.claimCode.current();
  if (shown === undefined || base === undefined) return undefined;
  // Behind the #: a browser tells no server of it, and no log has it.
  const setupUrl = `${base}/setup#${shown.code}`;
  return { ...codeOf(shown, clock), setupUrl, caFingerprint: caFingerprint() };
}

function recoveryOf({ auth, clock }: DisplayFacts, { typed }: PageAddresses): DisplayState['recovery'] {
  const shown = auth.adminRecovery.current();
  const address = typed[0] === undefined ? 'the pages of this kit' : `${typed[0]}/recover`;
  return shown && { ...codeOf(shown, clock), address };
}

function requestOf({ auth, channels, clock }: DisplayFacts): PairingRequest | undefined {
  const [oldest, ...others] = auth.pairing.shown().requests;
  const granted = channels();
  // Nobody is asked to allow what cannot be named yet.
  if (oldest === undefined || granted === undefined) return undefined;
  const { id, kind, name, remote, code, createdMs } = oldest;
  return {
    id,
    kind,
    name,
    address: remote,
    agoMs: Math.max(0, clock.now() - createdMs),
    code,
    channels: granted,
    waitingCount: others.length,
  };
}

function plaintextPortsOf(listeners: Readonly<Record<string, string>>): PlaintextPort[] {
  return Object.entries(PLAINTEXT_KINDS).flatMap(([name, kind]) =>
    (listeners[name] ?? '').split(',').flatMap((address) => {
      const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
      // On the loopback nobody listens in.
      return port === '' || isLoopback(host) ? [] : [{ kind, port: Number(port) }];
    }),
  );
}

/** Devices that are connected and have said who they are; one with two connections counts once. */
function teamOf({ directory }: Pick<Hub, 'directory'>, nowMs: number): DisplayTeam {
  const newest = new Map<string, Session>();
  for (const session of directory.sessions) {
    if (session.sa === undefined) continue;
    const known = newest.get(session.uid);
    if (known === undefined || known.lastHeardMs < session.lastHeardMs) newest.set(session.uid, session);
  }
  const devices = [...newest.values()].sort((a, b) => b.lastHeardMs - a.lastHeardMs);
  return {
    connectedCount: devices.length,
    quietCount: devices.filter(({ lastHeardMs }) => nowMs - lastHeardMs >= QUIET_AFTER_MS).length,
    roster: devices.slice(0, ROSTER_MAX).map((session) => memberOf(session, nowMs)),
  };
}

function memberOf({ sa, uid, callsign, lastHeardMs }: Session, nowMs: number): TeamMember {
  const { team, lat, lon } = sa?.envelope ?? { team: '', lat: 0, lon: 0 };
  return {
    callsign: callsign === '' ? uid : callsign,
    team: teamColour(team),
    heardAgoMs: Math.max(0, nowMs - lastHeardMs),
    // A device without a fix says 0/0.
    position: lat === 0 && lon === 0 ? undefined : { lat, lon },
  };
}
