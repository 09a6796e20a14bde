import type { Certificate, Client, Incident } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { addressTo } from '../router/router.ts';
import { api } from '../session/session.ts';
import { AskFirst } from '../ui/ask-first.tsx';
import { LinkButton } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { ageWords, dateWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { language } from '../words/words.ts';
import { clientOf } from './client-of.ts';
import { t } from './words.ts';

const PHONE_MS = 2_000;

/** One phone of a person, as the kit knows it by its certificate. */
export function PhonePage({ name, part: serial }: { name: string; part: string }) {
  const all = useLive(async () => {
    const [certificates, clients, incidents] = await Promise.all([
      api('GET /api/certs', { query: { username: name } }),
      api('GET /api/clients'),
      api('GET /api/diagnosis'),
    ]);
    const good = certificates.filter(({ revokedAtMs }) => revokedAtMs === null);
    const certificate = certificates.find((one) => one.serial === serial);
    const own = clients.filter(({ username }) => username === name);
    const client = certificate && clientOf(certificate, good, own);
    return { certificate, client, incidents };
  }, PHONE_MS);
  return (
    <Page title={t('phoneOf', { name })} back={addressTo('people', name)}>
      <Shown of={all} rows={4}>
        {({ certificate, client, incidents }) =>
          certificate === undefined ? (
            <p>{t('unknownPhone')}</p>
          ) : (
            <>
              <Connection client={client} />
              <CertificateFacts certificate={certificate} />
              {client === undefined && certificate.revokedAtMs === null && <WhyNot incidents={incidents} />}
              {certificate.revokedAtMs === null ? (
                <CutOff serial={serial} onDone={all.refresh} />
              ) : (
                <LinkButton to={addressTo('people', name, 'add')} kind="main">
                  {t('addAgain')}
                </LinkButton>
              )}
            </>
          )
        }
      </Shown>
    </Page>
  );
}

function Connection({ client }: { client: Client | undefined }) {
  if (client === undefined) {
    return (
      <div class="panel" role="status">
        <strong>{t('notConnected')}</strong>
      </div>
    );
  }
  const age = ageWords(client.lastHeardAgoMs);
  return (
    <div class="panel" role="status">
      <strong class="well">
        <span aria-hidden="true">● </span>
        {t('connected')}
        {client.callsign !== '' && ` · ${client.callsign}`}
      </strong>
      <p>
        {[client.platform, client.remote].filter((word) => word !== '').join(', ')}
        <br />
        {t('lastHeard')}: {age === '' ? t('now') : t('ago', { age })} · {t('since')}{' '}
        {dateWords(client.connectedAtMs, language.value)}
        {client.queuedBytes > 0 && (
          <>
            <br />
            {t('queue')}: {Math.ceil(client.queuedBytes / 1_000)} kB
          </>
        )}
      </p>
    </div>
  );
}

function CertificateFacts({ certificate }: { certificate: Certificate }) {
  const { serial, issuedAtMs, notAfterMs, deviceUid, revokedAtMs } = certificate;
  return (
    <section>
      <h2>{t('certificate')}</h2>
      <dl class="facts">
        <dt>{t('device')}</dt>
        <dd>{deviceUid ?? t('anyDevice')}</dd>
        <dt>{t('given')}</dt>
        <dd>{dateWords(issuedAtMs, language.value)}</dd>
        <dt>{t('until')}</dt>
        <dd>
          {revokedAtMs === null
            ? dateWords(notAfterMs, language.value)
            : `${t('revoked')}, ${dateWords(revokedAtMs, language.value)}`}
        </dd>
        <dt>{t('serial')}</dt>
        <dd class="code">{serial}</dd>
      </dl>
    </section>
  );
}

function WhyNot({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <details>
      <summary>{t('whyNot')}</summary>
      {incidents.length === 0 && <p class="quiet">{t('noTrouble')}</p>}
      {incidents.slice(0, WHY_NOT_MAX).map((incident) => (
        <div key={`${incident.code} ${incident.firstAtMs} ${incident.text}`} class="panel careful">
          <strong>{incident.text}</strong>
          <p>
            {incident.advice} ({dateWords(incident.lastAtMs, language.value)})
          </p>
        </div>
      ))}
    </details>
  );
}

/** The last attempts: more would be a log. */
const WHY_NOT_MAX = 3;

/** At once and for good: a lost phone must not have ten seconds more. Hence a question before it, and no undo after. */
function CutOff({ serial, onDone }: { serial: string; onDone: () => Promise<void> }) {
  return (
    <AskFirst
      button={t('cutOff')}
      text={t('cutOffText')}
      question={t('cutOffSure')}
      confirm={t('cutOffNow')}
      act={async (close) => {
        await api('POST /api/certs/revoke', { body: { serial } });
        close();
        notice(t('cutOffDone'));
        await onDone();
      }}
    />
  );
}
