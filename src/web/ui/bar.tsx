import { t } from './words.ts';

/** How much time is left, as a length. */
export function Bar({ share }: { share: number }) {
  const percent = Math.round(Math.max(0, Math.min(1, share)) * 100);
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label={t('timeLeft')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}
