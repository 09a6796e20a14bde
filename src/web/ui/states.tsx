import type { ComponentChildren } from 'preact';
import { ApiProblem } from '../api/problem.ts';
import type { Live } from '../live/live.ts';
import { wordsOf } from './problem.tsx';
import { t } from './words.ts';

/**
 * Shows what is asked for again and again, in whichever state it is: loading (nothing, then a skeleton), refused,
 * failed, stale (the last data greyed), or as it should be.
 */
export function Shown<T>({
  of,
  rows = 3,
  children,
}: {
  of: Live<T>;
  /** Of the skeleton: about as tall as what will come. */
  rows?: number;
  children: (data: T) => ComponentChildren;
}) {
  const { data, problem } = of.state.value;
  if (data !== undefined) {
    // The same elements in both states: what somebody is typing in there stays.
    return (
      <>
        {problem === undefined ? null : <Stale problem={problem} />}
        <div class={problem === undefined ? 'stack' : 'stack stale'}>{children(data)}</div>
      </>
    );
  }
  if (problem === undefined) return <Skeleton rows={rows} />;
  return <Stale problem={problem} />;
}

function Stale({ problem }: { problem: unknown }) {
  if (problem instanceof ApiProblem && problem.isLost) {
    return (
      <div class="panel careful" role="status">
        <strong>{t('lost')}</strong>
        <p>{t('lostAdvice')}</p>
      </div>
    );
  }
  if (problem instanceof ApiProblem && problem.status === 403) {
    return (
      <div class="panel careful" role="status">
        <strong>{t('refused')}</strong>
        <p>{t('refusedAdvice')}</p>
      </div>
    );
  }
  const { title, text } = wordsOf(problem);
  return (
    <div class="panel bad" role="status">
      <strong>{title}</strong>
      <p>{text}</p>
    </div>
  );
}

/** Nothing for the first 0.3 s (in ui.css): what comes at once must not flicker. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t('loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}

/** A list with nothing in it: one sentence, and what fills it. */
export function Empty({ text, children }: { text: string; children?: ComponentChildren }) {
  return (
    <div class="stack">
      <p class="quiet">{text}</p>
      {children}
    </div>
  );
}
