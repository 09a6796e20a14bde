import { useEffect, useState } from 'preact/hooks';
import type { Invitation } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { addressTo } from '../router/router.ts';
import { api } from '../session/session.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Code } from '../ui/code.tsx';
import { Choices } from '../ui/field.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Qr } from '../ui/qr.tsx';
import { Skeleton } from '../ui/states.tsx';
import { countdown } from '../ui/times.ts';
import { useAction } from '../ui/use-action.ts';
import { useNow } from '../ui/use-now.ts';
import { addressForPhones } from './address-for-phones.ts';
import { OnDisplay } from './on-display.tsx';
import { ProgressLine } from './progress-line.tsx';
import { t } from './words.ts';

type Client = Invitation['client'];

const CLIENTS: readonly (readonly [Client, string])[] = [
  ['atak', 'ATAK'],
  ['itak', 'iTAK'],
  ['wintak', 'WinTAK'],
];

/** The code stands there as soon as the page does; below it a line says how far the phone has come. */
export function InvitePage({ name }: { name: string }) {
  const [client, setClient] = useState<Client>('atak');
  const [invitation, setInvitation] = useState<Invitation | undefined>(undefined);
  const [isConnected, connected] = useState(false);
  const [isOnDisplay, showOnDisplay] = useState(false);
  const invite = useAction(async (onDisplay: boolean) => {
    setInvitation(undefined);
    const host = addressForPhones(location.hostname);
    const body = { client, onDisplay, ...(host === undefined ? {} : { host }) };
    setInvitation(await api('POST /api/people/{name}/invitations', { path: { name }, body }));
    showOnDisplay(onDisplay);
  });
  // Another app or another code goes where the last one was shown.
  const again = () => void invite.run(isOnDisplay);
  const isWrong = invitation?.client !== client;
  // Whoever changes the app while a code is made gets the code of the app that is chosen in the end.
  useEffect(() => {
    if (isWrong && !invite.isBusy && invite.problem === undefined) again();
  }, [isWrong, invite.isBusy]);
  return (
    <Page title={t('title', { name })} back={addressTo('people', name)}>
      <Choices
        label={t('app')}
        value={client}
        options={CLIENTS}
        onChange={(chosen) => {
          invite.forget();
          setClient(chosen);
        }}
      />
      <Problem problem={invite.problem} />
      {invitation === undefined && invite.problem === undefined && <Skeleton rows={5} />}
      {invitation !== undefined && (
        <>
          {!isConnected && <ToShow invitation={invitation} />}
          <ProgressLine key={invitation.id} invitation={invitation} onConnected={() => connected(true)} />
          {!isConnected && (
            <>
              <Left expiresMs={invitation.expiresMs} onNew={again} />
              <OnDisplay
                isShown={isOnDisplay}
                isBusy={invite.isBusy}
                onShow={() => void invite.run(true)}
                onHidden={() => showOnDisplay(false)}
              />
            </>
          )}
        </>
      )}
      {invite.problem !== undefined && (
        <Button kind="tall" onPress={again}>
          {t('makeAgain')}
        </Button>
      )}
      {isConnected && (
        <div class="row">
          <LinkButton to="/" kind="main">
            {t('done')}
          </LinkButton>
          <LinkButton to="/add" kind="tall">
            {t('another')}
          </LinkButton>
        </div>
      )}
    </Page>
  );
}

/** What the person with the phone scans, does and types. */
function ToShow({ invitation }: { invitation: Invitation }) {
  const hotspot = useLive(() => api('GET /api/system/hotspot'), 0).state.value.data;
  const wifi = hotspot?.state === 'on' ? hotspot.name : undefined;
  const { client, username, code, scan, packageUrl } = invitation;
  const clientName = CLIENTS.find(([key]) => key === client)?.[1] ?? client;
  return (
    <>
      <Qr text={scan} label={t('qr', { client: clientName })} />
      <ol class="todo">
        <li>{wifi === undefined ? t('joinWifi') : t('joinWifiNamed', { wifi })}</li>
        {client === 'atak' && <li>{t('scanAtak')}</li>}
        {client === 'itak' && <li>{t('scanItak')}</li>}
        {client === 'wintak' && (
          <>
            <li>{t('openWintak', { url: packageUrl })}</li>
            <li>{t('importWintak')}</li>
          </>
        )}
        <li>
          {t('typeCode', { name: '\u0000' })
            .split('\u0000')
            .flatMap((part, at) => (at === 0 ? [part] : [<b key="name">{username}</b>, part]))}
        </li>
      </ol>
      {code !== undefined && <Code code={code} />}
    </>
  );
}

/** How long the code is good, and another one. */
function Left({ expiresMs, onNew }: { expiresMs: number; onNew: () => void }) {
  const leftMs = expiresMs - useNow();
  return (
    <p class="left quiet small">
      {leftMs > 0 ? t('left', { left: countdown(leftMs) }) : t('over')} ·{' '}
      <button type="button" class="inline" onClick={onNew}>
        {t('newCode')}
      </button>
    </p>
  );
}
