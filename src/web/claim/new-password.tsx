import { setup } from '../session/session.ts';
import { PasswordField } from '../ui/field.tsx';
import { passwordRules } from './password-rules.ts';
import { t } from './words.ts';

/** A password that is being chosen, with the kit's rules beside it: each says whether it is met. */
export function NewPassword({
  value,
  onInput,
  label = t('password'),
  hint,
  isOptional = false,
}: {
  value: string;
  onInput: (value: string) => void;
  label?: string;
  hint?: string;
  /** Empty is as good: the rules stand there once something is typed. */
  isOptional?: boolean;
}) {
  const policy = setup.value?.password ?? { minLength: 0, forbiddenChars: '' };
  return (
    <div class="stack">
      <PasswordField
        label={label}
        hint={hint}
        value={value}
        onInput={onInput}
        autocomplete="new-password"
        isRequired={!isOptional}
      />
      <ul class="rules small" hidden={isOptional && value === ''}>
        {passwordRules(value, policy).map(({ rule, isMet }) => (
          <li key={rule} class={isMet ? 'well' : 'quiet'}>
            <span aria-hidden="true">{isMet ? '✓' : '○'}</span>
            <span>
              {rule === 'length'
                ? t('ruleLength', { n: policy.minLength })
                : t('ruleChars', { chars: [...policy.forbiddenChars].join(' ') })}
              <span class="hidden"> ({t(isMet ? 'met' : 'unmet')})</span>
            </span>
          </li>
        ))}
        <li class="quiet">
          <span aria-hidden="true">·</span>
          <span>{t('ruleGuess')}</span>
        </li>
      </ul>
    </div>
  );
}
