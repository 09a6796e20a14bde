import type { Pairing } from '../api/generated.ts';
import { api } from '../session/session.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { ageWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { useNow } from '../ui/use-now.ts';
import { kindWords } from './kind-words.ts';
import { t } from './words.ts';

/**
 * A screen that waits. Its code is told to nobody here: whoever lets it in has read the code from it, and so stands
 * before it.
 */
export function AskingScreen({ pairing, onDone }: { pairing: Pairing; onDone: () => void }) {
  const { id, kind, name, remote, createdMs } = pairing;
  const age = ageWords(useNow() - createdMs);
  const refuse = useAction(async () => {
    await api('POST /api/pairings/{id}/refuse', { path: { id } });
    notice(t('refused'));
    onDone();
  });
  return (
    <section class="panel stack" aria-label={t('pending')}>
      <p class="plain">
        <b>{kindWords(kind) === name ? name : `${kindWords(kind)} · ${name}`}</b>
        <br />
        <span class="quiet small">
          {age === '' ? t('askedNow', { remote }) : t('askedFrom', { remote, age })}
        </span>
      </p>
      <Problem problem={refuse.problem} />
      <div class="row">
        <LinkButton to="/screens/pair" kind="main">
          {t('typeItsCode')}
        </LinkButton>
        <Button kind="tall" isBusy={refuse.isBusy} onPress={() => void refuse.run()}>
          {t('refuse')}
        </Button>
      </div>
    </section>
  );
}
