import type { Controls, View } from '../../src/display/choose-screen.ts';
import type { DisplayState, TeamMember } from '../../src/display/state.ts';

/** A kit in the field at 14:32, as the pictures in docs/display.md show it. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

const ROSTER: readonly TeamMember[] = [
  {
    callsign: 'BRAVO-2',
    team: 'Cyan',
    heardAgoMs: 2 * SECOND_MS,
    position: { lat: 39.7441, lon: -105.0261 },
  },
  {
    callsign: 'MEDIC-1',
    team: 'Yellow',
    heardAgoMs: 8 * SECOND_MS,
    position: { lat: 39.7512, lon: -105.0134 },
  },
  {
    callsign: 'K9-4',
    team: 'Purple',
    heardAgoMs: 41 * SECOND_MS,
    position: { lat: 39.7389, lon: -105.0402 },
  },
  {
    callsign: 'DRONE WEST',
    team: 'Dark Blue',
    heardAgoMs: 55 * SECOND_MS,
    position: { lat: 39.7433, lon: -105.031 },
  },
  {
    callsign: 'ALPHA LEAD',
    team: 'White',
    heardAgoMs: 65 * SECOND_MS,
    position: { lat: 39.7326, lon: -105.0192 },
  },
  {
    callsign: 'Łódź-7',
    team: 'Dark Green',
    heardAgoMs: 130 * SECOND_MS,
    position: { lat: 39.7367, lon: -105.0219 },
  },
  { callsign: 'LOGISTICS', heardAgoMs: 3 * MINUTE_MS, position: { lat: 39.742, lon: -105.0262 } },
  {
    callsign: 'BOAT 2',
    team: 'Maroon',
    heardAgoMs: 4 * MINUTE_MS,
    position: { lat: 39.7287, lon: -105.0391 },
  },
  { callsign: 'RELAY', team: 'Teal', heardAgoMs: 4 * MINUTE_MS },
  {
    callsign: 'CHARLIE-1',
    team: 'Red',
    heardAgoMs: 6 * MINUTE_MS,
    position: { lat: 39.7533, lon: -105.0289 },
  },
  {
    callsign: 'CHARLIE-2',
    team: 'Red',
    heardAgoMs: 12 * MINUTE_MS,
    position: { lat: 39.7534, lon: -105.0291 },
  },
  { callsign: 'OPS TENT', team: 'Brown', heardAgoMs: 64 * MINUTE_MS },
];

export const CALM: DisplayState = {
  kitName: 'Basecamp 3',
  time: { nowMs: Date.UTC(2026, 9, 12, 12, 32, 7), source: 'gps', gps: 'fix' },
  wifi: { isOn: true, name: 'Basecamp 3', passphrase: 'lark-fern-9204' },
  addresses: ['bivouac.local', '10.42.0.1'],
  team: { connectedCount: 12, quietCount: 3, roster: ROSTER },
  warnings: [],
  supply: { batteryPercent: 78 },
  position: { lat: 39.73, lon: -105.035 },
  emergencies: [],
  plaintextPorts: [],
  look: { theme: 'dark', brightnessPercent: 100, isBlank: false, blankAfterMs: 0 },
  formats: { coordinates: 'dd', distance: 'metric', utcOffsetMinutes: 120 },
};

const CLOCK_WARNING = {
  code: 'clock.phone',
  severity: 'careful',
  text: 'Clock set from a phone 2 h ago. Logins with codes may be refused. Connect GPS or a cable.',
} as const;

const CARD_WARNING = {
  code: 'store.full',
  severity: 'bad',
  text: 'Card nearly full. New files are refused, positions still flow. Delete old packages or add a USB stick.',
} as const;

const FINGERPRINT = '3fa291c077de0b15a44c2e9d6b8310f7c5d20e9148b6a7f3126d8c95e40b7a12';

/** Every situation that has a picture, by its name. */
export const SITUATIONS = {
  'first-boot': {
    ...CALM,
    team: { connectedCount: 0, quietCount: 0, roster: [] },
    time: { nowMs: Date.UTC(2026, 0, 1), source: 'unset' },
    supply: undefined,
    claim: {
      code: 'HQRTXDLM',
      leftMs: 581 * SECOND_MS,
      lifeMs: 10 * MINUTE_MS,
      setupUrl: 'https://bivouac.local/setup#HQRT-XDLM',
      caFingerprint: FINGERPRINT,
    },
  },
  idle: {
    ...CALM,
    invitation: 'https://bivouac.local/join',
    time: { ...CALM.time, source: 'phone', gps: undefined },
    warnings: [CLOCK_WARNING],
  },
  calm: CALM,
  pairing: { ...CALM, pairing: { code: 'K7M42P', leftMs: 102 * SECOND_MS, lifeMs: 120 * SECOND_MS } },
  approval: {
    ...CALM,
    request: {
      id: 'r1',
      kind: 'tv',
      name: 'Ops tent, Chrome',
      address: '10.42.0.31',
      agoMs: 3 * SECOND_MS,
      code: 'BVRTXWQK',
      channels: ['Blue', 'Medics'],
      waitingCount: 0,
    },
  },
  onboarding: {
    ...CALM,
    onboarding: {
      name: 'MEDIC-1',
      client: 'ATAK',
      qr: 'tak://com.atakmap.app/enroll?host=bivouac.local&username=medic1&token=Zk3fQ0mPzv8aXw2LhT6Rbg',
      leftMs: 14 * MINUTE_MS + 12 * SECOND_MS,
      lifeMs: 15 * MINUTE_MS,
    },
  },
  emergency: {
    ...CALM,
    emergencies: [
      {
        uid: 'ANDROID-1-9-1-1',
        callsign: 'MEDIC-1',
        what: 'Troops in contact',
        agoMs: 60 * SECOND_MS,
        position: { lat: 39.7412, lon: -105.0234 },
      },
    ],
  },
  plaintext: {
    ...CALM,
    plaintextPorts: [
      { kind: 'cot', port: 8087 },
      { kind: 'http', port: 8080 },
    ],
  },
  recovery: {
    ...CALM,
    recovery: {
      code: 'WKPTGNRC',
      leftMs: 9 * MINUTE_MS,
      lifeMs: 10 * MINUTE_MS,
      address: 'bivouac.local/recover',
    },
  },
  warnings: { ...CALM, warnings: [CARD_WARNING, CLOCK_WARNING] },
} satisfies Record<string, DisplayState>;

