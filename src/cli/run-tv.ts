import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import encodeQR from 'qr';
import { WebSocket } from 'ws';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { CommandContext } from './command.ts';
import { UnwellError, UsageError } from './failures.ts';
import { createTvBoard, type StreamMessage } from './tv-board.ts';
import { createTvClient, fetchAuthority, type TvClient, type TvTokens } from './tv-client.ts';

export interface TvOptions {
  readonly server: string;
  readonly ca?: string;
  readonly fingerprint?: string;
  readonly name: string;
  readonly keep?: string;
  readonly json?: true;
}

/** Between two tries to reach a kit that is away. */
const RETRY_MS = 3_000;
const REDRAW_MS = 1_000;
/** RFC 8628: so much longer each time that the kit says "slow down", seconds. */
const SLOW_DOWN_S = 5;

/** From the top left corner, with nothing else on the screen. */
const CLEAR = '\u001b[2J\u001b[H';

/** A TV in a terminal: shows a code, and then the team, until it is interrupted. The reference client for screens. */
export async function runTv(options: TvOptions, { terminal, stopSignal }: CommandContext): Promise<void> {
  const client = await connect(options);
  const kept = keptTokens(options.keep);
  if (kept !== undefined && (await show(client, kept, options)) === 'interrupted') return;
  const fresh = await obtainTokens(client, options);
  if (fresh !== undefined && (await show(client, fresh, options)) === 'unpaired') {
    throw new UnwellError('This screen is not paired any more.');
  }

  async function connect({ server: text, ca, fingerprint }: TvOptions): Promise<TvClient> {
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      throw new UsageError(`"${text}" is no address of a kit`);
    }
    const server = new URL(text);
    if (fingerprint !== undefined) return createTvClient(server, await fetchAuthority(server, fingerprint));
    return createTvClient(server, ca === undefined ? undefined : readFileSync(ca, 'utf8'));
  }

  /** Undefined when it was interrupted. */
  async function obtainTokens(
    client: TvClient,
    { name, keep, json }: TvOptions,
  ): Promise<TvTokens | undefined> {
    while (!stopSignal.aborted) {
      const code = await client.authorize({ name, kind: 'tv' });
      const { user_code, verification_uri, verification_uri_complete } = code;
      if (json)
        terminal.print(JSON.stringify({ type: 'code', code: user_code, page: verification_uri_complete }));
      else {
        terminal.print(encodeQR(verification_uri_complete, 'term'));
        terminal.print(`Approve this screen on a phone: ${verification_uri}`);
        terminal.print(`Code: ${user_code}`);
      }
      const tokens = await waitForApproval(client, code);
      if (tokens === 'refused') throw new UnwellError('This screen was refused.');
      if (tokens === undefined) continue;
      keepTokens(keep, tokens);
      return tokens;
    }
    return undefined;
  }

  /** Undefined when the code has run out, or it was interrupted. */
  async function waitForApproval(
    client: TvClient,
    { device_code, interval }: { readonly device_code: string; readonly interval: number },
  ): Promise<TvTokens | 'refused' | undefined> {
    let waitS = interval;
    while (!stopSignal.aborted) {
      await pause(waitS * 1_000);
      const answer = await client.poll(device_code).catch(outOfReach);
      if (answer === undefined) continue;
      if ('ok' in answer) return answer.ok;
      if (answer.error === 'access_denied') return 'refused';
      if (answer.error === 'slow_down') waitS += SLOW_DOWN_S;
      else if (answer.error !== 'authorization_pending') return undefined;
    }
    return undefined;
  }

  /** Shows the team until it is interrupted, or the kit does not want it any more. */
  async function show(
    client: TvClient,
    first: TvTokens,
    { keep, json }: TvOptions,
  ): Promise<'interrupted' | 'unpaired'> {
    const board = createTvBoard();
    const isScreen = json !== true && process.stdout.isTTY === true;
    const draw = () => terminal.write(`${CLEAR}${board.lines(performance.now()).join('\n')}\n`);
    const redrawing = isScreen ? setInterval(() => void draw(), REDRAW_MS) : undefined;
    let tokens = first;
    const take = (text: string) => {
      const message = JSON.parse(text) as StreamMessage;
      const news = board.take(message, performance.now());
      if (json) terminal.print(text);
      else if (!isScreen) for (const line of news) terminal.print(line);
    };
    try {
      while (!stopSignal.aborted) {
        try {
          const ticket = await client.ticket(tokens.access_token);
          if ('ok' in ticket) {
            await listen(client, ticket.ok, take);
            continue;
          }
          if (ticket.error === 'refused') {
            const renewed = await client.refresh(tokens.refresh_token);
            if ('error' in renewed) return 'unpaired';
            tokens = renewed.ok;
            keepTokens(keep, tokens);
            continue;
          }
        } catch (error) {
          outOfReach(error);
        }
        await pause(RETRY_MS);
      }
      return 'interrupted';
    } finally {
      clearInterval(redrawing);
    }
  }

  /** Resolves when the stream has ended, for whatever reason. */
  function listen(client: TvClient, ticket: string, take: (text: string) => void): Promise<void> {
    return new Promise((resolve) => {
      const { ca } = client;
      const socket = new WebSocket(client.streamUrl(ticket), ca === undefined ? {} : { ca });
      const stop = () => socket.close();
      stopSignal.addEventListener('abort', stop, { once: true });
      socket.on('message', (data) => take(data.toString()));
      // What is wrong shows at the next ticket.
      socket.on('error', () => {});
      socket.on('close', () => {
        stopSignal.removeEventListener('abort', stop);
        resolve(stopSignal.aborted ? undefined : pause(REDRAW_MS));
      });
    });
  }

  /** Out of range, or the kit restarts: it will be back. Anything else is thrown. */
  function outOfReach(error: unknown): undefined {
    if (!(error instanceof BivouacError)) throw error;
    terminal.complain(messageOf(error));
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopSignal }).catch(() => {});
  }
}

function keptTokens(path: string | undefined): TvTokens | undefined {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as TvTokens;
  } catch {
    return undefined;
  }
}

function keepTokens(path: string | undefined, tokens: TvTokens): void {
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(tokens)}\n`, { mode: 0o600 });
}
