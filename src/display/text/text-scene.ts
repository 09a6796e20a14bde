import { chooseScreen, type View } from '../choose-screen.ts';
import { coordinateWords } from '../coordinates.ts';
import { DESIGNS, type Design } from '../designs.ts';
import type { ScreenId } from '../scene.ts';
import { whatAndWhen } from '../screens/emergency.ts';
import { PLAINTEXT_WORDS, QUIET_WORDS } from '../screens/pages.ts';
import { statusWords } from '../screens/parts.ts';
import type { DisplayState, PairingRequest } from '../state.ts';
import { warningsOf } from '../warnings.ts';
import { joinable, wifiCode } from '../wifi-code.ts';
import {
  ageWords,
  agoWords,
  bearingWords,
  channelWords,
  countdown,
  distanceWords,
  fingerprintWords,
  grouped,
  offsetOf,
  timeSourceWords,
  windWords,
} from '../words.ts';

/** The same screens in letters, for a terminal. */
export interface TextScene {
  readonly screen: ScreenId;
  readonly title: string;
  /** At the right of the title; times that run are only here, so that a printed page need not follow them. */
  readonly side: string;
  readonly blocks: readonly TextBlock[];
  /** Keys that do something: `a` → `allow`. */
  readonly keys: readonly (readonly [key: string, does: string])[];
  /** The request that allowing and refusing are about. */
  readonly requestId?: string;
}

export type TextBlock =
  | { readonly kind: 'line'; readonly text: string; readonly tone: 'plain' | 'strong' | 'quiet' }
  /** To be read out or typed. */
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'row'; readonly left: string; readonly right: string }
  | { readonly kind: 'qr'; readonly text: string; readonly caption: string }
  | { readonly kind: 'gap' };

/** A terminal has the room of the middle sizes, and so their screens. */
const DESIGN: Design = DESIGNS.find(({ id }) => id === '480x320') as Design;
/** As many as stand on half a terminal of 24 rows. */
const ROSTER_ROWS = 10;

export function textSceneOf(state: DisplayState | undefined, view: View): TextScene {
  const screen = chooseScreen(state, view, DESIGN);
  if (state === undefined) return quiet('starting');
  const write = WRITERS[screen] ?? idle;
  return { screen, keys: [], ...write(state, view) };
}

export function stoppedText(): TextScene {
  return quiet('stopped');
}

function quiet(screen: 'starting' | 'stopped'): TextScene {
  const [title, words] = QUIET_WORDS[screen];
  return { screen, title, side: '', blocks: [line(words)], keys: [] };
}

type Body = Pick<TextScene, 'title' | 'side' | 'blocks'> & Partial<Pick<TextScene, 'keys' | 'requestId'>>;

const GAP: TextBlock = { kind: 'gap' };
const PAGE_KEYS = [
  ['p', 'pair a screen'],
  ['n', 'next page'],
] as const;

function line(text: string, tone: 'plain' | 'strong' | 'quiet' = 'plain'): TextBlock {
  return { kind: 'line', text, tone };
}

const WRITERS: Partial<Record<ScreenId, (state: DisplayState, view: View) => Body>> = {
  'first-boot': firstBoot,
  fingerprint,
  wifi,
  warnings,
  plaintext,
  pairing,
  approval,
  onboarding,
  recovery,
  emergency,
};

function firstBoot(state: DisplayState): Body {
  const { claim } = state;
  const network = joinable(state);
  const address = state.addresses[0] ?? 'the address of this kit';
  return {
    title: `${state.kitName}: set up`,
    side: claim === undefined ? '' : `new code in ${countdown(claim.leftMs)}`,
    blocks: [
      ...(network === undefined
        ? [line('1  Use the same network as the kit', 'strong')]
        : [
            line('1  Join the Wi-Fi', 'strong'),
            line(`   ${network.name}   ${network.passphrase ?? ''}`),
            { kind: 'qr', text: wifiCode(network), caption: 'Scan to join' } as const,
          ]),
      line(`2  Open https://${address}`, 'strong'),
      ...(claim === undefined || network !== undefined
        ? []
        : [{ kind: 'qr', text: claim.setupUrl, caption: 'Scan to set up' } as const]),
      line('3  Type this code', 'strong'),
      ...(claim === undefined
        ? []
        : [
            { kind: 'code', text: grouped(claim.code) } as const,
            GAP,
            line(`CA ${fingerprintWords(claim.caFingerprint)}`, 'quiet'),
          ]),
    ],
  };
}

function fingerprint(state: DisplayState): Body {
  const groups = fingerprintWords(state.claim?.caFingerprint ?? '').split(' ');
  const rows = [0, 4, 8, 12].map((start) => line(groups.slice(start, start + 4).join('   '), 'strong'));
  return {
    title: 'Fingerprint of this kit',
    side: '',
    blocks: [line('A phone that asks whether to trust this kit shows these figures.', 'quiet'), GAP, ...rows],
    keys: [['n', 'back']],
  };
}

