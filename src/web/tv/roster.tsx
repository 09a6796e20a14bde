import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Mate } from '../screen/board.ts';
import { TeamBadge } from '../screen/team-badge.tsx';
import { t as shared } from '../screen/words.ts';
import { ageOf } from './age-of.ts';
import { rosterPage } from './roster-page.ts';
import { t } from './words.ts';

/** Somebody who has not been heard for so long may be in trouble, or without a battery. */
const QUIET_MS = 5 * 60_000;
/** Height of a row, in the root's font size: tv.css has it too. */
const ROW_REM = 3;
/** On a phone the page is as long as its list. */
const NARROW = '(max-width: 700px)';

/** Who is there, then who has left, each by callsign. */
export function Roster({ mates, nowMs }: { mates: readonly Mate[]; nowMs: number }) {
  const box = useRef<HTMLElement>(null);
  const [rows, setRows] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const section = box.current;
    if (section === null) return;
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const isNarrow = matchMedia(NARROW).matches;
      setRows(isNarrow ? Number.POSITIVE_INFINITY : Math.floor(section.clientHeight / (ROW_REM * rem)));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(section);
    measure();
    return () => observer.disconnect();
  }, []);
  const sorted = [...mates].sort(
    (a, b) =>
      Number(a.goneAtMs !== undefined) - Number(b.goneAtMs !== undefined) ||
      a.callsign.localeCompare(b.callsign, undefined, { numeric: true }),
  );
  const { columns, start, end, pages } = rosterPage(sorted.length, rows, nowMs);
  const shown = sorted.slice(start, end);
  return (
    <section ref={box} class="roster" aria-label={t('team')}>
      {sorted.length === 0 && <p class="quiet">{shared('nobody')}</p>}
      <ul
        class={columns === 2 ? 'dense' : ''}
        style={columns === 2 ? { gridTemplateRows: `repeat(${Math.ceil(shown.length / 2)}, auto)` } : {}}
      >
        {shown.map((mate) => (
          <Row key={mate.uid} mate={mate} nowMs={nowMs} />
        ))}
      </ul>
      {pages > 1 && (
        <p class="turn quiet">{t('page', { first: start + 1, last: end, all: sorted.length })}</p>
      )}
    </section>
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
