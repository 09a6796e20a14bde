/**
 * Written by `make docs` from the routes themselves: what each call of the API takes and answers.
 * Never edited by hand; a test compares it with the routes.
 */

export type Status = {
  version: string;
  /** Milliseconds since 1970, UTC */
  nowMs: number;
  /** Absent when no server runs */
  startedAtMs?: number;
  /** Listener name → bound addresses */
  listeners: Record<string, string>;
  connectedClients: number;
  warnings: ({
    code: string;
    severity: 'info' | 'careful' | 'bad';
    text: string;
  })[];
};

export type Error = {
  error: {
    /** Stable, see docs/errors.md */
    code: string;
    /** One sentence for the person who asked */
    message: string;
    details?: Record<string, unknown>;
  };
};

export type Client = {
  /** Empty before its first self-report */
  uid: string;
  callsign: string;
  username: string;
  team: string;
  role: string;
  platform: string;
  remote: string;
  /** Milliseconds since 1970, UTC */
  connectedAtMs: number;
  lastHeardAgoMs: number;
  channelsIn: string[];
  channelsOut: string[];
  /** What waits because the device reads slowly */
  queuedBytes: number;
};

export type Check = {
  code: string;
  state: 'good' | 'careful' | 'bad';
  text: string;
  advice?: string;
};

export type Person = {
  /** Never reused; the name may be */
  id: string;
  kind: 'user' | 'device' | 'display' | 'service' | 'proxy' | 'console';
  name: string;
  email: string | null;
  role: 'administrator' | 'operator' | 'user' | 'viewer';
  state: 'enabled' | 'disabled' | 'deleted';
  hasPassword: boolean;
  isPasswordExpired: boolean;
  /** Milliseconds since 1970, UTC */
  createdMs: number;
  /** IN: may send into the channel; OUT: may receive from it */
  groups: ({
    name: string;
    direction: 'IN' | 'OUT';
  })[];
};

export type NewPerson = {
  name: string;
  /** Without one: sign-in by certificate only */
  password?: string;
  /** Channels, joined in both directions; a missing one is made */
  groups?: string[];
  /** `user` when absent */
  role?: 'administrator' | 'operator' | 'user' | 'viewer';
  email?: string;
};

export type PersonChange = {
  password?: string;
  /** All channels from now on */
  groups?: string[];
  role?: 'administrator' | 'operator' | 'user' | 'viewer';
  isEnabled?: boolean;
  /** Empty removes it */
  email?: string;
};

export type Channel = {
  name: string;
  members: number;
  /** What its members may do besides using it; the rights of all channels of a person add up */
  permissions: ('tunnels' | 'scripts' | 'commands' | 'vault' | 'scheduler' | 'monitoring' | 'uploads' | 'auditlog')[];
};

export type UserStore = {
  source: 'built_in' | 'static' | 'file' | 'database';
  /** For people to read; no secret is in it */
  place: string;
  /** As it was read last */
  people: number;
  /** Entries that cannot be taken as they are */
  problems: {
    name: string;
    problem: string;
  }[];
};

export type Certificate = {
  serial: string;
  /** As it was when the certificate was made */
  username: string;
  principalId: string;
  /** Null: bound to no device */
  deviceUid: string | null;
  /** SHA-256 over DER */
  fingerprint: string;
  /** Milliseconds since 1970, UTC */
  issuedAtMs: number;
  /** Milliseconds since 1970, UTC */
  notBeforeMs: number;
  /** Milliseconds since 1970, UTC */
  notAfterMs: number;
  /** Milliseconds since 1970, UTC */
  revokedAtMs: number | null;
  revocationReason: 'unspecified' | 'keyCompromise' | 'affiliationChanged' | 'superseded' | 'cessationOfOperation' | 'privilegeWithdrawn' | null;
};

export type IssuedCertificate = {
  serial: string;
  /** Milliseconds since 1970, UTC */
  notAfterMs: number;
  caPem: string;
  certificatePem: string;
  /** Only here, only now: the kit does not keep it */
  privateKeyPem?: string;
  p12?: string;
  p12Password?: string;
};

