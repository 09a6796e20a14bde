import type { Socket } from 'socket.io';
import type { SessionFacts } from '../../../../auth/revoke.ts';
import type { Cancel, Clock } from '../../../../core/clock.ts';
import { BivouacError, messageOf } from '../../../../core/errors.ts';
import type { Log } from '../../../../core/log.ts';
import { dumped } from '../answers.ts';
import { objectIn, type SocketEvents } from './socket-events.ts';
import type { SocketLogin } from './socket-login.ts';

/** Who says nothing worth hearing for so long is cut, milliseconds. */
export const AUTHENTICATION_MS = 10_000;
/** A person who mistypes a key needs two or three; a guesser needs more connections. */
const ATTEMPTS_MAX = 5;
/** Events that wait for the one before them: a program that asks faster than it is answered is broken. */
const WAITING_MAX = 20;

export interface SocketSessionDeps {
  readonly login: (key: string, remote: string) => Promise<SocketLogin | undefined>;
  readonly answer: SocketEvents;
  /** What the event feed says to somebody at this moment. */
  readonly feed: (who: NonNullable<Awaited<ReturnType<SocketLogin['now']>>>['who']) => readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly greeting: { readonly starttime: string; readonly version: string };
  /** Ends the connection under it, also that of a client that does not answer. */
  readonly cut: () => void;
}

/** One client of FreeTAKServer's Socket.IO, from its connection to its end. */
export class SocketSession {
  readonly #socket: Socket;
  readonly #deps: SocketSessionDeps;
  readonly #remote: string;
  readonly #host: string;
  readonly #cancelDeadline: Cancel;
  #login: SocketLogin | undefined;
  #attempts = 0;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #isOver = false;
  #told: string | undefined;

  constructor(
    socket: Socket,
    { remote, host }: { readonly remote: string; readonly host: string },
    deps: SocketSessionDeps,
  ) {
    this.#socket = socket;
    this.#deps = deps;
    this.#remote = remote;
    this.#host = host;
    this.#cancelDeadline = deps.clock.after(AUTHENTICATION_MS, () => this.end('auth_timeout'));
    socket.onAny((name: string, ...rest: unknown[]) => this.#heard(name, rest));
    socket.on('disconnect', () => this.#over('peer_closed'));
    socket.emit('connectUpdate', dumped(deps.greeting));
  }

  get isAuthenticated(): boolean {
    return this.#login !== undefined;
  }

  /** Who is behind it, for a revocation; undefined for the shared key, and before anybody is. */
  get facts(): SessionFacts | undefined {
    return this.#login?.facts;
  }

  end(reason: string): void {
    if (this.#isOver) return;
    this.#over(reason);
    this.#deps.cut();
  }

  /** Tells what is new in the event feed; ends who may not hear it any more. */
  async tellFeed(): Promise<void> {
    const now = await this.#login?.now();
    if (this.#isOver) return;
    if (now === undefined) {
      this.end('sign_in_ended');
      return;
    }
    const events = this.#deps.feed(now.who);
    const text = JSON.stringify(events);
    // What is so when somebody comes in is no news: he asks for it.
    if (this.#told !== undefined && this.#told !== text) this.#socket.emit('eventsUpdate', { events });
    this.#told = text;
  }

  #heard(name: string, rest: readonly unknown[]): void {
    if (this.#isOver) return;
    if (this.#waiting >= WAITING_MAX) {
      this.end('too_fast');
      return;
    }
    this.#waiting += 1;
    // One after the other: who may do what is judged when its turn comes.
    this.#last = this.#last
      .then(() => this.#handle(name, rest))
      .catch((error) => this.#failed(name, rest, error))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #handle(name: string, rest: readonly unknown[]): Promise<void> {
    if (this.#isOver) return;
    if (name === 'authenticate') return this.#authenticate(rest[0]);
    // As FreeTAKServer: what is asked too early is dropped.
    if (this.#login === undefined) return;
    const now = await this.#login.now();
    if (now === undefined) {
      this.end('sign_in_ended');
      return;
    }
    const asker = { ...now, remote: this.#remote, host: this.#host };
    const answer = await this.#deps.answer(name, rest[0], asker);
    if (this.#isOver) return;
    if (answer !== undefined && 'failure' in answer) acknowledge(rest, answer.failure);
    else if (answer !== undefined) this.#socket.emit(answer.event, answer.data);
    else acknowledge(rest, []);
  }

  async #authenticate(argument: unknown): Promise<void> {
    const { login, clock, log } = this.#deps;
    const key = keyIn(argument);
    const good = key === undefined ? undefined : await login(key, this.#remote);
    const now = await good?.now();
    if (this.#isOver) return;
    if (good === undefined || now === undefined) {
      this.#attempts += 1;
      this.#socket.emit('authentication', dumped({ successful: 'False' }));
      log.info('fts.socket_refused', { remote: this.#remote });
      if (this.#attempts >= ATTEMPTS_MAX) this.end('auth_failed');
      return;
    }
    this.#cancelDeadline();
    this.#login = good;
    this.#told = JSON.stringify(this.#deps.feed(now.who));
    this.#socket.emit('authentication', dumped({ successful: 'True' }));
    log.info('fts.socket_authenticated', { remote: this.#remote, user: good.name, atMs: clock.now() });
  }

  #failed(name: string, rest: readonly unknown[], error: unknown): void {
    const isExpected = error instanceof BivouacError && error.status < 500;
    if (!isExpected)
      this.#deps.log.error('fts.socket_failed', {
        event: String(name).slice(0, 40),
        error: messageOf(error),
      });
    if (!this.#isOver)
      acknowledge(rest, isExpected ? [error.message, error.status] : ['Internal error', 500]);
  }

  #over(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelDeadline();
    this.#deps.log.info('fts.socket_closed', { remote: this.#remote, user: this.#login?.name, reason });
  }
}

/** The client's call-back for this event, where it gave one. */
function acknowledge(rest: readonly unknown[], values: readonly unknown[]): void {
  const last = rest.at(-1);
  if (typeof last === 'function') last(...values);
}

function keyIn(argument: unknown): string | undefined {
  try {
    const { Authenticate } = objectIn(argument);
    return typeof Authenticate === 'string' && Authenticate !== '' ? Authenticate : undefined;
  } catch {
    return undefined;
  }
}
