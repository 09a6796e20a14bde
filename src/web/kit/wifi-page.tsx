import { useState } from 'preact/hooks';
import type { Hotspot } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Check, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Qr } from '../ui/qr.tsx';
import { Shown } from '../ui/states.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './system-words.ts';
import { wifiText } from './wifi-text.ts';

const HOTSPOT_MS = 5_000;

/** The kit's own Wi-Fi: how to join it, who is in it, and how it is set. */
export function WifiPage() {
  const hotspot = useLive(() => api('GET /api/system/hotspot'), HOTSPOT_MS);
  return (
    <Page title={t('wifi')} back="/kit">
      <Shown of={hotspot} rows={5}>
        {(now) =>
          now.state === 'absent' ? (
            <p>{t('absent')}</p>
          ) : (
            <>
              <Now hotspot={now} />
              <Settings first={now} onChange={hotspot.set} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

function Now({ hotspot }: { hotspot: Hotspot }) {
  const { state, name, passphrase, address, stations, problem } = hotspot;
  const words = [
    problem ?? '',
    state === 'on' && problem === undefined ? t('stations', { n: stations.length }) : '',
    address === undefined ? '' : `${t('address')}: ${address}`,
  ];
  return (
    <>
      <div class={state === 'failed' ? 'panel bad' : 'panel'} role="status">
        <strong class={state === 'on' ? 'well' : ''}>{t(state)}</strong>
        <p>{words.filter((part) => part !== '').join(' · ')}</p>
      </div>
      {state === 'on' && passphrase !== undefined && (
        <details>
          <summary>{t('join')}</summary>
          <Qr text={wifiText(name, passphrase)} label={t('qr')} />
        </details>
      )}
      {stations.length > 0 && (
        <details>
          <summary>{t('who')}</summary>
          <List label={t('who')}>
            {stations.map((station) => (
              <Item
                key={station.mac}
                title={station.name ?? station.address ?? station.mac}
                more={station.mac}
              />
            ))}
          </List>
        </details>
      )}
    </>
  );
}

/** What is typed stays while the state above it changes. */
function Settings({ first, onChange }: { first: Hotspot; onChange: (now: Hotspot) => void }) {
  const [isOn, setOn] = useState(first.state !== 'off');
  const [name, setName] = useState(first.name);
  const [passphrase, setPassphrase] = useState(first.passphrase ?? '');
  const [country, setCountry] = useState(first.country);
  const [channel, setChannel] = useState(String(first.channel));
  const [clientsMayTalk, letTalk] = useState(first.clientsMayTalk);
  const save = useAction(async () => {
    const settings = { isOn, name, country: country.toUpperCase(), channel: Number(channel), clientsMayTalk };
    const body = passphrase === '' ? settings : { ...settings, passphrase };
    onChange(await api('PUT /api/system/hotspot', { body }));
    notice(t('saved'));
  });
  return (
    <Form
      action={save}
      end={
        <Button kind="main" type="submit" isBusy={save.isBusy}>
          {t('save')}
        </Button>
      }
    >
      <Check label={t('isOn')} isChecked={isOn} onChange={setOn} />
      <Field label={t('name')} value={name} onInput={setName} isName isRequired maxLength={32} />
      <Field
        label={t('passphrase')}
        hint={t('passphraseHint')}
        value={passphrase}
        onInput={setPassphrase}
        isName
        maxLength={63}
      />
      <Field
        label={t('country')}
        hint={t('countryHint')}
        value={country}
        onInput={setCountry}
        isName
        isRequired
        maxLength={2}
      />
      <Field
        label={t('channel')}
        hint={t('channelHint')}
        value={channel}
        onInput={setChannel}
        inputMode="numeric"
        isRequired
        maxLength={3}
      />
      <Check label={t('clientsMayTalk')} isChecked={clientsMayTalk} onChange={letTalk} />
    </Form>
  );
}
