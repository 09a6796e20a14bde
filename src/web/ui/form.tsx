import type { ComponentChildren } from 'preact';
import { Problem } from './problem.tsx';
import type { Action } from './use-action.ts';

/** A form whose fields the page checks itself, with what went wrong above its button. */
export function Form({
  action,
  children,
  end,
}: {
  action: Action<[]>;
  children: ComponentChildren;
  /** Its button. */
  end: ComponentChildren;
}) {
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void action.run();
      }}
    >
      {children}
      <Problem problem={action.problem} />
      {end}
    </form>
  );
}
