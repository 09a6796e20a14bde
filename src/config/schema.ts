import { z } from 'zod';
import { FREETAKSERVER } from './compat/freetakserver.ts';
import { OPENTAKSERVER } from './compat/opentakserver.ts';
import { OPENTAXII } from './compat/opentaxii.ts';
import { RPORT } from './compat/rport.ts';
import { TAKEOUT } from './compat/takeout.ts';
import { type ConfigOf, flatten, key } from './key.ts';
import { listenSchema } from './listen-address.ts';
import { MAIL } from './mail.ts';

const milliseconds = (min: number, max: number) => z.number().int().min(min).max(max);
const bytes = (min: number, max: number) => z.number().int().min(min).max(max);
const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

const listen = (value: string, description: string) =>
  key(listenSchema, { default: value, description, apply: 'listener' });

/**
 * Every setting there is. docs/configuration.md is generated from this table; an unknown key in a file, the
 * environment or on the command line is an error with a did-you-mean.
 */
export const SCHEMA = {
  name: key(z.string().min(1).max(40), {
    default: 'Bivouac',
    description: 'Name of the kit, as phones, the display and certificates show it.',
  }),
  dataDir: key(z.string().min(1), {
    default: '/var/lib/bivouac',
    description: 'Directory of database, keys and files (`--data`).',
  }),
  log: {
    level: key(z.enum(['debug', 'info', 'warn', 'error', 'silent']), {
      default: 'info',
      description: 'Least grave log line that is written.',
      apply: 'live',
    }),
  },
  listen: {
    cotTls: listen('[::]:8089', 'CoT over TLS.'),
    https: listen('[::]:8446', 'HTTPS without client certificate: enrolment, API, pages, pairing.'),
    httpsCert: listen(
      '[::]:8443',
      'HTTPS with client certificate: Marti API, and the API for certificate users.',
    ),
    ops: listen('127.0.0.1:9446', 'Plain HTTP on the loopback: /healthz and /metrics.'),
    portal: listen(
      'off',
      'Plain HTTP with nothing secret: landing page, CA certificate, CRL, single-use package links.',
    ),
    cotTcp: listen('off', 'Plain CoT (8087): everybody is anonymous, channel __ANON__ only.'),
    http: listen('off', 'The HTTPS app in plain (8080), credentials asked as there.'),
    ftsRest: listen('off', 'FreeTAKServer-style REST over TLS (19023).'),
    ftsRestPlain: listen('off', 'FreeTAKServer-style REST in plain.'),
  },
  firewall: {
    opensWire: key(z.boolean(), {
      default: true,
      description:
        'Whether the kit is reached from the wire and from an uplink Wi-Fi too, and not from its hotspot alone.',
    }),
    alsoOpens: key(z.array(z.number().int().min(1).max(65_535)), {
      default: [],
      description: 'TCP ports of other programs of this machine that the firewall lets in.',
    }),
  },
  cot: {
    auth: key(z.enum(['cert', 'password', 'cert_or_password', 'cert_and_password']), {
      default: 'cert_or_password',
      description: 'What a client must show on the TLS CoT socket.',
    }),
    authTimeoutMs: key(milliseconds(SECOND_MS, MINUTE_MS), {
      default: 10 * SECOND_MS,
      description: 'Time for the TLS handshake, and again for a complete `<auth>` element.',
      unit: 'ms',
    }),
    maxEventBytes: key(bytes(64 * KIB, 8 * MIB), {
      default: MIB,
      description: 'Largest event taken from a client; a larger one ends its connection.',
      unit: 'bytes',
    }),
    maxConnections: key(z.number().int().min(1).max(100_000), {
      default: 5_000,
      description: 'Connections to the CoT listeners at one time, signed in or not.',
    }),
    maxUnauthenticated: key(z.number().int().min(1).max(100_000), {
      default: 1_000,
      description: 'Connections that have not signed in yet; the oldest is closed when one more comes.',
    }),
    idleTimeoutMs: key(milliseconds(MINUTE_MS, 24 * 60 * MINUTE_MS), {
      default: 15 * MINUTE_MS,
      description: 'A client that sends nothing for so long is disconnected.',
      unit: 'ms',
    }),
    offersProtocolV1: key(z.boolean(), {
      default: true,
      description: 'Offer TAK protocol version 1 (protobuf) to clients on the stream.',
    }),
  },
  hub: {
    flushWindowMs: key(milliseconds(0, 50), {
      default: 20,
      description: 'Positions under load wait up to this long to share one write per client.',
      unit: 'ms',
    }),
    queueMaxBytes: key(bytes(64 * KIB, 64 * MIB), {
      default: 2 * MIB,
      description: 'What may wait for one slow client before it is cut.',
      unit: 'bytes',
    }),
    stallTimeoutMs: key(milliseconds(SECOND_MS, 10 * MINUTE_MS), {
      default: 30 * SECOND_MS,
      description: 'A client that takes nothing for so long while bytes wait is cut.',
      unit: 'ms',
    }),
    disconnectGraceMs: key(milliseconds(0, 5 * MINUTE_MS), {
      default: 10 * SECOND_MS,
      description: 'Time to come back (Wi-Fi roaming) before the others are told that a device is gone.',
      unit: 'ms',
    }),
    replayBurstEvents: key(z.number().int().min(1).max(100_000), {
      default: 500,
      description: 'Latest events that a late joiner gets at once.',
    }),
    replayEventsPerSecond: key(z.number().int().min(1).max(100_000), {
      default: 200,
      description: 'Rate at which a late joiner gets the rest.',
      unit: 'events/s',
    }),
    presenceMaxEvents: key(z.number().int().min(100).max(1_000_000), {
      default: 10_000,
      description: 'Latest events kept in memory for late joiners.',
    }),
    presenceMaxBytes: key(bytes(MIB, GIB), {
      default: 32 * MIB,
      description: 'Memory for the latest events.',
      unit: 'bytes',
    }),
  },
  store: {
    commitIntervalMs: key(milliseconds(50, MINUTE_MS), {
      default: 500,
      description: 'Events are committed to disk at least this often: the most that a power cut can lose.',
      unit: 'ms',
    }),
    queueMaxEvents: key(z.number().int().min(100).max(1_000_000), {
      default: 20_000,
      description: 'Events that may wait for the disk before the oldest positions are dropped.',
    }),
    queueMaxBytes: key(bytes(MIB, GIB), {
      default: 32 * MIB,
      description: 'Memory for events that wait for the disk.',
      unit: 'bytes',
    }),
  },
  history: {
    maxAgeDays: key(z.number().min(0.01).max(36_500), {
      default: 30,
      description: 'Events older than this are deleted.',
      unit: 'days',
    }),
    maxBytes: key(bytes(MIB, 1024 * GIB), {
      default: 2 * GIB,
      description: 'Room for the history; the oldest events go first.',
      unit: 'bytes',
    }),
  },
  pki: {
    names: key(z.array(z.string().min(1).max(253)), {
      default: [],
      description:
        'Further DNS names and IP addresses for the server certificate, besides those of the host.',
    }),
    rootKeyFile: key(z.string(), {
      default: '',
      description:
        'File of the key that seals secrets on disk; empty: `keys/root.key` in the data directory.',
    }),
    serverCertFile: key(z.string(), {
      default: '',
      description: 'PEM chain of a publicly signed server certificate; empty: the kit issues its own.',
    }),
    serverKeyFile: key(z.string(), { default: '', description: 'PEM key that belongs to `serverCertFile`.' }),
    clientDays: key(z.number().int().min(1).max(3_650), {
      default: 365,
      description: 'Life of a client certificate.',
      unit: 'days',
    }),
  },
  password: {
    minLength: key(z.number().int().min(1).max(128), {
      default: 15,
      description: 'Fewest characters of a password.',
      apply: 'live',
    }),
    minEntropyBits: key(z.number().min(0).max(256), {
      default: 60,
      description: 'Least estimated strength of a password.',
      unit: 'bits',
      apply: 'live',
    }),
    forbiddenChars: key(z.string().max(64), {
      default: '@:',
      description:
        'Characters a password may not hold: `@` and `:` break rtsp://user:password@host addresses.',
      apply: 'live',
    }),
  },
  auth: {
    allowsWeakTokens: key(z.boolean(), {
      default: false,
      description: 'Take API tokens of the operator’s choice that are easy to guess. For tests only.',
    }),
  },
  mail: MAIL,
  http: {
    publicUrl: key(z.string().regex(/^(|https?:\/\/[^/\s]+)$/, 'https://HOST or https://HOST:PORT'), {
      default: '',
      description:
        'Address under which people reach the kit, for links in e-mails; empty: the first that works.',
    }),
    trustedProxies: key(z.array(z.string().min(1).max(64)), {
      default: [],
      description:
        'Addresses and networks of reverse proxies in front of the kit: what they say in `X-Forwarded-For` is believed.',
    }),
  },
  display: {
    sink: key(
      z
        .string()
        .regex(
          /^(auto|off|terminal|framebuffer:.+|png:.+)$/,
          'auto, off, terminal, framebuffer:/dev/fb0 or png:FILE',
        ),
      {
        default: 'auto',
        description:
          'Where the local display is drawn: auto, off, terminal, framebuffer:/dev/fb0 or png:FILE.',
      },
    ),
    size: key(z.string().regex(/^\d{2,5}x\d{2,5}$/, 'WIDTHxHEIGHT, as in 800x480'), {
      default: '800x480',
      description: 'Size of a sink that has none of its own.',
      unit: 'pixels',
    }),
    rotation: key(z.number().int().min(0).max(270).multipleOf(90), {
      default: 0,
      description:
        'Clockwise turn of the picture, for a screen that is built in on its side: 0, 90, 180, 270.',
      unit: 'degrees',
    }),
    channelOrder: key(z.enum(['auto', 'rgb', 'bgr']), {
      default: 'auto',
      description:
        'Order of the colours in the framebuffer; change it where red and blue are swapped. auto: as the device tree says, else rgb.',
    }),
    touch: key(
      z
        .string()
        .regex(
          /^(auto|off|-?\d+\.\.-?\d+,-?\d+\.\.-?\d+)$/,
          'auto, off, or LEFT..RIGHT,TOP..BOTTOM, as in 3900..180,210..3850',
        ),
      {
        default: 'auto',
        description:
          'Range of the touch screen’s figures from left to right and from top to bottom; auto: the screen’s size, or what its driver is known for.',
      },
    ),
    theme: key(z.enum(['dark', 'day', 'night-red']), {
      default: 'dark',
      description: 'Colours of the display; night-red spares eyes that are used to the dark.',
    }),
    brightness: key(z.number().int().min(1).max(100), {
      default: 100,
      description: 'Brightness of the display; after two minutes without a touch it dims by itself.',
      unit: '%',
    }),
    coordinates: key(z.enum(['dd', 'dms', 'mgrs']), {
      default: 'dd',
      description: 'How the display says positions: degrees, degrees with minutes and seconds, or MGRS.',
    }),
    distance: key(z.enum(['metric', 'imperial', 'nautical']), {
      default: 'metric',
      description: 'Units of distances on the display.',
    }),
    blankAfterS: key(z.number().int().min(0).max(86_400), {
      default: 0,
      description:
        'Time without a touch or a button after which the display goes dark, until the next one, or until somebody needs help or wants to join; 0: never.',
      unit: 's',
    }),
  },
  // Settings of other servers, by the names that their documents give them.
  compat: {
    freetakserver: FREETAKSERVER,
    opentakserver: OPENTAKSERVER,
    opentaxii: OPENTAXII,
    rport: RPORT,
    takeout: TAKEOUT,
  },
} as const;

export type Config = ConfigOf<typeof SCHEMA>;

/** Dotted name → key, as `--set` and the environment name them. */
export const KEYS = flatten(SCHEMA);
