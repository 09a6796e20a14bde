import { useState } from 'preact/hooks';
import { type Board, distanceM, distanceWords, type Mate } from '../screen/board.ts';
import { TeamBadge } from '../screen/team-badge.tsx';
import { t as shared } from '../screen/words.ts';
import { ageWords, clockWords } from '../ui/times.ts';
import { useNow } from '../ui/use-now.ts';
import { language } from '../words/words.ts';
import { askForPlace, ownPlace } from './own-place.ts';
import { t } from './words.ts';

/** Rows that a round face of 200 × 200 has room for. */
const ROWS = 3;

export function WatchBoard({
  board,
  isLive,
  onColours,
}: {
  board: Board;
  isLive: boolean;
  onColours: () => void;
}) {
  const nowMs = useNow();
  const [page, setPage] = useState(0);
  const here = ownPlace.value;
  const alerts = [...board.alerts.values()].sort((a, b) => b.sinceMs - a.sinceMs);
  const mates = [...board.mates.values()].filter(({ goneAtMs }) => goneAtMs === undefined);
  const far = ({ place }: Mate) =>
    here === undefined || place === undefined ? Number.POSITIVE_INFINITY : distanceM(here, place);
  mates.sort((a, b) => (here === undefined ? b.heardAtMs - a.heardAtMs : far(a) - far(b)));
  const pages = Math.max(1, Math.ceil(mates.length / ROWS));
  const first = (page % pages) * ROWS;
  const [alert] = alerts;
  const away = alert?.place && here ? distanceWords(distanceM(here, alert.place)) : undefined;
  return (
    <main class={isLive ? 'watch' : 'watch lost'}>
      <header>
        <button type="button" class="face" onClick={onColours}>
          {clockWords(nowMs, language.value)}
          <span class="hidden"> {t('colours')}</span>
        </button>
      </header>
      {!isLive && (
        <p class="careful small" role="status">
          ▲ {shared('lost')}
        </p>
      )}
      {alert !== undefined && (
        <section class="alarm" role="alert">
          <h1>{alert.callsign}</h1>
          <p>{[alert.what, away ?? ageOf(nowMs - alert.sinceMs)].join(' · ')}</p>
          {alerts.length > 1 && <p>+{alerts.length - 1}</p>}
        </section>
      )}
      {alert === undefined && <h1 class="calm well">{t('calm')}</h1>}
      <button type="button" class="near" onClick={() => setPage(page + 1)}>
        <span class="hidden">{t(here === undefined ? 'last' : 'nearest')}</span>
        {mates.length === 0 && <span class="quiet">{shared('nobody')}</span>}
        {mates.slice(first, first + (alert === undefined ? ROWS : 1)).map((one) => (
          <span class="mate" key={one.uid}>
            <TeamBadge name={one.team} />
            <b>{one.callsign}</b>
            <span class="quiet">
              {Number.isFinite(far(one))
                ? distanceWords(far(one))
                : ageWords(nowMs - one.heardAtMs) || shared('now')}
            </span>
          </span>
        ))}
        <span class="hidden">{t('next')}</span>
      </button>
      {here === undefined && 'geolocation' in navigator && (
        <button type="button" class="link" onClick={askForPlace}>
          {t('where')}
        </button>
      )}
    </main>
  );
}

function ageOf(agoMs: number): string {
  const age = ageWords(agoMs);
  return age === '' ? shared('now') : shared('ago', { age });
}
