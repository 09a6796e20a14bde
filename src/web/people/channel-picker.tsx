import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Check, Field } from '../ui/field.tsx';
import { channelWords } from './channel-words.ts';
import { t } from './words.ts';

/** Channels that there are, to be ticked, and a new one to be typed. */
export function ChannelPicker({
  label,
  all,
  chosen,
  onChange,
}: {
  label: string;
  all: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}) {
  const [typed, type] = useState('');
  const known = [...new Set([...all, ...chosen])].sort();
  const add = () => {
    const name = typed.trim();
    if (name === '') return;
    onChange([...new Set([...chosen, name])]);
    type('');
  };
  return (
    <fieldset class="field">
      <legend class="label">
        <b>{label}</b>
      </legend>
      {known.map((channel) => (
        <Check
          key={channel}
          label={channelWords(channel)}
          isChecked={chosen.includes(channel)}
          onChange={(isIn) => onChange(isIn ? [...chosen, channel] : chosen.filter((one) => one !== channel))}
        />
      ))}
      <div class="row bottom">
        <Field label={t('newChannel')} value={typed} onInput={type} isName maxLength={64} />
        <Button onPress={add}>{t('addChannel')}</Button>
      </div>
    </fieldset>
  );
}
