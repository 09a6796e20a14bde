import type { FoundRequest } from '../api/generated.ts';
import { channelWords } from '../people/channel-words.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { groupedCode } from '../ui/grouped-code.ts';
import { Problem } from '../ui/problem.tsx';
import { ageWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { useNow } from '../ui/use-now.ts';
import { kindWords } from './kind-words.ts';
import { t } from './words.ts';

/** Who asks, what it will see, and the two answers. */
export function PairingRequest({
  request,
  code,
  onDone,
}: {
  request: FoundRequest;
  code: string;
  onDone: () => void;
}) {
  const { id, kind, name, remote, createdMs, channels } = request;
  const age = ageWords(useNow() - createdMs);
  const allow = useAction(async () => {
    await api('POST /api/pairings/{id}/approve', { path: { id }, body: {} });
    notice(t('allowed', { name }));
    onDone();
  });
  const refuse = useAction(async () => {
    await api('POST /api/pairings/{id}/refuse', { path: { id } });
    notice(t('refused'));
    onDone();
  });
  return (
    <section class="panel stack" aria-label={t('isItYours', { kind: kindWords(kind) })}>
      <p class="plain">
        <b>{kindWords(kind) === name ? name : `${kindWords(kind)} · ${name}`}</b>
        <br />
        <span class="quiet small">
          {age === '' ? t('askedNow', { remote }) : t('askedFrom', { remote, age })}
        </span>
      </p>
      <p class="request-code code">{groupedCode(code)}</p>
      <p class="plain">{t('compare')}</p>
      <p>{t('willSee', { channels: channels.map(channelWords).join(', ') || '–' })}</p>
      <Problem problem={allow.problem ?? refuse.problem} />
      <div class="row">
        <Button kind="main" isBusy={allow.isBusy} onPress={() => void allow.run()}>
          {t('allow')}
        </Button>
        <Button kind="tall" isBusy={refuse.isBusy} onPress={() => void refuse.run()}>
          {t('refuse')}
        </Button>
      </div>
    </section>
  );
}
