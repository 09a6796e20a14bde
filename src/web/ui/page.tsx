import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Link } from '../router/link.tsx';
import { setup } from '../session/session.ts';
import { t } from './words.ts';

/** One page: its heading takes the focus when it opens, its title stands in the history of the browser. */
export function Page({
  title,
  back,
  end,
  children,
}: {
  title: string;
  /** Address of the page above. */
  back?: string;
  /** At the right of the heading. */
  end?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A field that asked for the focus keeps it.
    if (!(document.activeElement instanceof HTMLInputElement)) heading.current?.focus();
  }, []);
  const kit = setup.value?.kitName;
  useEffect(() => {
    document.title = kit === undefined || kit === title ? title : `${title} · ${kit}`;
  }, [title, kit]);
  return (
    <main class="page">
      <header>
        {back !== undefined && (
          <Link to={back} class="back" aria-label={t('back')}>
            ‹
          </Link>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {end}
      </header>
      <div class="stack">{children}</div>
    </main>
  );
}
