/**
 * Pairing: a TV or a watch becomes a `display` by a short code. One table, two directions. Either the device
 * shows a code and a signed-in person (or the kit's button) approves it, or the kit shows one and the device
 * types it. What comes of it may look on in the channels granted to it, and nothing else.
 */
import type { Actor, User } from './ports.ts';
import type { IssuedToken, TokenScope } from './session-ports.ts';

export const DEVICE_KINDS = ['tv', 'watch', 'screen'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** What a device says of itself; nothing of it is believed. */
export interface DeviceClaim {
  /** Without one it is named for its kind. */
  readonly name?: string | undefined;
  readonly kind?: string | undefined;
}

/** Where a device asks from. */
export interface DeviceVisit {
  /** `address:port` or an address. */
  readonly remote: string;
  readonly userAgent?: string | undefined;
}

/** `short`: 6 of 30 letters and digits (TakeoutFM). `long`: 8 of 20 letters (RFC 8628). */
export type CodeForm = 'short' | 'long';

export interface IssuedCode {
  readonly pairingId: string;
  /** To be shown, without a dash. */
  readonly code: string;
  /** 256 random bits, with which the device asks how it stands (RFC 8628). */
  readonly deviceCode: string;
  readonly expiresMs: number;
}

/** What a paired device holds. */
export interface PairedTokens {
  readonly display: User;
  readonly access: IssuedToken;
  readonly refresh: IssuedToken;
  readonly media: IssuedToken;
}

export type PollResult =
  | { readonly state: 'paired'; readonly tokens: PairedTokens }
  | { readonly state: 'pending' }
  /** Nobody looked: the device is to wait so long from now. */
  | { readonly state: 'too_soon'; readonly waitMs: number }
  | { readonly state: 'refused' }
  /** Used, or too late. */
  | { readonly state: 'over' }
  /** No such request, or the code is another request's. */
  | { readonly state: 'unknown' };

/** Who decides: a signed-in person, or somebody at the kit itself (its button, its command line). */
export interface Approver {
  readonly actor: Actor;
  /** Undefined at the kit. */
  readonly user: User | undefined;
  /** Of a personal token: such a token approves nothing. */
  readonly scope?: TokenScope | undefined;
  /** Wrong codes are counted against it. */
  readonly sessionId?: string | undefined;
}

/** A device that waits to be approved. Times in milliseconds since the epoch. */
export interface PairingRequest {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly name: string;
  /** Address that it asked from. */
  readonly remote: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** A request as somebody sees it who is about to approve it. */
export interface FoundRequest extends PairingRequest {
  /** What it will hear, unless he says otherwise. */
  readonly channels: readonly string[];
}

/** A row of the list: what waits, what the kit shows, and what is paired. */
export interface PairingView extends Omit<PairingRequest, 'expiresMs'> {
  /** `open`: the kit shows its code. `approved`: the device has not fetched its tokens yet. */
  readonly state: 'open' | 'pending' | 'approved' | 'paired';
  /** Where the reader may know it: at the kit; for `open`, whoever may open one. */
  readonly code?: string;
  /** Null for a paired device. */
  readonly expiresMs: number | null;
  /** Who approved it; null at the kit, or while nobody has. */
  readonly owner: string | null;
  /** What it may hear, once it is paired. */
  readonly channels: readonly string[];
  /** Its principal, once it is paired. */
  readonly displayId: string | null;
  readonly lastSeenMs: number | null;
}

/** A code that the kit shows for a device to type. */
export interface OpenCode {
  readonly id: string;
  readonly code: string;
  readonly expiresMs: number;
}

export interface Grant {
  /** How it is to be called; what the device said when absent. */
  readonly name?: string | undefined;
  /** Channels to listen to. Absent: those of the approver; at the kit, all there are. */
  readonly channels?: readonly string[] | undefined;
}

/**
 * Failures: BivouacError `pairing.code_unknown`, `pairing.unknown`, `pairing.over`, `pairing.too_many`,
 * `pairing.guessing`, `group.unknown`, `request.invalid`, `auth.forbidden`.
 */
export interface Pairing {
  /** A device wants a code to show. At most 4 live ones per address (the oldest gives way) and 20 in all. */
  request(
    order: { readonly form: CodeForm; readonly device: DeviceClaim } & DeviceVisit,
  ): Promise<IssuedCode>;
  /** A device asks whether somebody approved it. Its tokens are given once. */
  poll(
    offer: DeviceVisit & {
      /** By the code token of TakeoutFM, with the code itself; or by the device code of RFC 8628. */
      readonly by: { readonly pairingId: string; readonly code: string } | { readonly deviceCode: string };
    },
  ): Promise<PollResult>;
  /** A device typed the code that the kit shows. */
  typed(offer: DeviceVisit & { readonly code: string; readonly device: DeviceClaim }): Promise<PairedTokens>;

  /** The device that shows this code, for a person to look at before approving. A wrong code counts. */
  find(code: string, by: Approver): Promise<FoundRequest>;
  approve(order: { readonly id: string } & Grant, by: Approver): Promise<PairingRequest>;
  /** The channels that a device hears which he approves without naming any. */
  usualChannels(by: Approver): Promise<readonly string[]>;
  refuse(id: string, by: Approver): Promise<PairingRequest>;
  /** Shows a code for 120 s, for one device; the one shown before is void. */
  open(order: Grant, by: Approver): Promise<OpenCode>;
  /** Stops showing one. */
  close(by: Approver): Promise<void>;

  list(by: Approver): Promise<readonly PairingView[]>;
  /** A paired device is called, or hears, something else from now on. */
  change(order: { readonly id: string } & Grant, by: Approver): Promise<void>;
  /** Ends a paired device: its tokens, its streams, now. Or a request that waits. */
  revoke(id: string, by: Approver): Promise<void>;
  /** A display signs itself off, for good. */
  leave(displayId: string, by: Actor): Promise<void>;

  /** For the kit's own display and buttons: what is to be seen at this moment. Empty where no server runs. */
  shown(): PairingShown;
  /** Called when `shown` is something else. The result ends it. */
  onChange(listener: () => void): () => void;
}

export interface PairingShown {
  readonly open: OpenCode | undefined;
  /** With the code that stands on the device: the two must be compared. Oldest first. */
  readonly requests: readonly (PairingRequest & { readonly code: string })[];
}

/** Somebody pressed a button of the kit. */
export const AT_THE_BUTTON: Approver = {
  actor: { id: null, name: 'button', remote: null },
  user: undefined,
};
