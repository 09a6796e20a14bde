import './screens.css';
import { useState } from 'preact/hooks';
import type { FoundRequest, OpenCode } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { go } from '../router/router.ts';
import { api, me } from '../session/session.ts';
import { Bar } from '../ui/bar.tsx';
import { Button, LinkButton } from '../ui/button.tsx';
import { Code } from '../ui/code.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { countdown } from '../ui/times.ts';
import { useAction } from '../ui/use-action.ts';
import { useNow } from '../ui/use-now.ts';
import { PairingRequest } from './pairing-request.tsx';
import { t } from './words.ts';

/** Either the kit shows a code and the device types it, or the device shows one and a person types it here. */
export function PairPage() {
  const role = me.value?.role;
  return (
    <Page title={t('pair')} back="/screens">
      {(role === 'administrator' || role === 'operator') && <CodeOfKit />}
      <CodeOfScreen />
    </Page>
  );
}

/** How long the kit shows its code; for the length of the bar. */
const OPEN_MS = 120_000;
const WATCH_MS = 1_000;

function CodeOfKit() {
  const [open, setOpen] = useState<OpenCode | undefined>(undefined);
  const show = useAction(async () => setOpen(await api('POST /api/pairings/open', { body: {} })));
  const stop = useAction(async () => {
    await api('DELETE /api/pairings/open');
    setOpen(undefined);
  });
  return (
    <section class="stack">
      {open === undefined ? (
        <Button kind="main" isBusy={show.isBusy} onPress={() => void show.run()}>
          {t('showCode')}
        </Button>
      ) : (
        <ShownCode open={open} onStop={() => void stop.run()} onAgain={() => void show.run()} />
      )}
      <Problem problem={show.problem ?? stop.problem} />
    </section>
  );
}

function ShownCode({ open, onStop, onAgain }: { open: OpenCode; onStop: () => void; onAgain: () => void }) {
  const leftMs = open.expiresMs - useNow();
  const pairings = useLive(() => api('GET /api/pairings'), WATCH_MS);
  const list = pairings.state.value.data;
  const device = list?.find(({ id }) => id === open.id);
  const isUsed = device !== undefined && device.state !== 'open';
  if (isUsed) {
    return (
      <div class="panel" role="status">
        <strong class="well">{t('used')}</strong>
        <p>{device.name}</p>
        <LinkButton to="/screens">{t('title')}</LinkButton>
      </div>
    );
  }
  if (leftMs <= 0 || (list !== undefined && device === undefined)) {
    return (
      <div class="stack" role="status">
        <p>{t('ended')}</p>
        <Button kind="main" onPress={onAgain}>
          {t('showCode')}
        </Button>
      </div>
    );
  }
  return (
    <>
      <p class="quiet">{t('kitCode')}</p>
      <Code code={open.code} />
      <Bar share={leftMs / OPEN_MS} />
      <p class="quiet">
        {t('kitCodeText')} {t('left', { left: countdown(leftMs) })}
      </p>
      <Button kind="tall" onPress={onStop}>
        {t('stop')}
      </Button>
    </>
  );
}

function CodeOfScreen() {
  const [code, setCode] = useState('');
  const [found, setFound] = useState<FoundRequest | undefined>(undefined);
  const find = useAction(async () => {
    setFound(await api('POST /api/pairings/find', { body: { code: code.trim() } }));
  });
  if (found !== undefined) {
    return <PairingRequest request={found} code={code.toUpperCase()} onDone={() => go('/screens')} />;
  }
  return (
    <section class="stack">
      <h2>{t('or')}</h2>
      <Form
        action={find}
        end={
          <Button kind="tall" type="submit" isBusy={find.isBusy}>
            {t('find')}
          </Button>
        }
      >
        <Field label={t('code')} value={code} onInput={setCode} isCode isRequired maxLength={16} />
      </Form>
    </section>
  );
}
