import type { HealthWarning } from '../core/health.ts';
import type { TeamColour } from './team-colours.ts';

/**
 * Everything the local display knows: a plain value, taken whenever it looks. Apart from `time.nowMs` all times
 * are spans in milliseconds at that moment, because the kit's wall clock may jump.
 */
export interface DisplayState {
  readonly kitName: string;
  readonly time: DisplayTime;
  /** Absent where the machine has no hotspot at all. */
  readonly wifi?: DisplayWifi | undefined;
  /** What people type behind `https://` to reach the pages, best first: `bivouac.local`, `10.42.0.1:8446`. */
  readonly addresses: readonly string[];
  /** What the QR code of the idle screen says to add a phone or a screen; absent: joining the Wi-Fi. */
  readonly invitation?: string | undefined;
  /** Present while the kit has no administrator. */
  readonly claim?: DisplayClaim | undefined;
  readonly team: DisplayTeam;
  /** Gravest first, as the health registry lists them. */
  readonly warnings: readonly HealthWarning[];
  readonly supply?: DisplaySupply | undefined;
  /** Where the kit is, for the distance to an emergency. */
  readonly position?: Position | undefined;
  /** Present while one device may pair by typing the code. */
  readonly pairing?: TimedCode | undefined;
  /** The oldest device that waits for a yes or no. */
  readonly request?: PairingRequest | undefined;
  /** A phone is being added, and the kit's display was asked to show its QR code. */
  readonly onboarding?: Onboarding | undefined;
  /** Newest first. */
  readonly emergencies: readonly Emergency[];
  /** Listeners that are open without encryption. */
  readonly plaintextPorts: readonly PlaintextPort[];
  /** Present while an administrator may get back in by a code. */
  readonly recovery?: (TimedCode & { readonly address: string }) | undefined;
  /** One line about what was just done ("Ops tent may look now."), for as long as it should stand. */
  readonly notice?: string | undefined;
  readonly look: DisplayLook;
  readonly formats: DisplayFormats;
}

/** `unset`: nobody has told this kit the time yet, so none is shown. */
export type TimeSource = 'unset' | 'kept' | 'phone' | 'network' | 'gps';

export interface DisplayTime {
  /** Wall time, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly source: TimeSource;
  /** Absent: no receiver is connected. */
  readonly gps?: 'fix' | 'searching' | undefined;
}

export interface DisplayWifi {
  readonly isOn: boolean;
  readonly name: string;
  /** Absent on an open network. */
  readonly passphrase?: string | undefined;
}

/** A code with its life: `leftMs` of `lifeMs` remain. Codes may come grouped or not. */
export interface TimedCode {
  readonly code: string;
  readonly leftMs: number;
  readonly lifeMs: number;
}

export interface DisplayClaim extends TimedCode {
  /** Where the code is typed, and what the second QR code opens: `https://bivouac.local/setup#CODE`. */
  readonly setupUrl: string;
  /** SHA-256 of the kit's CA certificate, 64 hexadecimal digits, colons or not. */
  readonly caFingerprint: string;
}

export interface DisplayTeam {
  readonly connectedCount: number;
  /** Of them, those that were not heard for five minutes. */
  readonly quietCount: number;
  /** Last heard first; may be shorter than the count. */
  readonly roster: readonly TeamMember[];
}

export interface TeamMember {
  readonly callsign: string;
  /** Colour of the ATAK team. */
  readonly team?: TeamColour | undefined;
  readonly heardAgoMs: number;
  readonly position?: Position | undefined;
}

export interface Position {
  /** Degrees, WGS 84, north and east positive. */
  readonly lat: number;
  readonly lon: number;
}

export interface DisplaySupply {
  readonly batteryPercent?: number | undefined;
  readonly isCharging?: boolean | undefined;
}

export interface PairingRequest {
  readonly id: string;
  readonly kind: 'tv' | 'watch' | 'screen';
  /** As the device calls itself; chosen by a stranger. */
  readonly name: string;
  readonly address: string;
  readonly agoMs: number;
  readonly code: string;
  /** Channels that it would see. */
  readonly channels: readonly string[];
  /** Further devices that wait behind it. */
  readonly waitingCount: number;
}

export interface Onboarding {
  /** For whom: a callsign or account. */
  readonly name: string;
  readonly client: 'ATAK' | 'iTAK' | 'WinTAK';
  /** What the QR code holds. */
  readonly qr: string;
  readonly leftMs: number;
  readonly lifeMs: number;
}

export interface Emergency {
  readonly uid: string;
  readonly callsign: string;
  /** In words: `Troops in contact`. */
  readonly what: string;
  readonly agoMs: number;
  readonly position?: Position | undefined;
}

export interface PlaintextPort {
  readonly kind: 'cot' | 'http';
  readonly port: number;
}

export type Theme = 'dark' | 'day' | 'night-red';

export interface DisplayLook {
  readonly theme: Theme;
  /** 1 to 100. */
  readonly brightnessPercent: number;
  /** Dark on purpose: a night schedule, or somebody asked for it. */
  readonly isBlank: boolean;
  /** Time without a touch or button after which it goes dark; 0: never. */
  readonly blankAfterMs: number;
}

export interface DisplayFormats {
  readonly coordinates: 'dd' | 'dms' | 'mgrs';
  readonly distance: 'metric' | 'imperial' | 'nautical';
  /** Local time minus UTC. */
  readonly utcOffsetMinutes: number;
}
