const BROWSERS = [
  ['Edg', 'Edge'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'Mac'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;
/** Of a program that says something else. */
const SHOWN_MAX = 40;

/** `Chrome, Android`: what a person knows a device by, of what its browser says at length. */
export function browserWords(userAgent: string): string {
  const found = [BROWSERS, SYSTEMS].map((known) => known.find(([sign]) => userAgent.includes(sign))?.[1]);
  const words = found.filter((word) => word !== undefined);
  return words.length > 0 ? words.join(', ') : userAgent.slice(0, SHOWN_MAX);
}
