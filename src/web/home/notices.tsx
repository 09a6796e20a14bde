import type { Pairing, Status } from '../api/generated.ts';
import type { Alert } from '../live/picture.ts';
import { Link } from '../router/link.tsx';
import { kindWords } from '../screens/kind-words.ts';
import { groupedCode } from '../ui/grouped-code.ts';
import { splitWarning } from '../ui/times.ts';
import { t } from './words.ts';

/** An emergency stands above everything. */
export function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  return (
    <>
      {alerts.map(({ uid, callsign, alert }) => (
        <div key={uid} class="panel bad" role="alert">
          <strong>{t('emergency', { callsign })}</strong>
          <p>{alert}</p>
        </div>
      ))}
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
  const { kind, name, code = '' } = pending;
  return (
    <div class="panel careful" role="status">
      <strong>{t('wantsToJoin')}</strong>
      <p>{t('wantsText', { kind: kindWords(kind), name, code: groupedCode(code) })}</p>
      <p>
        <Link to="/screens">{t('look')}</Link>
      </p>
    </div>
  );
}
