import type { Certificate, Client, Person } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { addressTo } from '../router/router.ts';
import { api, me } from '../session/session.ts';
import { LinkButton } from '../ui/button.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { daysUntil } from '../ui/times.ts';
import { clientOf } from './client-of.ts';
import { LockOut } from './lock-out.tsx';
import { channelsOf } from './person-words.ts';
import { roleWords, t } from './words.ts';

const PERSON_MS = 5_000;

/** One person: phones, channels, what they may do, how they sign in, and how to lock them out. */
export function PersonPage({ name }: { name: string }) {
  const all = useLive(async () => {
    const path = { name };
    const [person, certificates, clients] = await Promise.all([
      api('GET /api/people/{name}', { path }),
      api('GET /api/certs', { query: { username: name } }),
      api('GET /api/clients'),
    ]);
    return { person, certificates, clients: clients.filter(({ username }) => username === name) };
  }, PERSON_MS);
  return (
    <Page title={name} back="/people">
      <Shown of={all} rows={5}>
        {({ person, certificates, clients }) => (
          <>
            {person.state === 'disabled' && (
              <div class="panel careful">
                <strong>{t('disabled')}</strong>
              </div>
            )}
            {person.state === 'enabled' && (
              <LinkButton to={addressTo('people', name, 'add')} kind="main">
                {t('addPhone')}
              </LinkButton>
            )}
            <Phones person={person} certificates={certificates} clients={clients} />
            <List>
              <Item
                title={t('channels')}
                more={channelsOf(person).join(', ') || t('noChannels')}
                to={addressTo('people', name, 'channels')}
              />
              <Item
                title={t('roleOf')}
                more={roleWords(person.role)}
                to={addressTo('people', name, 'role')}
              />
              <Item
                title={t('signIn')}
                more={signInWords(person)}
                to={addressTo('people', name, 'sign-in')}
              />
            </List>
            {person.id === me.value?.id ? (
              <p class="quiet">{t('isMe')}</p>
            ) : (
              <LockOut person={person} onChange={all.refresh} />
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Phones({
  person,
  certificates,
  clients,
}: {
  person: Person;
  certificates: readonly Certificate[];
  clients: readonly Client[];
}) {
  const nowMs = Date.now();
  const isGood = (one: Certificate) => one.revokedAtMs === null && one.notAfterMs > nowMs;
  const good = certificates.filter(isGood);
  const over = certificates.filter((one) => !isGood(one));
  const rows = (list: readonly Certificate[]) => (
    <List label={t('phones')}>
      {list.map((one) => {
        const client = clientOf(one, good, clients);
        return (
          <Item
            key={one.serial}
            title={client?.callsign || one.deviceUid || t('anyDevice')}
            more={certificateWords(one, nowMs)}
            end={
              client !== undefined && (
                <span class="well">
                  <span aria-hidden="true">● </span>
                  {t('connected')}
                </span>
              )
            }
            to={addressTo('people', person.name, one.serial)}
          />
        );
      })}
    </List>
  );
  return (
    <section>
      <h2>{t('phones')}</h2>
      {good.length === 0 ? <p class="quiet">{t('noPhones')}</p> : rows(good)}
      {over.length > 0 && (
        <details>
          <summary>{t('showOld', { n: over.length })}</summary>
          {rows(over)}
        </details>
      )}
    </section>
  );
}

function certificateWords({ revokedAtMs, notAfterMs }: Certificate, nowMs: number): string {
  if (revokedAtMs !== null) return t('revoked');
  const days = daysUntil(notAfterMs, nowMs);
  return days < 0 ? t('expired') : t('renewsIn', { n: days });
}

function signInWords({ hasPassword, isPasswordExpired }: Person): string {
  return t(isPasswordExpired ? 'passwordExpired' : hasPassword ? 'hasPassword' : 'hasNone');
}
