/** A message of the stream for screens (docs/api.md), as far as a terminal shows it. */
export interface StreamMessage {
  readonly type: string;
  readonly uid?: string;
  readonly callsign?: string;
  readonly team?: string;
  readonly alert?: string;
  readonly isOver?: boolean;
  readonly isSelf?: boolean;
  readonly isFirst?: boolean;
  readonly text?: string;
  readonly room?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly lifeMs?: number;
  readonly agoMs?: number;
  readonly events?: readonly StreamMessage[];
}

interface Known {
  readonly message: StreamMessage;
  /** Monotonic. */
  readonly heardMs: number;
}

const CHAT_LINES = 5;

/** What a terminal TV knows of the team, and how it says it. */
export interface TvBoard {
  /** Takes a message; what is new in it, in lines. */
  take(message: StreamMessage, nowMs: number): string[];
  /** The whole board. */
  lines(nowMs: number): string[];
}

export function createTvBoard(): TvBoard {
  const people = new Map<string, Known>();
  const alerts = new Map<string, Known>();
  const chat: string[] = [];

  function takeOne(message: StreamMessage, heardMs: number): string[] {
    const { type, uid = '', callsign = '', text = '' } = message;
    switch (type) {
      case 'position':
        if (message.isSelf !== true) return [];
        people.set(uid, { message, heardMs });
        return [`${plain(callsign)} ${placeOf(message)}`];
      case 'alert':
        if (message.isOver === true) alerts.delete(uid);
        else alerts.set(uid, { message, heardMs });
        return [
          `${message.isOver === true ? 'OVER' : 'ALERT'} ${plain(callsign)} ${plain(message.alert ?? '')}`.trimEnd(),
        ];
      case 'chat':
        chat.push(`${plain(callsign)}: ${plain(text)}`);
        chat.splice(0, chat.length - CHAT_LINES);
        return [`CHAT ${plain(callsign)}: ${plain(text)}`];
      case 'gone': {
        const known = people.get(uid);
        people.delete(uid);
        return known === undefined ? [] : [`GONE ${plain(known.message.callsign ?? '')}`];
      }
      default:
        return [];
    }
  }

  return {
    take(message, nowMs) {
      if (message.type !== 'snapshot') return takeOne(message, nowMs);
      if (message.isFirst === true) {
        people.clear();
        alerts.clear();
      }
      return (message.events ?? []).flatMap((event) => takeOne(event, nowMs - (event.agoMs ?? 0)));
    },

    lines(nowMs) {
      for (const [uid, { message, heardMs }] of people) {
        if (nowMs - heardMs > (message.lifeMs ?? 0)) people.delete(uid);
      }
      const rows = [...people.values()]
        .toSorted((a, b) => (a.message.callsign ?? '').localeCompare(b.message.callsign ?? ''))
        .map(
          ({ message, heardMs }) =>
            `  ${plain(message.callsign ?? '').padEnd(20)} ${plain(message.team ?? '').padEnd(10)} ` +
            `${placeOf(message).padEnd(22)} ${ageOf(nowMs - heardMs)}`,
        );
      return [
        ...[...alerts.values()].map(
          ({ message, heardMs }) =>
            `!! ${plain(message.callsign ?? '')} ${plain(message.alert ?? '')} ${placeOf(message)} ${ageOf(nowMs - heardMs)}`,
        ),
        `${people.size} on the map`,
        ...rows,
        ...chat.map((line) => `> ${line}`),
      ];
    },
  };
}

function placeOf({ lat, lon }: StreamMessage): string {
  return lat === undefined || lon === undefined ? 'no fix' : `${lat.toFixed(5)} ${lon.toFixed(5)}`;
}

function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return seconds < 60 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}

/** A callsign may hold anything: nothing of it may steer the terminal. */
function plain(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
}
