import './shell.css';
import { useEffect } from 'preact/hooks';
import { ClaimPage } from './claim/claim-page.tsx';
import { RecoverPage } from './claim/recover-page.tsx';
import { useLive } from './live/use-live.ts';
import { matchRoute } from './router/match.ts';
import { go, path } from './router/router.ts';
import { ROUTES } from './routes.ts';
import { me, readSession, session, setup } from './session/session.ts';
import { StepUpSheet } from './session/step-up-sheet.tsx';
import { Places } from './shell.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { LinkButton } from './ui/button.tsx';
import { Page } from './ui/page.tsx';
import { Shown } from './ui/states.tsx';
import { Toasts } from './ui/toast.tsx';
import { t } from './words.ts';

/** What is shown, by who this browser is: the kit is claimed first, then somebody signs in, then the address counts. */
export function App() {
  const first = useLive(readSession, 0);
  // Lost before it was ever found: go on trying.
  useEffect(() => {
    if (session.value !== undefined || first.state.value.problem === undefined) return;
    const timer = setTimeout(() => void first.refresh(), RETRY_MS);
    return () => clearTimeout(timer);
  });
  return (
    <>
      {session.value === undefined ? <FirstContact first={first} /> : <Inside />}
      <StepUpSheet />
      <Toasts />
    </>
  );
}

const RETRY_MS = 2_000;

function FirstContact({ first }: { first: ReturnType<typeof useLive<void>> }) {
  const problem = first.state.value.problem as { status?: number } | undefined;
  if (problem?.status === 404) return <CertificatePort />;
  return (
    <Page title="Bivouac">
      <Shown of={first}>{() => null}</Shown>
    </Page>
  );
}

/** The port for certificates has no sessions. */
function CertificatePort() {
  const address = `https://${location.hostname}/`;
  return (
    <Page title={t('certificatePort')}>
      <p>{t('certificatePortText')}</p>
      <a href={address}>{address}</a>
    </Page>
  );
}

function Inside() {
  const address = path.value;
  if (address === '/recover') return <RecoverPage />;
  if (me.value === undefined) {
    return setup.value?.isClaimed === false ? <ClaimPage /> : <SignInPage />;
  }
  if (address === '/setup' || address === '/sign-in') return <Elsewhere to="/" />;
  const match = matchRoute(address, ROUTES);
  return (
    <div class="shell">
      <Places />
      <div class="place">
        {match === undefined ? <NothingHere /> : <match.page key={address} {...match.parameters} />}
      </div>
    </div>
  );
}

function Elsewhere({ to }: { to: string }) {
  useEffect(() => go(to, { replaces: true }), [to]);
  return null;
}

function NothingHere() {
  return (
    <Page title={t('nothingHere')}>
      <p>{t('nothingHereText')}</p>
      <LinkButton to="/">{t('toHome')}</LinkButton>
    </Page>
  );
}
