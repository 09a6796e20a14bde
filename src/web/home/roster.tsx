import { addressTo } from '../router/router.ts';
import { Item, List as Rows } from '../ui/list.tsx';
import { Empty } from '../ui/states.tsx';
import { Team } from '../ui/team.tsx';
import { ageWords } from '../ui/times.ts';
import { t } from './words.ts';

/** A device that is connected now, as the roster shows it. */
export interface OnMap {
  readonly key: string;
  readonly callsign: string;
  readonly team: string;
  readonly more: string;
  readonly agoMs: number;
  readonly to?: readonly string[];
}

/** Somebody who has not been heard for so long may be in trouble, or without a battery. */
const QUIET_MS = 5 * 60_000;

function Count({ onMap }: { onMap: readonly OnMap[] }) {
  const quiet = onMap.filter(({ agoMs }) => agoMs >= QUIET_MS).length;
  return (
    <p class="count">
      <strong class={onMap.length === 0 ? 'quiet' : 'well'}>{onMap.length}</strong>
      <span>
        <b>{t('onMap')}</b>
        {onMap.length > 0 && (
          <span class="quiet">{quiet === 0 ? t('allHeard') : t('quiet', { n: quiet })}</span>
        )}
      </span>
    </p>
  );
}

function List({ onMap, empty }: { onMap: readonly OnMap[]; empty: string }) {
  if (onMap.length === 0) return <Empty text={empty} />;
  const byName = [...onMap].sort((a, b) =>
    a.callsign.localeCompare(b.callsign, undefined, { numeric: true }),
  );
  return (
    <Rows label={t('roster')}>
      {byName.map(({ key, callsign, team, more, agoMs, to }) => (
        <Item
          key={key}
          start={<Team name={team} />}
          title={callsign || t('unnamed')}
          more={more}
          end={ageWords(agoMs) || t('now')}
          {...(to === undefined ? {} : { to: addressTo(...to) })}
        />
      ))}
    </Rows>
  );
}

export const Roster = { Count, List };
