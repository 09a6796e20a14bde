import type { ComponentChildren } from 'preact';
import { Link } from '../router/link.tsx';

/** `main`: the thing to do here, one per page. `destructive`: stands alone, and its words say what will happen. */
export type ButtonKind = 'main' | 'second' | 'tall' | 'plain' | 'destructive';

export function Button({
  kind = 'second',
  type = 'button',
  isBusy = false,
  isDisabled = false,
  onPress,
  children,
  ...rest
}: {
  kind?: ButtonKind;
  type?: 'button' | 'submit';
  /** What was pressed is being done: it cannot be pressed twice, and keeps the focus. */
  isBusy?: boolean;
  isDisabled?: boolean;
  onPress?: () => void;
  children: ComponentChildren;
  'aria-expanded'?: boolean;
  'aria-label'?: string;
}) {
  return (
    <button
      {...rest}
      type={type}
      class={`button ${kind}`}
      disabled={isDisabled}
      aria-disabled={isBusy}
      aria-busy={isBusy}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onPress?.();
      }}
    >
      {children}
    </button>
  );
}

export function LinkButton({
  to,
  kind = 'second',
  children,
}: {
  to: string;
  kind?: ButtonKind;
  children: ComponentChildren;
}) {
  return (
    <Link to={to} class={`button ${kind}`}>
      {children}
    </Link>
  );
}