export type CertificateAuthority = {
  id: string;
  name: string;
  /** 1 for the first */
  ordinal: number;
  origin: 'made' | 'imported';
  isRetired: boolean;
  /** SHA-256 over DER */
  fingerprint: string;
  /** Milliseconds since 1970, UTC */
  notBeforeMs: number;
  /** Milliseconds since 1970, UTC */
  notAfterMs: number;
};

export type PackageOrder = {
  username: string;
  client: 'atak' | 'wintak' | 'itak';
  /** Name or address under which the client reaches the kit */
  host: string;
  /** False: nothing personal in it, the client enrols. True when absent */
  withCertificate?: boolean;
};

export type Incident = {
  code: string;
  listener: string;
  remoteAddress: string;
  /** What happened */
  text: string;
  /** What to do about it */
  advice: string;
  /** Milliseconds since 1970, UTC */
  firstAtMs: number;
  /** Milliseconds since 1970, UTC */
  lastAtMs: number;
  count: number;
};

export type TimeStatus = {
  /** What the kit takes for now */
  nowMs: number;
  /** What the clock of the system says */
  systemMs: number;
  /** The earliest that now can be */
  floorMs: number;
  /** What vouches for the clock of the system */
  source: 'time_server' | 'gps' | 'battery_clock' | 'person' | 'none';
};

export type Scene = {
  /** Which screen is up */
  screen: 'starting' | 'first-boot' | 'fingerprint' | 'idle' | 'people' | 'wifi' | 'warnings' | 'plaintext' | 'pairing' | 'approval' | 'onboarding' | 'recovery' | 'emergency' | 'stopped';
  /** The size that the places of the items are for */
  design: {
    id: '1920x1080' | '800x480' | '480x320' | '320x240' | '250x122' | '128x64';
    width: number;
    height: number;
    ink: 'colour' | 'paper' | 'oled';
  };
  theme: 'dark' | 'day' | 'night-red';
  /** To be drawn in this order */
  items: (SceneText | SceneBox | SceneQr | SceneBar | SceneShape | SceneTeam)[];
  /** What a finger does there */
  touch: ({
    x: number;
    y: number;
    width: number;
    height: number;
    action: 'approve' | 'refuse' | 'open-pairing' | 'stop-pairing' | 'next-page' | 'set-aside' | 'end-recovery';
  })[];
  /** What ● and ■ do */
  buttons: {
    first: 'approve' | 'refuse' | 'open-pairing' | 'stop-pairing' | 'next-page' | 'set-aside' | 'end-recovery';
    second: 'approve' | 'refuse' | 'open-pairing' | 'stop-pairing' | 'next-page' | 'set-aside' | 'end-recovery';
  };
  /** The pairing request that is asked about */
  requestId: string;
};

export type SceneText = {
  kind: 'text';
  /** Left end, middle or right end of the text, as `align` says */
  x: number;
  baseline: number;
  text: string;
  size: number;
  weight: 400 | 700;
  face: 'next' | 'mono';
  /** Tabular when absent */
  figures: 'proportional';
  /** What a colour is for; the theme says which it is */
  role: 'background' | 'panel' | 'line' | 'text' | 'quiet' | 'accent' | 'well' | 'careful' | 'bad' | 'onFill';
  align: 'left' | 'center' | 'right';
  maxWidth: number;
};

export type SceneBox = {
  kind: 'box';
  x: number;
  y: number;
  width: number;
  height: number;
  radius: number;
  /** What a colour is for; the theme says which it is */
  role: 'background' | 'panel' | 'line' | 'text' | 'quiet' | 'accent' | 'well' | 'careful' | 'bad' | 'onFill';
};

export type SceneQr = {
  kind: 'qr';
  x: number;
  y: number;
  /** Told to nobody but those at the kit: draw an empty light square */
  text: '';
  correction: 'medium' | 'low';
  /** Of one side, with the quiet zone */
  modules: number;
  modulePx: number;
};

