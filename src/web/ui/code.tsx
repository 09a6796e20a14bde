import { groupedCode } from './grouped-code.ts';

/** A code to read out or to type: large, grouped, never broken over a line; a screen reader spells it. */
export function Code({ code }: { code: string }) {
  return (
    <p class="big-code">
      <span aria-hidden="true">{groupedCode(code)}</span>
      <span class="hidden">{[...code].join(' ')}</span>
    </p>
  );
}
