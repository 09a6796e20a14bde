/** The code that an address carries behind its `#`; '' when that is something else. */
export function codeOfFragment(fragment: string): string {
  const code = fragment.replace(/^#/, '').toUpperCase();
  return /^[A-Z0-9]{4}-?[A-Z0-9]{4}$/.test(code) ? code : '';
}