export type SceneBar = {
  kind: 'bar';
  x: number;
  y: number;
  width: number;
  height: number;
  /** What is left of a time, 0 to 1 */
  fraction: number;
  /** What a colour is for; the theme says which it is */
  role: 'background' | 'panel' | 'line' | 'text' | 'quiet' | 'accent' | 'well' | 'careful' | 'bad' | 'onFill';
};

export type SceneShape = {
  kind: 'shape';
  shape: 'disc' | 'square' | 'triangle' | 'diamond' | 'ring';
  /** The middle, as is y */
  x: number;
  y: number;
  size: number;
  /** What a colour is for; the theme says which it is */
  role: 'background' | 'panel' | 'line' | 'text' | 'quiet' | 'accent' | 'well' | 'careful' | 'bad' | 'onFill';
};

export type SceneTeam = {
  kind: 'team';
  /** The middle, as is y */
  x: number;
  y: number;
  size: number;
  /** A disc in its colour; absent: a ring */
  team?: 'White' | 'Yellow' | 'Orange' | 'Magenta' | 'Red' | 'Maroon' | 'Purple' | 'Dark Blue' | 'Blue' | 'Cyan' | 'Teal' | 'Green' | 'Dark Green' | 'Brown';
};

export type Hotspot = {
  /** `absent`: this machine has none that the kit could run */
  state: 'absent' | 'off' | 'starting' | 'on' | 'failed';
  name: string;
  passphrase?: string;
  security: 'wpa2' | 'wpa2-wpa3';
  /** Whose rules for radio hold: two letters */
  country: string;
  /** 0: the kit chooses */
  channel: number;
  /** Whether devices reach each other, and not the kit alone */
  clientsMayTalk: boolean;
  /** Of the kit, in the hotspot */
  address?: string;
  /** Devices that have an address of it */
  stations: {
    mac: string;
    address: string;
    name?: string;
  }[];
  problem?: string;
};

export type Invitation = {
  /** For `GET /api/invitations/{id}` */
  id: string;
  username: string;
  client: 'atak' | 'wintak' | 'itak';
  host: string;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
  /** What the person types as password; once */
  code?: string;
  /** The package, for the first device that asks */
  packageUrl: string;
  /** A page for the browser of the device */
  pageUrl: string;
  /** What the QR code is to say */
  scan: string;
  /** ATAK, where the certificate of the kit is a public one. Secret */
  enrolLink?: string;
  steps: string[];
};

export type InvitationProgress = {
  id: string;
  username: string;
  client: 'atak' | 'wintak' | 'itak';
  /** fetched: the device has the package, or has shown its code; certified: it has its certificate */
  step: 'waiting' | 'fetched' | 'certified' | 'connected';
  /** Link and code open nothing any more */
  isOver: boolean;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
  /** Once it is connected and has said it */
  callsign?: string;
  /** What kept it from getting on since its last step */
  troubles: Incident[];
};

export type Pairing = PairingRequest & {
  /** Null for a paired device */
  expiresMs?: number | null;
  /** open: the kit shows its code; approved: the device has not come back yet */
  state: 'open' | 'pending' | 'approved' | 'paired';
  /** Where the reader may know it */
  code?: string;
  /** Who approved it; null: somebody at the kit, or nobody yet */
  owner: string | null;
  /** What it hears */
  channels: string[];
  /** Its principal, once it is paired */
  displayId: string | null;
  /** When it last asked for something */
  lastSeenMs: number | null;
  /** Its stream is open now */
  isWatching: boolean;
};

export type PairingRequest = {
  id: string;
  kind: 'tv' | 'watch' | 'screen';
  /** What the device says of itself */
  name: string;
  /** Address that it asked from */
  remote: string;
  /** Milliseconds since 1970, UTC */
  createdMs: number;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
};

export type OpenCode = {
  id: string;
  code: string;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
};

