import { useId } from 'preact/hooks';
import type { Person } from '../api/generated.ts';
import { roleWords, t } from './words.ts';

const ROLES = [
  ['user', 'roleUser'],
  ['operator', 'roleOperator'],
  ['viewer', 'roleViewer'],
  ['administrator', 'roleAdministrator'],
] as const;

/** The four roles, each with what it may do. */
export function RolePicker({
  role,
  onChange,
}: {
  role: Person['role'];
  onChange: (role: Person['role']) => void;
}) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="label">
        <b>{t('roleOf')}</b>
      </legend>
      {ROLES.map(([key, words]) => (
        <label key={key} class="check">
          <input type="radio" name={name} checked={role === key} onChange={() => onChange(key)} />
          <span>
            <b>{roleWords(key)}</b>
            <br />
            <span class="quiet small">{t(words)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