export type Situation = keyof typeof SITUATIONS;

export const BUTTONS: Controls = { hasButtons: true, hasTouch: false };
export const TOUCH: Controls = { hasButtons: false, hasTouch: true };
export const NO_CONTROLS: Controls = { hasButtons: false, hasTouch: false };

export function view(controls: Controls = BUTTONS, page = 0): View {
  return { page, setAside: new Set(), controls, theme: 'dark' };
}

/** A kit whose machine has no Wi-Fi: people reach it by cable or by a network that is there. */
export const WITHOUT_WIFI: DisplayState = {
  ...SITUATIONS['first-boot'],
  wifi: undefined,
  addresses: ['192.168.1.20', 'bivouac.local'],
};

/** What people and devices may call themselves at worst, and a passphrase of full length. */
export const LONG_NAMES: DisplayState = {
  ...SITUATIONS.idle,
  kitName: 'Mountain Rescue Coordination North-West 2',
  wifi: {
    isOn: true,
    name: 'Mountain;Rescue,"North" West\\2',
    passphrase: 'correct horse battery staple; correct horse battery staple; 0123',
  },
  addresses: ['mountain-rescue-coordination-north-west.example.internal'],
  team: {
    connectedCount: 1_234,
    quietCount: 567,
    roster: [
      {
        callsign: 'THE-LONGEST-CALLSIGN-THAT-ANYBODY-EVER-TYPED-IN',
        team: 'Dark Green',
        heardAgoMs: 59 * 60_000,
        position: { lat: 39.75, lon: -105.0 },
      },
      { callsign: '救助隊 🚑', heardAgoMs: 90 * 3_600_000 },
    ],
  },
  warnings: [
    {
      code: 'x',
      severity: 'bad',
      text: 'The certificate of the server cannot be renewed because the directory is read-only. Phones that were away for long will be refused after the 3rd of December. Check the card, then start the kit anew.',
    },
    ...SITUATIONS.warnings.warnings,
  ],
};