export type Grant = {
  /** How it is to be called */
  name?: string;
  /** What it may hear; the channels of the approver when absent */
  channels?: string[];
};

export type FoundRequest = PairingRequest & {
  /** What it will hear, unless you say otherwise */
  channels: string[];
};

export type Tokens = {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds */
  expires_in: number;
  /** For `POST /oauth/token`; each one is good once */
  refresh_token: string;
};

export type ScreenRules = {
  /** Whether the portal gives read-only `/tv` and `/watch` without encryption */
  allowsPlainScreens: boolean;
};

export type Opened = {
  id: string;
  username: string;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
  /** For the header `X-XSRF-TOKEN` of whatever changes something */
  csrfToken: string;
};

export type SessionState = {
  state: 'signed_out';
  /** False: the code on the display makes the first administrator */
  isClaimed: boolean;
  /** For the header `X-XSRF-TOKEN` of whatever changes something */
  csrfToken: string;
} | {
  state: 'second_factor';
  username: string;
  /** There is no second factor yet, and one is asked for */
  mustSetUp: boolean;
  /** What is asked for first */
  method: 'totp' | 'recovery_code' | 'email' | 'pushover' | 'script' | 'url';
  methods: ('totp' | 'recovery_code' | 'email' | 'pushover' | 'script' | 'url')[];
  /** Where a code went; empty for an app */
  sentTo: string;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
  /** For the header `X-XSRF-TOKEN` of whatever changes something */
  csrfToken: string;
} | {
  state: 'signed_in';
  id: string;
  username: string;
  role: 'administrator' | 'operator' | 'user' | 'viewer';
  email: string | null;
  /** When credentials were last shown: five minutes count as fresh */
  authenticatedMs: number;
  /** As long as it is not used again */
  expiresMs: number;
  /** For the header `X-XSRF-TOKEN` of whatever changes something */
  csrfToken: string;
};

export type Session = {
  id: string;
  kind: 'cookie' | 'refresh' | 'ots' | 'rport' | 'taxii' | 'takeout' | 'media';
  isThisOne: boolean;
  /** Milliseconds since 1970, UTC */
  createdMs: number;
  /** Milliseconds since 1970, UTC */
  lastSeenMs: number;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
  remote: string;
  userAgent: string;
};

export type Token = {
  /** Names it in lists and paths */
  prefix: string;
  name: string;
  /** `cot` is the password of the CoT socket, and nothing else */
  scope: 'read' | 'read+write' | 'clients-auth' | 'cot' | 'cot:read' | 'cot:write';
  /** Milliseconds since 1970, UTC */
  createdMs: number;
  /** Milliseconds since 1970, UTC */
  expiresMs: number;
  /** Milliseconds since 1970, UTC */
  lastUsedMs: number | null;
};

export type Factors = {
  totp: 'none' | 'pending' | 'active';
  /** Absent: no codes are sent */
  codes?: {
    method: 'email' | 'pushover' | 'script' | 'url';
    sentTo: string;
  };
  /** How many are left */
  recoveryCodes: number;
  offered: ('totp' | 'recovery_code' | 'email' | 'pushover' | 'script' | 'url')[];
};

export type Passkey = {
  id: string;
  name: string;
  /** The host name of the pages that it is good for */
  host: string;
  /** Milliseconds since 1970, UTC */
  createdMs: number;
  /** Milliseconds since 1970, UTC */
  lastUsedMs: number | null;
};

export type Collection = {
  name: string;
  description: string;
  /** Empty: all that the reader hears */
  channels: string[];
  isPublic: boolean;
  isPermissionRequired: boolean;
  /** Who was given a permission; of what is in it each sees what it hears */
  accounts: ({
    name: string;
    permission: 'read' | 'modify';
  })[];
};

export type CollectionPermissions = {
  /** By name of the collection. `modify` holds `read`; no service here takes content, so both open the same */
  permissions: Record<string, 'read' | 'modify'>;
};

