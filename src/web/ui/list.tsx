import type { ComponentChildren } from 'preact';
import { Link } from '../router/link.tsx';

export function List({ children, label }: { children: ComponentChildren; label?: string }) {
  return (
    <ul class="list" aria-label={label}>
      {children}
    </ul>
  );
}

/** One row: leads somewhere, does something, or only says something. */
export function Item({
  title,
  more,
  end,
  start,
  to,
  onPress,
}: {
  title: ComponentChildren;
  more?: ComponentChildren;
  end?: ComponentChildren;
  start?: ComponentChildren;
  to?: string;
  onPress?: () => void;
}) {
  const words = (
    <>
      {start}
      <span class="words">
        <span class="title">{title}</span>
        {more !== undefined && more !== '' && <span class="more">{more}</span>}
      </span>
      {end !== undefined && <span class="end">{end}</span>}
    </>
  );
  return (
    <li>
      {to !== undefined ? (
        <Link to={to} class="item">
          {words}
        </Link>
      ) : onPress !== undefined ? (
        <button type="button" class="item" onClick={onPress}>
          {words}
        </button>
      ) : (
        <div class="item">{words}</div>
      )}
    </li>
  );
}
