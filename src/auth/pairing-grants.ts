import { ANONYMOUS_CHANNEL } from '../core/anonymous-channel.ts';
import { BivouacError } from '../core/errors.ts';
import type { Store } from '../store/open.ts';
import { foldName } from './names.ts';
import type { Approver } from './pairing-ports.ts';
import type { User } from './ports.ts';

/** More channels than any team has: a bound for what a request can ask for. */
const CHANNELS_MAX = 100;

/** Which channels a screen may be given, and by whom. */
export function createGranting({ groups }: Pick<Store, 'groups'>) {
  return {
    /**
     * The channels by their names as they are kept.
     * @throws BivouacError `group.unknown`, `auth.forbidden` for one that the approver does not hear himself
     */
    async channelsFor(wanted: readonly string[] | undefined, { user }: Approver): Promise<string[]> {
      const all = [...(await groups.list()).map(({ name }) => name), ANONYMOUS_CHANNEL];
      const own = user === undefined ? all : heardBy(user);
      // Who looks after the kit shows the team, also when he is in no channel himself.
      const usual = user !== undefined && hearsAll(user) && user.groups.length === 0 ? all : own;
      if (wanted === undefined) return [...new Set(usual)];
      if (wanted.length > CHANNELS_MAX) {
        throw new BivouacError('request.invalid', `A screen hears at most ${CHANNELS_MAX} channels`);
      }
      const known = new Map(all.map((name) => [foldName(name), name]));
      const named = wanted.map((text) => {
        const name = known.get(foldName(text));
        if (name === undefined) throw new BivouacError('group.unknown', `There is no channel "${text}"`);
        return name;
      });
      if (user !== undefined && !hearsAll(user) && named.some((name) => !own.includes(name))) {
        throw new BivouacError('auth.forbidden', 'A screen of yours hears no channel that you do not hear');
      }
      return [...new Set(named)];
    },
  };
}

function hearsAll({ role }: User): boolean {
  return role === 'administrator' || role === 'operator';
}

function heardBy({ groups }: User): string[] {
  if (groups.length === 0) return [ANONYMOUS_CHANNEL];
  return groups.filter(({ direction }) => direction === 'OUT').map(({ name }) => name);
}