function idle(state: DisplayState): Body {
  const { connectedCount, quietCount, roster } = state.team;
  const quietWords = quietCount === 0 ? '' : `, ${quietCount} quiet for 5 min or more`;
  const [gravest] = warningsOf(state);
  const { notice } = state;
  return {
    title: state.kitName,
    side: statusWords(state),
    blocks: [
      line(`${connectedCount} on the map${quietWords}`, 'strong'),
      GAP,
      ...roster.slice(0, ROSTER_ROWS).map(
        ({ callsign, team, heardAgoMs }): TextBlock => ({
          kind: 'row',
          left: team === undefined ? callsign : `${callsign} (${team})`,
          right: ageWords(heardAgoMs),
        }),
      ),
      ...(roster.length === 0 ? [line('Nobody has joined yet.', 'quiet')] : []),
      GAP,
      ...(notice === undefined ? [] : [line(notice, 'strong')]),
      ...(gravest === undefined ? [] : [line(`! ${gravest.title}`, 'strong'), line(`  ${gravest.rest}`)]),
      line(timeSourceWords(state), 'quiet'),
    ],
    keys: PAGE_KEYS,
  };
}

function wifi(state: DisplayState): Body {
  const network = joinable(state);
  return {
    title: 'Join this kit',
    side: statusWords(state),
    blocks: [
      ...(network === undefined
        ? [line('Wi-Fi off')]
        : [
            line(`Wi-Fi ${network.name}   ${network.passphrase ?? ''}`, 'strong'),
            { kind: 'qr', text: wifiCode(network), caption: 'Scan to join' } as const,
          ]),
      ...state.addresses.map((address) => line(`Open https://${address}`)),
    ],
    keys: PAGE_KEYS,
  };
}

function warnings(state: DisplayState): Body {
  const all = warningsOf(state);
  return {
    title: all.length === 1 ? 'One warning' : `${all.length} warnings`,
    side: statusWords(state),
    blocks: all.flatMap(({ title, rest }) => [line(`! ${title}`, 'strong'), line(`  ${rest}`), GAP]),
    keys: PAGE_KEYS,
  };
}

function plaintext(state: DisplayState): Body {
  const kinds = { cot: 'positions and chat', http: 'pages and sign-in' } as const;
  return {
    title: 'Open without encryption',
    side: '',
    blocks: [
      ...state.plaintextPorts.map(({ kind, port }) => line(`${port}  ${kinds[kind]}`, 'strong')),
      GAP,
      line(PLAINTEXT_WORDS),
    ],
    keys: PAGE_KEYS,
  };
}

function pairing(state: DisplayState): Body {
  return {
    title: 'Pair a screen or watch',
    side: countdown(state.pairing?.leftMs ?? 0),
    blocks: [
      line('Type this on the watch or TV. One device.'),
      { kind: 'code', text: grouped(state.pairing?.code ?? '') },
    ],
    keys: [['p', 'stop']],
  };
}

const KINDS: Record<PairingRequest['kind'], string> = { tv: 'A TV', watch: 'A watch', screen: 'A screen' };

function approval({ request }: DisplayState): Body {
  if (request === undefined) return { title: '', side: '', blocks: [] };
  const { id, kind, name, address, code, channels, waitingCount } = request;
  const sees = channels.length === 0 ? 'nothing until a channel is granted' : channelWords(channels);
  return {
    requestId: id,
    title: `${KINDS[kind]} wants to join`,
    side: waitingCount > 0 ? `${waitingCount} more` : '',
    blocks: [
      line(name, 'strong'),
      line(`From ${address}. Compare the code with the one on it.`),
      { kind: 'code', text: grouped(code) },
      line(`It will see ${sees}. It cannot send.`, 'quiet'),
    ],
    keys: [
      ['a', 'allow'],
      ['r', 'refuse'],
    ],
  };
}

function onboarding(state: DisplayState): Body {
  const adding = state.onboarding;
  if (adding === undefined) return { title: '', side: '', blocks: [] };
  const network = joinable(state);
  return {
    title: `Add a phone: ${adding.name}`,
    side: countdown(adding.leftMs),
    blocks: [
      line(network === undefined ? '1  Join the network of this kit' : `1  Join the Wi-Fi ${network.name}`),
      line(`2  Scan this code, open it in ${adding.client}`),
      { kind: 'qr', text: adding.qr, caption: adding.name },
    ],
  };
}

function recovery({ recovery: way }: DisplayState): Body {
  return {
    title: 'Recovery code',
    side: countdown(way?.leftMs ?? 0),
    blocks: [
      line(`Open https://${way?.address ?? ''} and type this. It lets an administrator in, once.`),
      { kind: 'code', text: grouped(way?.code ?? '') },
    ],
    keys: [['x', 'take it back']],
  };
}

function emergency(state: DisplayState, { setAside }: View): Body {
  const alert = state.emergencies.find(({ uid }) => !setAside.has(uid));
  if (alert === undefined) return { title: '', side: '', blocks: [] };
  const { position } = alert;
  const where = state.position && position && offsetOf(state.position, position);
  const others = state.emergencies.length - 1;
  return {
    title: 'EMERGENCY',
    side: others > 0 ? `${others} more` : '',
    blocks: [
      line(alert.callsign, 'strong'),
      line(`${whatAndWhen(state, alert)} (${agoWords(alert.agoMs)})`),
      ...(where === undefined
        ? []
        : [
            line(
              `${distanceWords(where.metres, state.formats.distance)} ${windWords(where.bearingDeg)} ${bearingWords(where.bearingDeg)}`,
              'strong',
            ),
          ]),
      line(
        position === undefined ? 'Position not known' : coordinateWords(position, state.formats.coordinates),
      ),
    ],
    keys: [['s', 'put aside for a minute']],
  };
}
