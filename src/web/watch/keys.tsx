import { useState } from 'preact/hooks';
import { Refused } from '../screen/kit-door.ts';
import { t as shared } from '../screen/words.ts';
import { groupedCode } from '../ui/grouped-code.ts';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

/** Letters and digits of the kit's code, five groups that are first tapped, then opened: a watch has no keyboard. */
const GROUPS = ['23456', '789ABC', 'DEFGHK', 'MNPQRS', 'TUVWXYZ'] as const;
const CODE_LENGTH = 6;

/** Types the code of the kit in twelve taps, each on a target as wide as a thumb. */
export function Keys({ onCode }: { onCode: (code: string) => Promise<void> }) {
  const [code, setCode] = useState('');
  const [group, setGroup] = useState<string | undefined>(undefined);
  const send = useAction(async (whole: string) => {
    try {
      await onCode(whole);
    } finally {
      setCode('');
    }
  });
  const press = (key: string) => {
    const next = code + key;
    setCode(next);
    setGroup(undefined);
    if (next.length === CODE_LENGTH) void send.run(next);
  };
  return (
    <div class="keys">
      <p class="typed code" role="status">
        {send.problem !== undefined ? textOf(send.problem) : groupedCode(code.padEnd(CODE_LENGTH, '·'))}
      </p>
      <div class="pad">
        {group === undefined
          ? GROUPS.map((keys) => (
              <button type="button" key={keys} onClick={() => setGroup(keys)}>
                {keys}
              </button>
            ))
          : [...group].map((key) => (
              <button
                type="button"
                key={key}
                class="one"
                aria-label={t('key', { key })}
                onClick={() => press(key)}
              >
                {key}
              </button>
            ))}
        <button
          type="button"
          aria-label={group === undefined ? t('erase') : shared('code')}
          onClick={() => (group === undefined ? setCode(code.slice(0, -1)) : setGroup(undefined))}
        >
          ‹
        </button>
      </div>
    </div>
  );
}

/** The kit's own words, or that it is out of reach. */
function textOf(problem: unknown): string {
  return problem instanceof Refused && problem.message !== '' ? problem.message : shared('lost');
}
