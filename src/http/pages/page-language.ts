/** Languages of the pages that the kit writes itself. */
export type PageLanguage = 'en' | 'de';

/** German where the browser asks for it first; English for everybody else. */
export function pageLanguage(acceptLanguage: string | undefined): PageLanguage {
  const [first = ''] = (acceptLanguage ?? '').split(',');
  return /^\s*de\b/i.test(first) ? 'de' : 'en';
}
