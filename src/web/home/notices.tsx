import type { Pairing, Status } from '../api/generated.ts';
import { Link } from '../router/link.tsx';
import { ageWords, splitWarning } from '../ui/times.ts';
import { t } from './words.ts';

export interface Emergency {
  readonly callsign: string;
  readonly what: string;
  readonly agoMs: number;
}

/** An emergency stands above everything. */
export function Alerts({ alerts }: { alerts: readonly Emergency[] }) {
  return (
    <>
      {alerts.map(({ callsign, what, agoMs }) => {
        const age = ageWords(agoMs);
        return (
          <div key={`${callsign} ${what}`} class="panel bad" role="alert">
            <strong>{t('emergency', { callsign })}</strong>
            <p>
              {what}
              {/* Read aloud once, not each second anew. */}
              <span aria-hidden="true"> · {age === '' ? t('now') : t('ago', { age })}</span>
            </p>
          </div>
        );
      })}
    </>
  );
}

/** The gravest warning; the others are one press away. */
export function Warnings({ warnings }: { warnings: Status['warnings'] }) {
  const [gravest] = warnings;
  if (gravest === undefined) return null;
  const { title, rest } = splitWarning(gravest.text);
  return (
    <div class={`panel ${gravest.severity === 'bad' ? 'bad' : 'careful'}`}>
      <strong>{title}</strong>
      {rest !== '' && <p>{rest}</p>}
      {warnings.length > 1 && (
        <p>
          <Link to="/kit/warnings">{t('moreWarnings', { n: warnings.length - 1 })}</Link>
        </p>
      )}
    </div>
  );
}

/** A screen that waits for a yes or no. */
export function PendingScreen({ pairings }: { pairings: readonly Pairing[] }) {
  const pending = pairings.find(({ state }) => state === 'pending');
  if (pending === undefined) return null;
  const { name, remote } = pending;
  return (
    <div class="panel careful" role="status">
      <strong>{t('wantsToJoin')}</strong>
      <p>{t('wantsText', { name, remote })}</p>
      <p>
        <Link to="/screens">{t('look')}</Link>
      </p>
    </div>
  );
}
