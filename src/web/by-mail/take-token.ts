/**
 * The token behind the `#` of a mail's link; '' when there is none. It is taken off the address, so that it stays in
 * no history.
 */
export function takeTokenFromAddress(): string {
  const token = location.hash.slice(1);
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return token;
}
