import type { Alert, Board } from '../screen/board.ts';
import { t as shared } from '../screen/words.ts';
import { clockWords } from '../ui/times.ts';
import { useNow } from '../ui/use-now.ts';
import { language } from '../words/words.ts';
import { ageOf } from './age-of.ts';
import { Roster } from './roster.tsx';
import { t } from './words.ts';

export function TvBoard({ board, isLive }: { board: Board; isLive: boolean }) {
  const nowMs = useNow();
  const alerts = [...board.alerts.values()].sort((a, b) => b.sinceMs - a.sinceMs);
  const mates = [...board.mates.values()];
  const here = mates.filter(({ goneAtMs }) => goneAtMs === undefined);
  return (
    <main class={`tv ${isLive ? '' : 'lost'} ${alerts.length > 0 ? 'alarmed' : ''}`}>
      <header>
        <h1>
          <strong class={here.length === 0 ? 'quiet' : 'well'}>{here.length}</strong> {t('onMap')}
        </h1>
        <p class={isLive ? 'link quiet' : 'link careful'} role="status">
          <span aria-hidden="true">{isLive ? '●' : '▲'} </span>
          {shared(isLive ? 'live' : 'lost')}
        </p>
        <time>{clockWords(nowMs, language.value)}</time>
      </header>
      {alerts.length > 0 && <Alerts alerts={alerts} nowMs={nowMs} />}
      <Roster mates={mates} nowMs={nowMs} />
      <div class="beside">
        {/* Where the map will be; until then the chat has all of it. */}
        <section class="chat">
          <h2>{t('chat')}</h2>
          {board.chat.length === 0 && <p class="quiet">{t('noChat')}</p>}
          <ul>
            {board.chat.map(({ uid, callsign, room, text, atMs }) => (
              <li key={uid}>
                <span class="quiet">
                  {clockWords(atMs, language.value)} {room}
                </span>
                <br />
                <b>{callsign}</b> {text}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </main>
  );
}

function Alerts({ alerts, nowMs }: { alerts: readonly Alert[]; nowMs: number }) {
  return (
    <section class="alerts" role="alert">
      {alerts.map(({ uid, callsign, what, text, place, sinceMs }) => (
        <div key={uid}>
          <h2>
            {shared('emergency')}: {callsign}
          </h2>
          <p>
            {[
              what,
              clockWords(sinceMs, language.value),
              ageOf(nowMs - sinceMs),
              place && `${place.lat.toFixed(5)} ${place.lon.toFixed(5)}`,
              text,
            ]
              .filter((part) => part !== undefined && part !== '')
              .join(' · ')}
          </p>
        </div>
      ))}
    </section>
  );
}
