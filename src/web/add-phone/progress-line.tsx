import './add-phone.css';
import { useEffect } from 'preact/hooks';
import type { Invitation, InvitationProgress } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Shown } from '../ui/states.tsx';
import { t } from './words.ts';

/** Somebody looks at it and waits. */
const PROGRESS_MS = 1_000;
const STEPS = ['waiting', 'fetched', 'certified', 'connected'] as const;

/** The live line: how far the phone has come, and what keeps it. */
export function ProgressLine({
  invitation,
  onConnected,
}: {
  invitation: Invitation;
  onConnected: () => void;
}) {
  const { id } = invitation;
  const progress = useLive(() => api('GET /api/invitations/{id}', { path: { id } }), PROGRESS_MS);
  const step = progress.state.value.data?.step;
  useEffect(() => {
    if (step === 'connected') onConnected();
  }, [step]);
  return (
    <Shown of={progress} rows={1}>
      {(now) => <Line progress={now} />}
    </Shown>
  );
}

function Line({ progress }: { progress: InvitationProgress }) {
  const { step, troubles } = progress;
  const at = STEPS.indexOf(step);
  const [trouble] = troubles;
  const isThere = step === 'connected';
  return (
    <div class="stack tight">
      <div class="steps" role="img" aria-label={t('steps', { n: at + 1 })}>
        {STEPS.map((known, index) => (
          <span key={known} class={index < at || isThere ? 'done' : index === at ? 'here' : ''} />
        ))}
      </div>
      <p role="status">
        <b class={isThere ? 'well' : ''}>{titleOf(progress)}</b> <span class="quiet">{t(`${step}More`)}</span>
      </p>
      {trouble !== undefined && (
        <div class="panel careful" role="alert">
          <strong>{trouble.text}</strong>
          <p>{trouble.advice}</p>
        </div>
      )}
    </div>
  );
}

function titleOf({ step, client, callsign, username }: InvitationProgress): string {
  if (step === 'connected') return t('connected', { callsign: callsign ?? username });
  return t(step === 'fetched' && client === 'itak' ? 'fetchedItak' : step);
}
