import type { Cancel, Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Health } from '../../core/health.ts';
import type { Log } from '../../core/log.ts';
import type { Store } from '../../store/open.ts';
import type { UserSource } from '../../store/repositories/user-source.ts';
import type { UserDirectory } from '../../store/user-directories/port.ts';
import type { AuditLog } from '../audit.ts';
import { type Actor, CONSOLE } from '../ports.ts';
import type { RevocationCenter } from '../revoke.ts';
import type { RowProblem } from './external-row.ts';
import type { UserMirror } from './mirror.ts';

/** Where people are kept, and what is wrong with it. */
export interface UserStoreState {
  readonly source: UserSource;
  /** For people: `the file /etc/users.json`. */
  readonly place: string;
  readonly people: number;
  /** Entries that cannot be taken as they are. */
  readonly problems: readonly RowProblem[];
}

/** The store of people that the operator chose. */
export interface UserStore {
  /** Before anything else is done with people. @throws BivouacError `user_store.unusable` */
  open(): Promise<void>;
  /** For a server: looks again from time to time where others change it as they like. */
  start(): void;
  state(): Promise<UserStoreState>;
  /**
   * Reads it anew. What it held before stays when it cannot be read.
   * @throws BivouacError `user_store.unusable`
   */
  reload(by: Actor): Promise<UserStoreState>;
  close(): Promise<void>;
}

/** How long somebody who was taken out of a database by hand keeps what he has open, milliseconds. */
const LOOK_EACH_MS = 60_000;

/** Entries that a warning names. */
const NAMED_MAX = 5;

/** Codes of the health warnings. */
const KEPT_ELSEWHERE = 'users_kept_elsewhere';
const UNREACHABLE = 'user_store_unusable';
const PROBLEMS = 'user_store_entries';
const IN_PLAIN = 'user_store_in_plain';

export function createUserStore({
  elsewhere,
  store,
  audit,
  revocation,
  health,
  clock,
  log,
}: {
  /** Undefined: our own database. */
  readonly elsewhere: { readonly directory: UserDirectory; readonly mirror: UserMirror } | undefined;
  readonly store: Pick<Store, 'externalUsers' | 'principals'>;
  readonly audit: AuditLog;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly health: Pick<Health, 'set' | 'clear'> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}): UserStore {
  const source = elsewhere?.directory.source ?? 'built_in';
  const place = elsewhere?.directory.place ?? 'the database of this kit';
  let seen = { people: 0, problems: [] as readonly RowProblem[] };
  let stopLooking: Cancel | undefined;

  async function look(mirror: UserMirror): Promise<void> {
    try {
      seen = await mirror.followAll();
    } catch (error) {
      health?.set({
        code: UNREACHABLE,
        severity: 'careful',
        text: `People are kept in ${place}, which cannot be read now: ${messageOf(error)}. What is open stays open; who signs in by password is refused where the store has to be asked.`,
      });
      throw error;
    }
    health?.clear(UNREACHABLE);
    const { problems } = seen;
    if (problems.length === 0) health?.clear(PROBLEMS);
    else {
      const named = problems.slice(0, NAMED_MAX).map(({ name, problem }) => `${name}: ${problem}`);
      const more = problems.length > NAMED_MAX ? ` And ${problems.length - NAMED_MAX} more.` : '';
      health?.set({
        code: PROBLEMS,
        severity: 'careful',
        text: `In ${place}, some entries cannot be used as they are. ${named.join('. ')}.${more}`,
      });
    }
  }

  return {
    async open() {
      const entry = audit.entry(CONSOLE, 'user_store.choose', { target: source, detail: { place } });
      for (const { id, serials } of await store.externalUsers.choose({ source, audit: entry })) {
        await revocation.announce({ principalId: id, cause: 'deleted', scope: 'all', serials });
      }
      if (elsewhere === undefined) return;
      await look(elsewhere.mirror);
      if (elsewhere.directory.isInPlain) {
        health?.set({ code: IN_PLAIN, severity: 'careful', text: inPlain(place) });
      }
      health?.set({ code: KEPT_ELSEWHERE, severity: 'careful', text: keptElsewhere(source, place) });
    },

    start() {
      if (elsewhere?.directory.isLive !== true) return;
      stopLooking ??= clock.every(LOOK_EACH_MS, () => {
        look(elsewhere.mirror).catch((error) =>
          log.warnRarely('user_store', 'auth.user_store_unusable', { error: messageOf(error) }),
        );
      });
    },

    async state() {
      if (elsewhere !== undefined) return { source, place, ...seen };
      const people = (await store.principals.list()).filter(({ kind }) => kind === 'user').length;
      return { source, place, people, problems: [] };
    },

    async reload(by) {
      if (elsewhere !== undefined) {
        await look(elsewhere.mirror);
        audit.note(audit.entry(by, 'user_store.reload', { target: source, detail: { people: seen.people } }));
        log.info('auth.user_store_reloaded', { people: seen.people, problems: seen.problems.length });
      }
      return this.state();
    },

    async close() {
      stopLooking?.();
      await elsewhere?.directory.close();
    },
  };
}

function inPlain(place: string): string {
  return `People are kept in ${place}, on another machine and without encryption on the way: whoever is in between reads hashes and secrets, and can let in whom he likes. Set compat.rport.database.db_tls = "required", with db_tls_ca.`;
}

function keptElsewhere(source: UserSource, place: string): string {
  return source === 'static'
    ? `The password of the one user stands in the configuration (${place}) for everybody who can read it, and he has no second factor. Keep people in this kit instead: take that line out.`
    : `People are kept in ${place}: their passwords are bcrypt hashes, and secrets of authenticator apps stand there in plain, for everybody who can read it. Keep it from others, or keep people in this kit.`;
}
