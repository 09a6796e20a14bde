import { ApiProblem } from '../api/problem.ts';
import { t } from './words.ts';

/** What went wrong, in words, with what to do: said aloud when it appears. */
export function Problem({ problem }: { problem: unknown }) {
  if (problem === undefined || problem === null) return null;
  const { title, text } = wordsOf(problem);
  return (
    <div class="panel bad" role="alert">
      <strong>{title}</strong>
      <p>{text}</p>
    </div>
  );
}

export function wordsOf(problem: unknown): { title: string; text: string } {
  if (!(problem instanceof ApiProblem)) {
    return { title: t('failed'), text: t('failedAdvice', { code: 'page' }) };
  }
  if (problem.isLost) return { title: t('lostCall'), text: t('lostCallAdvice') };
  const waitMs = problem.details['retryAfterMs'];
  if (typeof waitMs === 'number') {
    return { title: problem.message, text: t('waitFor', { n: Math.ceil(waitMs / 1_000) }) };
  }
  // The kit's own sentence says what is so; its code is for whoever helps.
  if (problem.message !== '' && problem.status < 500) return { title: problem.message, text: problem.code };
  return { title: problem.message || t('failed'), text: t('failedAdvice', { code: problem.code }) };
}
