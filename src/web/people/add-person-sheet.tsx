import { useState } from 'preact/hooks';
import type { Person } from '../api/generated.ts';
import { NewPassword } from '../claim/new-password.tsx';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { useAction } from '../ui/use-action.ts';
import { t as shared } from '../ui/words.ts';
import { ChannelPicker } from './channel-picker.tsx';
import { channelsOf } from './person-words.ts';
import { RolePicker } from './role-picker.tsx';
import { t } from './words.ts';

/** Somebody without a phone yet: an operator at a desk, a second administrator. */
export function AddPersonSheet({
  people,
  onClose,
}: {
  people: readonly Person[];
  onClose: (isChanged: boolean) => void;
}) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Person['role']>('user');
  const [password, setPassword] = useState('');
  const [channels, setChannels] = useState<readonly string[]>([]);
  const add = useAction(async () => {
    const body = { name: name.trim(), role, groups: [...channels] };
    await api('POST /api/people', { body: password === '' ? body : { ...body, password } });
    onClose(true);
  });
  return (
    <Sheet title={t('addPerson')} onClose={() => onClose(false)}>
      <Form
        action={add}
        end={
          <>
            <Button kind="main" type="submit" isBusy={add.isBusy}>
              {t('addPerson')}
            </Button>
            <Button kind="plain" onPress={() => onClose(false)}>
              {shared('cancel')}
            </Button>
          </>
        }
      >
        <Field
          label={t('name')}
          hint={t('nameHint')}
          value={name}
          onInput={setName}
          isName
          isRequired
          takesFocus
          maxLength={64}
        />
        <RolePicker role={role} onChange={setRole} />
        <ChannelPicker
          label={t('channels')}
          all={[...new Set(people.flatMap(channelsOf))]}
          chosen={channels}
          onChange={setChannels}
        />
        <NewPassword
          label={t('password')}
          hint={t('passwordHint')}
          value={password}
          onInput={setPassword}
          isOptional
        />
      </Form>
    </Sheet>
  );
}
