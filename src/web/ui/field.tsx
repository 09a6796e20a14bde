import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { t } from './words.ts';

export interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: ComponentChildren;
  /** What is wrong with it; said when it appears. */
  fault?: string | undefined;
  type?: 'text' | 'email' | 'url' | 'password' | 'datetime-local';
  /** Of the browser: what it may fill in. */
  autocomplete?: string;
  inputMode?: 'text' | 'numeric' | 'email';
  /** Large and spaced, for a code that is copied from elsewhere. */
  isCode?: boolean;
  /** Names and codes are nothing to correct. */
  isName?: boolean;
  isRequired?: boolean;
  takesFocus?: boolean;
  maxLength?: number;
  /** Offered while typing. */
  choices?: readonly string[];
}

export function Field(props: FieldProps) {
  const id = useId();
  const { label, value, onInput, hint, fault, type = 'text', choices } = props;
  const isExact = props.isCode === true || props.isName === true || type !== 'text';
  const list = choices === undefined ? undefined : `${id}-choices`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...({ type, list } as { type: 'text' })}
        id={id}
        class={props.isCode === true ? 'code' : ''}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        autocomplete={props.autocomplete ?? 'off'}
        autocapitalize={isExact ? 'none' : undefined}
        autocorrect={isExact ? 'off' : undefined}
        spellcheck={isExact ? false : undefined}
        inputMode={props.inputMode}
        required={props.isRequired}
        maxLength={props.maxLength}
        ref={(input) => {
          if (props.takesFocus === true && input !== null && !hasHadFocus.has(input)) {
            hasHadFocus.add(input);
            input.focus();
          }
        }}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? `${id}-hint` : `${id}-hint ${id}-fault`}
      />
      {choices !== undefined && (
        <datalist id={`${id}-choices`}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
      <div id={`${id}-hint`} class="quiet small">
        {hint}
      </div>
      {fault !== undefined && (
        <div id={`${id}-fault`} class="fault small" role="alert">
          {fault}
        </div>
      )}
    </div>
  );
}

/** Inputs that took the focus when they appeared: never again, whatever is drawn anew. */
const hasHadFocus = new WeakSet<HTMLInputElement>();

/** A password, which can be looked at: typing blind on a phone in the rain is no protection. */
export function PasswordField(props: Omit<FieldProps, 'type'> & { autocomplete: string }) {
  const [isShown, show] = useState(false);
  return (
    <Field
      {...props}
      type={isShown ? 'text' : 'password'}
      isName
      hint={
        <>
          {props.hint}{' '}
          <button type="button" class="inline" onClick={() => show(!isShown)} aria-pressed={isShown}>
            {t(isShown ? 'hidePassword' : 'showPassword')}
          </button>
        </>
      }
    />
  );
}

export function Check({
  label,
  isChecked,
  onChange,
}: {
  label: ComponentChildren;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

/** One of few, all of them to be seen. */
export function Choices<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: V;
  options: readonly (readonly [value: V, words: string])[];
  onChange: (value: V) => void;
}) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="hidden">{label}</legend>
      <div class="choices">
        {options.map(([option, words]) => (
          <label key={option}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === value}
              onChange={() => onChange(option)}
            />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
