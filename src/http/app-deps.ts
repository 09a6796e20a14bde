import type { AuditLog } from '../auth/audit.ts';
import type { AuthDoors } from '../auth/doors.ts';
import type { Pairing } from '../auth/pairing-ports.ts';
import type {
  Actor,
  Claim,
  EnrolmentTokens,
  HttpLogin,
  Revocation,
  StreamLogin,
  Users,
} from '../auth/ports.ts';
import type { ProxySettings } from '../auth/settings.ts';
import type { UserStore } from '../auth/user-stores/user-store.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { CotEvent } from '../cot/event.ts';
import type { Scene } from '../display/scene.ts';
import type { ClientKind } from '../packages/client-package.ts';
import type { Authority } from '../pki/authority.ts';
import type { CertificateRegistry } from '../pki/ports.ts';
import type { Repository } from '../store/operation.ts';
import type { groups } from '../store/repositories/groups.ts';
import type { history } from '../store/repositories/history.ts';
import type { settings } from '../store/repositories/settings.ts';
import type { HotspotPort } from '../system/hotspot-port.ts';
import type { MachineLoad } from '../system/machine-load.ts';
import type { PowerPort } from '../system/power-port.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { WebFiles } from './web-files.ts';

/** What the HTTP app needs of the rest of the house. `app.ts` brings it together. */
export interface AppDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly health: Pick<Health, 'list'>;
  readonly metrics: Pick<Metrics, 'text'>;
  readonly users: Users;
  readonly userStore: Pick<UserStore, 'state' | 'reload'>;
  readonly doors: AuthDoors;
  /** A reverse proxy that signs people in; undefined for none. */
  readonly proxy: ProxySettings | undefined;
  readonly pairing: Pairing;
  readonly claim: Claim;
  readonly audit: Pick<AuditLog, 'list' | 'entry'>;
  /** Of the configuration what is about HTTP, and what documents of other servers name. */
  readonly config: Pick<Config, 'http' | 'compat' | 'password'>;
  /** Whether an address is of this box or of a network that it is itself in, without a router between. */
  readonly isDirectlyAttached: (address: string) => boolean;
  readonly httpLogin: Pick<HttpLogin, 'byBasic'>;
  readonly certificateLogin: Pick<StreamLogin, 'byCertificate'>;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly revocation: Pick<Revocation, 'revoke'>;
  readonly certificates: Pick<CertificateRegistry, 'list' | 'bySerial'>;
  readonly authority: AuthorityPort;
  readonly packages: PackagesPort;
  readonly history: HistoryPort;
  /** An event that was too large for the stream, by uid and hash, as its notice names it. */
  readonly shelvedEvent: (
    uid: string,
    sha256: string,
  ) => { readonly body: Uint8Array; readonly groupsIn: readonly string[] } | undefined;
  readonly groups: Pick<Repository<typeof groups>, 'list'>;
  /** Small facts that dialects keep of their users. */
  readonly settings: Pick<Repository<typeof settings>, 'get' | 'set' | 'remove'>;
  /** Sends an event of the server's own to the devices of a principal that are connected; how many got it. */
  readonly tellDevices: (principalId: string, event: CotEvent) => number;
  /** Each directory in it is a bucket of media files and data packages. */
  readonly mediaDir: string;
  /** Secret of this kit for the ids of media, 32 bytes. */
  readonly mediaIdKey: () => Uint8Array;
  readonly diagnosis: Diagnosis;
  readonly machineLoad: () => Promise<MachineLoad>;
  readonly time: TimePort;
  readonly system: SystemPort;
  /** Name of the kit, as people gave it. */
  readonly kitName: string;
  /** A constant text that tells this kit from others in Marti answers. */
  readonly nodeId: () => string;
  /** Addresses that another device can use, best first. */
  readonly reachableAddresses: () => readonly string[];
  readonly kit: KitPort;
  readonly display: DisplayPort;
  /** The pages, as the build made them. */
  readonly webFiles: WebFiles;
}

/** The certificate authority, as far as the API asks it. */
export type AuthorityPort = Pick<
  Authority,
  | 'judge'
  | 'caChainPem'
  | 'caPems'
  | 'crls'
  | 'expiringSoon'
  | 'fingerprint'
  | 'generations'
  | 'issueClient'
  | 'material'
  | 'renewClient'
  | 'rollOver'
  | 'retire'
  | 'importCa'
  | 'exportCa'
