import { t as shared } from '../screen/words.ts';
import { ageWords } from '../ui/times.ts';

/** `8 s ago`, or `now`. */
export function ageOf(agoMs: number): string {
  const age = ageWords(agoMs);
  return age === '' ? shared('now') : shared('ago', { age });
}
