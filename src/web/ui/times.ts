const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Clients report every few seconds: younger than this is the present, as the display has it. */
const NOW_MS = 5 * SECOND_MS;

/** `8 s`, `12 min`, `3 h`, `2 d`; '' for the present. */
export function ageWords(agoMs: number): string {
  if (agoMs < NOW_MS) return '';
  if (agoMs < MINUTE_MS) return `${Math.floor(agoMs / SECOND_MS)} s`;
  if (agoMs < HOUR_MS) return `${Math.floor(agoMs / MINUTE_MS)} min`;
  if (agoMs < 2 * DAY_MS) return `${Math.floor(agoMs / HOUR_MS)} h`;
  return `${Math.floor(agoMs / DAY_MS)} d`;
}

/** What is left, as `9:41`. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / SECOND_MS));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** English as most of the world writes its dates: the day before the month. */
const LOCALES: Readonly<Record<string, string>> = { en: 'en-GB' };

function formatFor(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(LOCALES[language] ?? language, options);
}

/** `14:32`. */
export function clockWords(timeMs: number, language: string): string {
  return formatFor(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(timeMs);
}

/** `30 Nov 2026, 14:32`. */
export function dateWords(timeMs: number, language: string): string {
  const date = formatFor(language, { day: 'numeric', month: 'short', year: 'numeric' });
  return `${date.format(timeMs)}, ${clockWords(timeMs, language)}`;
}

/** Days from now, rounded down; negative for the past. */
export function daysUntil(timeMs: number, nowMs: number): number {
  return Math.floor((timeMs - nowMs) / DAY_MS);
}

/** What is so, and what to do about it: the first sentence, and the rest. */
export function splitWarning(text: string): { title: string; rest: string } {
  const end = /[.:](?:\s|$)/.exec(text);
  if (end === null) return { title: text, rest: '' };
  return { title: text.slice(0, end.index), rest: text.slice(end.index + 1).trim() };
}