>;

export interface PackagesPort {
  create(order: {
    readonly user: { readonly id: string; readonly name: string };
    readonly client: ClientKind;
    /** The name or address under which the client reaches this kit. */
    readonly host: string;
    /** Without one the package holds nothing personal, and the client enrols. */
    readonly withCertificate: boolean;
  }): Promise<{ readonly fileName: string; readonly zip: Uint8Array }>;
}

/** `store.history`, as far as the API asks it. */
export type HistoryPort = Pick<Repository<typeof history>, 'page' | 'latest'>;
export type { HistoryEvent } from '../store/repositories/history-row.ts';

/** A device that is connected to the stream now. */
export interface ConnectedClient {
  /** '' before its first self-report. */
  readonly uid: string;
  readonly callsign: string;
  readonly username: string;
  readonly team: string;
  readonly role: string;
  readonly platform: string;
  /** `10.42.0.17:51234`. */
  readonly remote: string;
  readonly connectedAtMs: number;
  readonly lastHeardAgoMs: number;
  readonly channelsIn: readonly string[];
  readonly channelsOut: readonly string[];
  readonly queuedBytes: number;
}

/** An emergency that somebody declared, and nobody called off. */
export interface ActiveEmergency {
  readonly uid: string;
  readonly callsign: string;
  /** `b-a-o-tbl`, … */
  readonly cotType: string;
  readonly channels: readonly string[];
}

/** The team as a screen without a stream shows it. */
export interface ScreenPicture {
  readonly people: readonly {
    readonly callsign: string;
    readonly team: string;
    readonly role: string;
    readonly agoMs: number;
  }[];
  /** Newest first. */
  readonly alerts: readonly { readonly callsign: string; readonly what: string; readonly agoMs: number }[];
}

/** One thing that was looked at, in words for the person who asks. */
export interface Check {
  /** Stable, `room.what`. */
  readonly code: string;
  readonly state: 'good' | 'careful' | 'bad';
  /** What is so. */
  readonly text: string;
  /** What to do, where it is not good. */
  readonly advice?: string;
}

/** The running kit as a whole. */
export interface KitPort {
  readonly version: string;
  /** Undefined when no server runs (the command line opened the data directory itself). */
  readonly startedAtMs: number | undefined;
  /** Listener name → bound addresses. */
  listeners(): Readonly<Record<string, string>>;
  clients(): readonly ConnectedClient[];
  /** Principals whose screens are on now. */
  screens(): readonly string[];
  emergencies(): readonly ActiveEmergency[];
  /** What a screen that hears these channels shows. */
  picture(channels: readonly string[]): ScreenPicture;
  checks(): Promise<readonly Check[]>;
}

/** The display of the kit itself. @throws BivouacError `display.off`, `control.unreachable` */
export interface DisplayPort {
  /** Throws where there is no display to show anything. */
  refuseOff(): void;
  /** What is on it at this moment, without what only people at the kit may know. */
  scene(): Scene;
  /** Shows the QR code of an invitation, until its device has come, or 15 minutes; in place of another one. */
  showInvitation(invitation: ShownInvitation): void;
  hideInvitation(): void;
}

export interface ShownInvitation {
  readonly username: string;
  readonly client: ClientKind;
  /** What the QR code is to say. */
  readonly scan: string;
  readonly expiresMs: number;
}

/** What the kit knows of time. All times are milliseconds since 1970, UTC. */
export interface TimeStatus {
  /** What the kit takes for now: the system's clock, but never behind the floor. */
  readonly nowMs: number;
  readonly systemMs: number;
  /** The earliest that now can be: the build, or the last time known to be true. */
  readonly floorMs: number;
  /** What vouches for the system's clock. */
  readonly source: 'time_server' | 'gps' | 'battery_clock' | 'person' | 'none';
}

/** The machine around the kit, as far as the kit may change it. */
export interface SystemPort {
  readonly hotspot: HotspotPort;
  readonly power: PowerPort;
  /** Writes into the audit log who did what to it. */
  note(by: Actor, action: string, target: string): void;
}

export interface TimePort {
  status(): TimeStatus;
  /** Sets the clock by hand. @throws BivouacError `time.has_source`, `time.refused` */
  set(timeMs: number): Promise<TimeStatus>;
}