export type MediaItem = {
  /** Within the bucket */
  path: string;
  bytes: number;
  /** Milliseconds since 1970, UTC */
  modifiedMs: number;
  mediaType: string;
  /** With the media token it answers with a redirect to the bytes; with `?once` to an address for one use */
  location: string;
};

export type ApiCall = {
  id: number;
  /** Milliseconds since 1970, UTC */
  atMs: number;
  username: string;
  method: string;
  /** Path with query; what looks like a secret in it is replaced */
  endpoint: string;
  /** Body, cut, and with its secrets replaced */
  content: string;
  remote: string;
};

export interface Calls {
  'GET /api/status': {
    answer: Status;
  };
  'GET /api/clients': {
    answer: Client[];
  };
  'GET /api/emergencies': {
    answer: {
      callsign: string;
      what: string;
      agoMs: number;
    }[];
  };
  'GET /api/doctor': {
    answer: Check[];
  };
  'GET /api/people': {
    answer: Person[];
  };
  'POST /api/people': {
    body: NewPerson;
    answer: Person;
  };
  'GET /api/people/{name}': {
    path: { name: string };
    answer: Person;
  };
  'PATCH /api/people/{name}': {
    path: { name: string };
    body: PersonChange;
    answer: Person;
  };
  'DELETE /api/people/{name}': {
    path: { name: string };
    answer: undefined;
  };
  'POST /api/people/{name}/expire-password': {
    path: { name: string };
    answer: Person;
  };
  'GET /api/channels': {
    answer: Channel[];
  };
  'PUT /api/channels/{name}': {
    path: { name: string };
    body: {
      /** What its members may do besides using it; the rights of all channels of a person add up */
      permissions: ('tunnels' | 'scripts' | 'commands' | 'vault' | 'scheduler' | 'monitoring' | 'uploads' | 'auditlog')[];
    };
    answer: Channel;
  };
  'DELETE /api/channels/{name}': {
    path: { name: string };
    answer: undefined;
  };
  'GET /api/user-store': {
    answer: UserStore;
  };
  'POST /api/user-store/reload': {
    answer: UserStore;
  };
  'GET /api/certs/ca': {
    answer: Blob;
  };
  'GET /api/certs': {
    query?: { username?: string };
    answer: Certificate[];
  };
  'POST /api/certs': {
    body: {
      username: string;
      format?: 'pem' | 'p12';
    };
    answer: IssuedCertificate;
  };
  'GET /api/certs/expiring': {
    answer: (Certificate & {
      /** 30, 14, 7 or 1 */
      withinDays: number;
    })[];
  };
  'POST /api/certs/revoke': {
    body: {
      serial?: string;
      username?: string;
      reason?: 'unspecified' | 'keyCompromise' | 'affiliationChanged' | 'superseded' | 'cessationOfOperation' | 'privilegeWithdrawn';
    };
    answer: {
      revoked: string[];
    };
  };
  'GET /api/cas': {
    answer: CertificateAuthority[];
  };
  'POST /api/cas/roll-over': {
    answer: CertificateAuthority;
  };
  'POST /api/cas/{id}/retire': {
    path: { id: string };
    answer: undefined;
  };
  'POST /api/cas/import': {
    body: {
      certificatePem: string;
      keyPem: string;
      /** Of an encrypted key */
      passphrase?: string;
    };
    answer: {
      generation: CertificateAuthority;
      /** Those that nothing depended on */
      retired: CertificateAuthority[];
    };
  };
  'POST /api/cas/export': {
    body: {
      passphrase: string;
      id?: string;
    };
    answer: {
      certificatePem: string;
      encryptedKeyPem: string;
    };
  };
  'POST /api/packages': {
    body: PackageOrder;
    answer: Blob;
  };
  'GET /api/history': {
    query?: { sinceMs?: number | null };
    answer: Blob;
  };
  'GET /api/diagnosis': {
    answer: Incident[];
  };
  'GET /api/system/time': {
    answer: TimeStatus;
  };
  'POST /api/system/time': {
    body: {
      timeMs: number;
    };
    answer: TimeStatus;
  };
  'GET /api/display': {
    answer: Scene;
  };
  'GET /api/display/picture': {
    answer: Blob;
  };
  'DELETE /api/display/invitation': {
    answer: undefined;
  };
  'GET /api/system/hotspot': {
    answer: Hotspot;
  };
  'PUT /api/system/hotspot': {
    body: {
      isOn?: boolean;
      name?: string;
      passphrase?: string;
      country?: string;
      channel?: number;
      clientsMayTalk?: boolean;
    };
    answer: Hotspot;
  };
  'GET /api/system/power': {
    answer: {
      isSupported: boolean;
    };
  };
  'POST /api/system/power': {
    body: {
      action: 'off' | 'restart';
    };
    answer: {
      ordered: 'off' | 'restart';
    };
  };
  'GET /api/me/certs': {
    answer: Certificate[];
  };
  'DELETE /api/me/certs/{serial}': {
    path: { serial: string };
    answer: {
      revoked: string[];
    };
  };
  'POST /api/me/certs/renew': {
    body: {
      /** PKCS#10, PEM */
      request: string;
    };
    answer: {
      serial: string;
      /** Milliseconds since 1970, UTC */
      notAfterMs: number;
      certificatePem: string;
      caPem: string;
    };
  };
  'POST /api/people/{name}/invitations': {
    path: { name: string };
    body: {
      client: 'atak' | 'wintak' | 'itak';
      /** Absent: the first address that others can reach */
      host?: string;
      /** The package brings a finished certificate; its link then needs TLS */
      withCertificate?: boolean;
      /** 15 when absent */
      minutes?: number;
      /** The display of the kit shows the QR code too, until the device has come */
      onDisplay?: boolean;
    };
    answer: Invitation;
  };
  'GET /api/invitations/{id}': {
    path: { id: string };
    answer: InvitationProgress;
  };
  'POST /api/qr': {
    body: {
      text: string;
      form: 'svg' | 'png' | 'text';
    };
    answer: Blob;
  };
  'GET /api/pairings': {
    answer: Pairing[];
  };
  'POST /api/pairings/open': {
    body: Grant;
    answer: OpenCode;
  };
  'DELETE /api/pairings/open': {
    answer: undefined;
  };
  'POST /api/pairings/find': {
    body: {
      code: string;
    };
    answer: FoundRequest;
  };
  'POST /api/pairings/{id}/approve': {
    path: { id: string };
    body: Grant;
    answer: PairingRequest;
  };
  'POST /api/pairings/{id}/refuse': {
    path: { id: string };
    answer: PairingRequest;
  };
  'PATCH /api/pairings/{id}': {
    path: { id: string };
    body: Grant;
    answer: undefined;
  };
  'DELETE /api/pairings/{id}': {
    path: { id: string };
    answer: undefined;
  };
  'POST /api/pair': {
    body: {
      code: string;
      /** What the device is called */
      name?: string;
      kind?: 'tv' | 'watch' | 'screen';
    };
    answer: Tokens;
  };
  'POST /api/ws-ticket': {
    answer: {
      ticket: string;
      /** Milliseconds since 1970, UTC */
      expiresMs: number;
    };
  };
  'GET /api/system/screens': {
    answer: ScreenRules;
  };
  'PUT /api/system/screens': {
    body: ScreenRules;
    answer: ScreenRules;
  };
  'GET /api/setup': {
    answer: {
      /** Once true, true for ever */
      isClaimed: boolean;
      kitName: string;
      /** What can be said of a password before it is tried */
      password: {
        /** Characters */
        minLength: number;
        /** Each character of it */
        forbiddenChars: string;
      };
      /** Whether strangers may make an account, and who forgot a password gets a link */
      byMail: {
        registration: boolean;
        reset: boolean;
      };
    };
  };
  'POST /api/setup/claim': {
    body: {
      code: string;
      username?: string;
      password: string;
    };
    answer: Opened;
  };
  'POST /api/setup/recover': {
    body: {
      code: string;
      username: string;
      password: string;
    };
    answer: Opened;
  };
  'POST /api/setup/claim-by-console': {
    body: {
      username?: string;
      password: string;
    };
    answer: {
      id: string;
      username: string;
    };
  };
  'GET /api/setup/code': {
    answer: {
      code: string;
      /** Milliseconds since 1970, UTC */
      expiresMs: number;
    };
  };
  'GET /api/session': {
    answer: SessionState;
  };
  'POST /api/session': {
    body: {
      username: string;
      password: string;
      /** For 30 days, through windows that are closed */
      isRemembered?: boolean;
      /** Set at once; an expired password is good for this alone */
      newPassword?: string;
    };
    answer: SessionState;
  };
  'DELETE /api/session': {
    answer: undefined;
  };
  'POST /api/session/code': {
    body: {
      code: string;
      /** Absent: whichever fits */
      method?: 'totp' | 'recovery_code' | 'email' | 'pushover' | 'script' | 'url';
      isRemembered?: boolean;
    };
    answer: SessionState;
  };
  'POST /api/session/code/send': {
    body: {
      method?: 'totp' | 'recovery_code' | 'email' | 'pushover' | 'script' | 'url';
    };
    answer: {
      sentTo: string;
      /** Milliseconds since 1970, UTC */
      expiresMs: number;
    };
  };
  'POST /api/session/totp': {
    answer: {
      secret: string;
      /** For a QR code */
      uri: string;
    };
  };
  'POST /api/session/confirm': {
    body: {
      password: string;
      code?: string;
    };
    answer: undefined;
  };
  'POST /api/accounts': {
    body: {
      username: string;
      email: string;
      password: string;
    };
    answer: undefined;
  };
  'POST /api/accounts/confirmation': {
    body: {
      email: string;
    };
    answer: undefined;
  };
  'POST /api/accounts/confirm': {
    body: {
      /** From the link of the mail */
      token: string;
    };
    answer: {
      username: string;
    };
  };
  'POST /api/accounts/reset': {
    body: {
      email: string;
    };
    answer: undefined;
  };
  'POST /api/accounts/password': {
    body: {
      /** From the link of the mail */
      token: string;
      newPassword: string;
    };
    answer: {
      username: string;
    };
  };
  'PUT /api/me/password': {
    body: {
      oldPassword: string;
      newPassword: string;
    };
    answer: {
      csrfToken: string;
    };
  };
  'GET /api/me/sessions': {
    answer: Session[];
  };
  'DELETE /api/me/sessions': {
    answer: {
      ended: number;
    };
  };
  'DELETE /api/me/sessions/{id}': {
    path: { id: string };
    answer: undefined;
  };
  'GET /api/me/tokens': {
    answer: Token[];
  };
  'POST /api/me/tokens': {
    body: {
      name: string;
      scope: 'read' | 'read+write' | 'clients-auth' | 'cot' | 'cot:read' | 'cot:write';
      /** Absent: in a year; two years at the most */
      expiresMs?: number;
    };
    answer: Token & {
      /** Shown only here. In place of the password, or as Bearer */
      token: string;
    };
  };
  'PUT /api/me/tokens/{prefix}': {
    path: { prefix: string };
    body: {
      name: string;
    };
    answer: Token;
  };
  'DELETE /api/me/tokens/{prefix}': {
    path: { prefix: string };
    answer: undefined;
  };
  'GET /api/me/factors': {
    answer: Factors;
  };
  'POST /api/me/factors/totp': {
    answer: {
      secret: string;
      uri: string;
      qrSvg: string;
    };
  };
  'DELETE /api/me/factors/totp': {
    answer: undefined;
  };
  'POST /api/me/factors/totp/activate': {
    body: {
      code: string;
    };
    answer: undefined;
  };
  'POST /api/me/factors/recovery-codes': {
    answer: {
      codes: string[];
    };
  };
  'PUT /api/me/factors/codes': {
    body: {
      sendTo: string;
    };
    answer: {
      /** Milliseconds since 1970, UTC */
      expiresMs: number;
    };
  };
  'DELETE /api/me/factors/codes': {
    answer: undefined;
  };
  'POST /api/me/factors/codes/confirm': {
    body: {
      code: string;
    };
    answer: undefined;
  };
  'PUT /api/people/{name}/factors/codes': {
    path: { name: string };
    body: {
      sendTo: string;
    };
    answer: undefined;
  };
  'DELETE /api/people/{name}/factors': {
    path: { name: string };
    answer: undefined;
  };
  'GET /api/me/passkeys': {
    answer: {
      /** False on pages that have an address and no name */
      isPossibleHere: boolean;
      passkeys: Passkey[];
    };
  };
  'POST /api/me/passkeys': {
    body: {
      name: string;
      response: Record<string, unknown>;
    };
    answer: Passkey;
  };
  'POST /api/me/passkeys/options': {
    answer: unknown;
  };
  'DELETE /api/me/passkeys/{id}': {
    path: { id: string };
    answer: undefined;
  };
  'POST /api/session/passkey/options': {
    answer: unknown;
  };
  'POST /api/session/passkey': {
    body: {
      response: Record<string, unknown>;
      isRemembered?: boolean;
    };
    answer: SessionState;
  };
  'GET /api/people/{name}/tokens': {
    path: { name: string };
    answer: Token[];
  };
  'POST /api/people/{name}/tokens': {
    path: { name: string };
    body: {
      name: string;
      scope: 'read' | 'read+write' | 'clients-auth' | 'cot' | 'cot:read' | 'cot:write';
      token?: string;
      /** Absent: in a year; two years at the most */
      expiresMs?: number;
    };
    answer: Token & {
      /** Shown only here, and only if the kit made it */
      token?: string;
    };
  };
  'DELETE /api/people/{name}/tokens/{prefix}': {
    path: { name: string; prefix: string };
    answer: undefined;
  };
  'GET /api/people/{name}/sessions': {
    path: { name: string };
    answer: ({
      id: string;
      kind: 'cookie' | 'refresh' | 'ots' | 'rport' | 'taxii' | 'takeout' | 'media';
      /** Milliseconds since 1970, UTC */
      createdMs: number;
      /** Milliseconds since 1970, UTC */
      lastSeenMs: number;
      /** Milliseconds since 1970, UTC */
      expiresMs: number;
      remote: string;
      userAgent: string;
    })[];
  };
  'DELETE /api/people/{name}/sessions': {
    path: { name: string };
    answer: {
      ended: number;
    };
  };
  'POST /api/people/{name}/factors/totp': {
    path: { name: string };
    answer: {
      secret: string;
      /** For a QR code */
      uri: string;
    };
  };
  'POST /api/people/{name}/factors/totp/activate': {
    path: { name: string };
    body: {
      code: string;
    };
    answer: {
      recoveryCodes: string[];
    };
  };
  'GET /api/collections': {
    answer: Collection[];
  };
  'GET /api/people/{name}/collections': {
    path: { name: string };
    answer: CollectionPermissions;
  };
  'PUT /api/people/{name}/collections': {
    path: { name: string };
    body: CollectionPermissions;
    answer: CollectionPermissions;
  };
  'GET /api/media': {
    answer: {
      buckets: string[];
    };
  };
  'GET /api/media/{bucket}': {
    path: { bucket: string };
    query?: { after?: string };
    answer: {
      items: MediaItem[];
      next?: string;
    };
  };
  'GET /api/people/{name}/buckets': {
    path: { name: string };
    answer: {
      buckets: string[];
    };
  };
  'PUT /api/people/{name}/buckets': {
    path: { name: string };
    body: {
      buckets: string[];
    };
    answer: {
      buckets: string[];
    };
  };
  'GET /api/calls': {
    query?: { beforeId?: number | null; limit?: number };
    answer: ApiCall[];
  };
  'POST /api/websocketkey': {
    answer: {
      websocketkey: string;
    };
  };
}
