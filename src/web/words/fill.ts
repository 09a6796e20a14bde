export type Values = Readonly<Record<string, string | number>>;

/** A text with its places filled, in the form that its number asks for. */
export function fill(text: string, values: Values, select: (n: number) => string): string {
  const [one = '', other = one] = text.split('|');
  const form = typeof values['n'] === 'number' && select(values['n']) === 'one' ? one : other;
  return form.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
