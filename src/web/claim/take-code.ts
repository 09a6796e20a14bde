import { codeOfFragment } from './fragment-code.ts';

/**
 * The code behind the `#` of the address that the display's QR code holds: it never travelled to any server. It is
 * taken off the address, so that it stays in no history.
 */
export function takeCodeFromAddress(): string {
  const code = codeOfFragment(location.hash);
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return code;
}
