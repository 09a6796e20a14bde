import { useState } from 'preact/hooks';
import type { Calls, Person } from '../api/generated.ts';
import { NewPassword } from '../claim/new-password.tsx';
import { useLive } from '../live/use-live.ts';
import { addressTo, go } from '../router/router.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Shown } from '../ui/states.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { ChannelPicker } from './channel-picker.tsx';
import { channelsOf, isPerson } from './person-words.ts';
import { RolePicker } from './role-picker.tsx';
import { t } from './words.ts';

const once = (name: string) => () => api('GET /api/people/{name}', { path: { name } });

/** The channels of a person. */
export function PersonChannelsPage({ name }: { name: string }) {
  const both = useLive(async () => ({ person: await once(name)(), people: await api('GET /api/people') }), 0);
  return (
    <Page title={`${name}: ${t('channels')}`} back={addressTo('people', name)}>
      <Shown of={both}>
        {({ person, people }) => (
          <ChannelForm person={person} all={[...new Set(people.filter(isPerson).flatMap(channelsOf))]} />
        )}
      </Shown>
    </Page>
  );
}

function ChannelForm({ person, all }: { person: Person; all: readonly string[] }) {
  const [chosen, choose] = useState<readonly string[]>(channelsOf(person));
  const save = useSave(person.name, () => ({ groups: [...chosen] }));
  return (
    <Form action={save} end={<SaveButton isBusy={save.isBusy} />}>
      <ChannelPicker label={t('channels')} all={all} chosen={chosen} onChange={choose} />
    </Form>
  );
}

/** What a person may do. */
export function PersonRolePage({ name }: { name: string }) {
  const person = useLive(once(name), 0);
  return (
    <Page title={`${name}: ${t('roleOf')}`} back={addressTo('people', name)}>
      <Shown of={person}>{(known) => <RoleForm person={known} />}</Shown>
    </Page>
  );
}

function RoleForm({ person }: { person: Person }) {
  const [role, setRole] = useState(person.role);
  const save = useSave(person.name, () => ({ role }));
  return (
    <Form action={save} end={<SaveButton isBusy={save.isBusy} />}>
      <RolePicker role={role} onChange={setRole} />
    </Form>
  );
}

/** How a person signs in: a new password, lost factors, everywhere out. */
export function PersonSignInPage({ name }: { name: string }) {
  const person = useLive(once(name), 0);
  const [password, setPassword] = useState('');
  const path = { name };
  const save = useSave(name, () => ({ password }));
  const expire = useAction(async () => {
    await api('POST /api/people/{name}/expire-password', { path });
    notice(t('saved'));
  });
  const factors = useAction(async () => {
    await api('DELETE /api/people/{name}/factors', { path });
    notice(t('saved'));
  });
  const sessions = useAction(async () => {
    const { ended } = await api('DELETE /api/people/{name}/sessions', { path });
    notice(t('endedSessions', { n: ended }));
  });
  return (
    <Page title={`${name}: ${t('signIn')}`} back={addressTo('people', name)}>
      <Form
        action={save}
        end={
          <Button kind="main" type="submit" isBusy={save.isBusy}>
            {t('setPassword')}
          </Button>
        }
      >
        <NewPassword value={password} onInput={setPassword} />
      </Form>
      <Shown of={person} rows={1}>
        {({ email }) => <EmailForm name={name} email={email ?? ''} />}
      </Shown>
      <Button isBusy={expire.isBusy} onPress={() => void expire.run()}>
        {t('expirePassword')}
      </Button>
      <Problem problem={expire.problem} />
      <Button isBusy={sessions.isBusy} onPress={() => void sessions.run()}>
        {t('endSessions')}
      </Button>
      <Problem problem={sessions.problem} />
      <div>
        <Button kind="destructive" isBusy={factors.isBusy} onPress={() => void factors.run()}>
          {t('removeFactors')}
        </Button>
        <p class="quiet small">{t('removeFactorsText')}</p>
      </div>
      <Problem problem={factors.problem} />
    </Page>
  );
}

function EmailForm({ name, email: known }: { name: string; email: string }) {
  const [email, setEmail] = useState(known);
  const save = useSave(name, () => ({ email: email.trim() }));
  return (
    <Form
      action={save}
      end={
        <Button type="submit" isBusy={save.isBusy} isDisabled={email.trim() === known}>
          {t('setEmail')}
        </Button>
      }
    >
      <Field
        label={t('email')}
        hint={t('emailHint')}
        type="email"
        inputMode="email"
        value={email}
        onInput={setEmail}
        maxLength={254}
      />
    </Form>
  );
}

function useSave(name: string, body: () => Calls['PATCH /api/people/{name}']['body']) {
  return useAction(async () => {
    await api('PATCH /api/people/{name}', { path: { name }, body: body() });
    notice(t('saved'));
    go(addressTo('people', name));
  });
}

function SaveButton({ isBusy }: { isBusy: boolean }) {
  return (
    <Button kind="main" type="submit" isBusy={isBusy}>
      {t('save')}
    </Button>
  );
}
