import './home.css';
import { useLive } from '../live/use-live.ts';
import { useStream } from '../live/use-stream.ts';
import { api, isAdministrator, me, setup } from '../session/session.ts';
import { LinkButton } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { clockWords } from '../ui/times.ts';
import { useNow } from '../ui/use-now.ts';
import { language } from '../words/words.ts';
import { Alerts, PendingScreen, Warnings } from './notices.tsx';
import { type OnMap, Roster } from './roster.tsx';
import { t } from './words.ts';

/** Who is heard and how the kit is: a phone on the table shows it all day. */
const CLIENTS_MS = 2_000;
const STATUS_MS = 5_000;
const PAIRINGS_MS = 3_000;

/** The number that matters, what is wrong, the two things that people come for, and who is there. */
export function HomePage() {
  return isAdministrator.value ? <AdministratorHome /> : <MemberHome />;
}

function AdministratorHome() {
  const status = useLive(() => api('GET /api/status'), STATUS_MS);
  const clients = useLive(() => api('GET /api/clients'), CLIENTS_MS);
  const pairings = useLive(() => api('GET /api/pairings'), PAIRINGS_MS);
  const emergencies = useLive(() => api('GET /api/emergencies'), CLIENTS_MS);
  const now = status.state.value.data?.nowMs;
  return (
    <Page
      title={setup.value?.kitName ?? 'Bivouac'}
      end={now !== undefined && <span class="quiet">{clockWords(now, language.value)}</span>}
    >
      <Alerts alerts={emergencies.state.value.data ?? []} />
      <Shown of={clients} rows={4}>
        {(list) => {
          const onMap = list.map(
            (client): OnMap => ({
              key: `${client.uid} ${client.remote}`,
              callsign: client.callsign || client.username,
              team: client.team,
              more: [client.platform, ...new Set([...client.channelsOut, ...client.channelsIn])]
                .filter((word) => word !== '')
                .join(' · '),
              agoMs: client.lastHeardAgoMs,
              to: ['people', client.username],
            }),
          );
          return (
            <>
              <Roster.Count onMap={onMap} />
              <PendingScreen pairings={pairings.state.value.data ?? []} />
              <Warnings warnings={status.state.value.data?.warnings ?? []} />
              <div class="row">
                <LinkButton to="/add" kind="main">
                  {t('addPhone')}
                </LinkButton>
                <LinkButton to="/screens/pair" kind="tall">
                  {t('pairScreen')}
                </LinkButton>
              </div>
              <Roster.List onMap={onMap} empty={t('noPhones')} />
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

/** For everybody else: who is heard on their channels. */
function MemberHome() {
  const { picture } = useStream();
  const nowMs = useNow();
  const { mates, alerts } = picture.value;
  const onMap = [...mates.values()].map(
    ({ uid, callsign, team, heardAtMs }): OnMap => ({
      key: uid,
      callsign,
      team,
      more: team,
      agoMs: nowMs - heardAtMs,
    }),
  );
  return (
    <Page
      title={setup.value?.kitName ?? 'Bivouac'}
      end={<span class="quiet">{clockWords(nowMs, language.value)}</span>}
    >
      <Alerts
        alerts={[...alerts.values()].map(({ callsign, alert, heardAtMs }) => ({
          callsign,
          what: alert,
          agoMs: nowMs - heardAtMs,
        }))}
      />
      <Roster.Count onMap={onMap} />
      {me.value?.role !== 'viewer' && (
        <LinkButton to="/screens/pair" kind="tall">
          {t('pairScreen')}
        </LinkButton>
      )}
      <Roster.List onMap={onMap} empty={t('nobody')} />
    </Page>
  );
}
