import { useState } from 'preact/hooks';
import type { Calls, Factors } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { api, readSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Qr } from '../ui/qr.tsx';
import { Shown } from '../ui/states.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { SentCodes } from './sent-codes.tsx';
import { t } from './words.ts';

/** What is asked for beside the password: an app, codes that are sent, and codes for the day when both are lost. */
export function FactorsPage() {
  const factors = useLive(() => api('GET /api/me/factors'), 0);
  const refresh = async () => {
    // Switching one on or off opens a new session for this browser.
    await readSession();
    await factors.refresh();
  };
  return (
    <Page title={t('factors')} back="/me">
      <Shown of={factors} rows={4}>
        {(known) => (
          <>
            <App factors={known} onChange={refresh} />
            {known.offered.includes('recovery_code') && <Recovery factors={known} onChange={refresh} />}
            <SentCodes factors={known} onChange={refresh} />
          </>
        )}
      </Shown>
    </Page>
  );
}

interface PartProps {
  factors: Factors;
  onChange: () => Promise<void>;
}

function App({ factors, onChange }: PartProps) {
  const [offer, setOffer] = useState<Calls['POST /api/me/factors/totp']['answer'] | undefined>(undefined);
  const begin = useAction(async () => setOffer(await api('POST /api/me/factors/totp')));
  const remove = useAction(async () => {
    await api('DELETE /api/me/factors/totp');
    notice(t('removed'));
    await onChange();
  });
  const isActive = factors.totp === 'active';
  if (!isActive && !factors.offered.includes('totp')) return null;
  return (
    <section class="stack">
      <h2>{t('app')}</h2>
      <p class={isActive ? 'well' : 'quiet'}>{t(isActive ? 'appActive' : 'appNone')}</p>
      {isActive && (
        <Button isBusy={remove.isBusy} onPress={() => void remove.run()}>
          {t('removeApp')}
        </Button>
      )}
      {!isActive && offer === undefined && (
        <Button kind="main" isBusy={begin.isBusy} onPress={() => void begin.run()}>
          {t('setUp')}
        </Button>
      )}
      <Problem problem={begin.problem ?? remove.problem} />
      {!isActive && offer !== undefined && <Activate offer={offer} onChange={onChange} />}
    </section>
  );
}

function Activate({
  offer,
  onChange,
}: {
  offer: { secret: string; uri: string };
  onChange: () => Promise<void>;
}) {
  const [code, setCode] = useState('');
  const activate = useAction(async () => {
    await api('POST /api/me/factors/totp/activate', { body: { code: code.trim() } });
    notice(t('activated'));
    await onChange();
  });
  return (
    <>
      <p>{t('scanIt')}</p>
      <Qr text={offer.uri} label={t('qrLabel')} />
      <p class="small">
        {t('orType')} <span class="code">{offer.secret}</span>
      </p>
      <Form
        action={activate}
        end={
          <Button kind="main" type="submit" isBusy={activate.isBusy}>
            {t('activate')}
          </Button>
        }
      >
        <Field
          label={t('code')}
          value={code}
          onInput={setCode}
          isCode
          isRequired
          inputMode="numeric"
          autocomplete="one-time-code"
        />
      </Form>
    </>
  );
}

function Recovery({ factors, onChange }: PartProps) {
  const [codes, setCodes] = useState<readonly string[]>([]);
  const make = useAction(async () => {
    const made = await api('POST /api/me/factors/recovery-codes');
    await onChange();
    setCodes(made.codes);
  });
  return (
    <section class="stack">
      <h2>{t('recovery')}</h2>
      <p class="quiet">{t('recoveryLeft', { n: factors.recoveryCodes })}</p>
      {codes.length > 0 && (
        <div class="panel" role="status">
          <p class="plain">{t('recoveryText')}</p>
          <ul class="codes code">
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
        </div>
      )}
      <Button isBusy={make.isBusy} onPress={() => void make.run()}>
        {t('newRecovery')}
      </Button>
      <Problem problem={make.problem} />
    </section>
  );
}
