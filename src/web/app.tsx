import './shell.css';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { ConfirmPage } from './by-mail/confirm-page.tsx';
import { ForgotPage } from './by-mail/forgot-page.tsx';
import { NewPasswordPage } from './by-mail/new-password-page.tsx';
import { RegisterPage } from './by-mail/register-page.tsx';
import { ClaimPage } from './claim/claim-page.tsx';
import { RecoverPage } from './claim/recover-page.tsx';
import { useLive } from './live/use-live.ts';
import { matchRoute } from './router/match.ts';
import { go, path } from './router/router.ts';
import { isForAdministrators, ROUTES } from './routes.ts';
import { isAdministrator, me, readSession, session, setup } from './session/session.ts';
import { StepUpSheet } from './session/step-up-sheet.tsx';
import { Places } from './shell.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { LinkButton } from './ui/button.tsx';
import { Page } from './ui/page.tsx';
import { Shown } from './ui/states.tsx';
import { Toasts } from './ui/toast.tsx';
import { t as shared } from './ui/words.ts';
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

/** For whoever cannot sign in yet or any more; a link of a mail may find somebody else signed in. */
const OPEN_PAGES: Readonly<Record<string, { readonly page: ComponentType } | undefined>> = {
  '/recover': { page: RecoverPage },
  '/register': { page: RegisterPage },
  '/confirm': { page: ConfirmPage },
  '/forgot': { page: ForgotPage },
  '/new-password': { page: NewPasswordPage },
};

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
  const open = OPEN_PAGES[address];
  if (open !== undefined) return <open.page key={address} />;
  if (me.value === undefined) {
    return setup.value?.isClaimed === false ? <ClaimPage /> : <SignInPage />;
  }
  if (address === '/setup' || address === '/sign-in') return <Elsewhere to="/" />;
  const match = matchRoute(address, ROUTES);
  const isRefused = isForAdministrators(address) && !isAdministrator.value;
  return (
    <div class="shell">
      <Places />
      <div class="place">
        {match === undefined ? (
          <NothingHere />
        ) : isRefused ? (
          <NotForYou key={address} />
        ) : (
          <match.page key={address} {...match.parameters} />
        )}
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

function NotForYou() {
  return (
    <Page title={shared('refused')}>
      <p>{shared('refusedAdvice')}</p>
      <LinkButton to="/">{t('toHome')}</LinkButton>
    </Page>
  );
}
