import type { ComponentChildren } from 'preact';
import { go } from './router.ts';

/** A link within the pages: the browser's own with a new tab, ours without loading anything. */
export function Link({
  to,
  children,
  ...rest
}: {
  to: string;
  children: ComponentChildren;
  class?: string;
  'aria-label'?: string;
  'aria-current'?: 'page';
}) {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        const isForBrowser = event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0;
        if (isForBrowser || event.defaultPrevented) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
