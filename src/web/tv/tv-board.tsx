import type { Alert, Board, Mate } from '../screen/board.ts';
import { TeamBadge } from '../screen/team-badge.tsx';
import { t as shared } from '../screen/words.ts';
import { ageWords, clockWords } from '../ui/times.ts';
import { useNow } from '../ui/use-now.ts';
import { language } from '../words/words.ts';
import { t } from './words.ts';

/** Somebody who has not been heard for so long may be in trouble, or without a battery. */
const QUIET_MS = 5 * 60_000;

/** Rows that fit beside the rest at 1280 × 720. */
const ROWS_MAX = 14;

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
      <section class="roster" aria-label={t('team')}>
        <Roster mates={mates} nowMs={nowMs} />
      </section>
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

function Roster({ mates, nowMs }: { mates: readonly Mate[]; nowMs: number }) {
  if (mates.length === 0) return <p class="quiet">{shared('nobody')}</p>;
  const sorted = [...mates].sort(
    (a, b) =>
      Number(a.goneAtMs !== undefined) - Number(b.goneAtMs !== undefined) ||
      a.callsign.localeCompare(b.callsign),
  );
  const hidden = sorted.length - ROWS_MAX;
  return (
    <>
      <ul>
        {sorted.slice(0, ROWS_MAX).map((mate) => (
          <Row key={mate.uid} mate={mate} nowMs={nowMs} />
        ))}
      </ul>
      {hidden > 0 && <p class="quiet">{t('more', { n: hidden })}</p>}
    </>
  );
}

function Row({ mate: { callsign, team, role, heardAtMs, goneAtMs }, nowMs }: { mate: Mate; nowMs: number }) {
  const agoMs = nowMs - heardAtMs;
  const isGone = goneAtMs !== undefined;
  const isQuiet = !isGone && agoMs >= QUIET_MS;
  return (
    <li class={isGone ? 'gone' : ''}>
      <TeamBadge name={team} />
      <span class="callsign">{callsign}</span>
      <span class="role quiet">{role}</span>
      <span class={isQuiet ? 'careful' : 'quiet'}>
        {isGone && `${shared('gone')}, `}
        {isQuiet && `${shared('quiet')}, `}
        {ageOf(nowMs - (goneAtMs ?? heardAtMs))}
      </span>
    </li>
  );
}

export function ageOf(agoMs: number): string {
  const age = ageWords(agoMs);
  return age === '' ? shared('now') : shared('ago', { age });
}
