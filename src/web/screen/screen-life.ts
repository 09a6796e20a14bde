import { type ReadonlySignal, signal } from '@preact/signals';
import { after, type Board, EMPTY, type Message } from './board.ts';
import { type DeviceCode, type KitDoor, Refused, type Tokens } from './kit-door.ts';

/** Where a screen stands with its kit. */
export type Standing =
  /** Nothing is known yet. */
  | { readonly at: 'start' }
  | { readonly at: 'code'; readonly code: DeviceCode; readonly untilMs: number }
  | { readonly at: 'refused' }
  /** The kit gives no code now; its words. */
  | { readonly at: 'no_code'; readonly text: string }
  | { readonly at: 'board' };

export interface ScreenLife {
  readonly standing: ReadonlySignal<Standing>;
  readonly board: ReadonlySignal<Board>;
  /** False while nothing is heard of the kit. */
  readonly isLive: ReadonlySignal<boolean>;
  start(): void;
  /** After a refusal. */
  again(): void;
  /** The code of the kit. @throws Refused, or when the kit is out of reach */
  type(code: string): Promise<void>;
}

/** Between two tries to reach a kit that is away, milliseconds. */
const RETRY_MS = 2_000;
/** Until the next try when the kit gives no code: too many ask. */
const NO_CODE_RETRY_MS = 30_000;
/** RFC 8628: so much longer each time that the kit says "slow down". */
const SLOW_DOWN_S = 5;
/** The kit asks for a sign of life each 25 s, which a page does not see: so long without a word, and it looks itself. */
const SILENT_MS = 20_000;

/**
 * The life of a screen: shows a code until it is let in, then the team; goes on through restarts of the kit and holes
 * in the Wi-Fi, and begins anew when the kit does not know it any more. The tokens lie in the browser's local storage,
 * because a TV that is switched off at night comes back without anybody; the policy of the page lets no foreign script
 * near them, they can only look on, and one tap ends them.
 */
export function createScreenLife(door: KitDoor, storageKey: string): ScreenLife {
  const standing = signal<Standing>({ at: 'start' });
  const board = signal<Board>(EMPTY);
  const isLive = signal(false);
  let tokens = keptTokens(storageKey);
  let socket: WebSocket | undefined;
  /** Counts up when something else is to be done than what is under way. */
  let turn = 0;

  function keep(next: Tokens | undefined): void {
    tokens = next;
    if (next === undefined) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, JSON.stringify(next));
  }

  async function run(): Promise<void> {
    turn += 1;
    const mine = turn;
    socket?.close();
    while (mine === turn) {
      try {
        await (tokens === undefined ? waitForApproval(mine) : watch(tokens, mine));
      } catch {
        isLive.value = false;
        await pause(RETRY_MS);
      }
      if (standing.peek().at === 'refused') return;
    }
  }

  async function waitForApproval(mine: number): Promise<void> {
    board.value = EMPTY;
    let code: DeviceCode;
    try {
      code = await door.authorize();
    } catch (error) {
      if (!(error instanceof Refused) || mine !== turn) throw error;
      standing.value = { at: 'no_code', text: error.message };
      isLive.value = true;
      return pause(NO_CODE_RETRY_MS);
    }
    if (mine !== turn) return;
    const untilMs = performance.now() + code.expires_in * 1_000;
    standing.value = { at: 'code', code, untilMs };
    isLive.value = true;
    let waitS = code.interval;
    while (mine === turn && performance.now() < untilMs) {
      await pause(waitS * 1_000);
      if (mine !== turn) return;
      try {
        const next = await door.poll(code.device_code);
        if (mine === turn) keep(next);
        return;
      } catch (error) {
        isLive.value = error instanceof Refused;
        if (!(error instanceof Refused)) continue;
        if (error.word === 'access_denied') {
          standing.value = { at: 'refused' };
          return;
        }
        if (error.word === 'slow_down') waitS += SLOW_DOWN_S;
        else if (error.word !== 'authorization_pending') return;
      }
    }
  }

  /** One stream, from the ticket to its end. What ended it shows at the next ticket. */
  async function watch(current: Tokens, mine: number): Promise<void> {
    if (standing.peek().at !== 'board') standing.value = { at: 'board' };
    try {
      const opened = await door.openStream(current);
      if (mine !== turn) return opened.close();
      socket = opened;
    } catch (error) {
      if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 403)) throw error;
      return renew(current);
    }
    await listen(socket);
    socket = undefined;
    if (mine === turn) isLive.value = false;
  }

  async function renew({ refresh_token }: Tokens): Promise<void> {
    try {
      keep(await door.refresh(refresh_token));
    } catch (error) {
      // Another tab of this screen may have been faster: its tokens are as good.
      const kept = keptTokens(storageKey);
      if (kept !== undefined && kept.refresh_token !== refresh_token) {
        tokens = kept;
        return;
      }
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) throw error;
      keep(undefined);
      board.value = EMPTY;
    }
  }

  function listen(opened: WebSocket): Promise<void> {
    return new Promise((resolve) => {
      let quiet = setTimeout(lookAround, SILENT_MS);
      let isOver = false;
      function lookAround(): void {
        // A socket in a hole of the Wi-Fi looks well for minutes.
        fetch('/api/setup', { credentials: 'omit', signal: AbortSignal.timeout(RETRY_MS * 2) }).then(
          () => {
            if (!isOver) quiet = setTimeout(lookAround, SILENT_MS);
          },
          () => {
            isOver = true;
            opened.close();
            resolve();
          },
        );
      }
      opened.onmessage = ({ data }) => {
        clearTimeout(quiet);
        quiet = setTimeout(lookAround, SILENT_MS);
        isLive.value = true;
        board.value = after(board.peek(), JSON.parse(String(data)) as Message, Date.now());
      };
      opened.onclose = ({ code }) => {
        isOver = true;
        clearTimeout(quiet);
        // Access ended or changed: the kit can say at once. Else it stops, or is out of reach.
        if (code >= 4000) resolve();
        else void pause(RETRY_MS / 2).then(resolve);
        isLive.value = false;
      };
    });
  }

  return {
    standing,
    board,
    isLive,
    start: () => void run(),
    again() {
      standing.value = { at: 'start' };
      void run();
    },
    async type(code) {
      const next = await door.typed(code);
      keep(next);
      void run();
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function keptTokens(key: string): Tokens | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Tokens | null;
    return kept ?? undefined;
  } catch {
    return undefined;
  }
}
