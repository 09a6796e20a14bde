/** The base64 of a PEM text in its lines of 64 characters, without the markers. */
export function pemLines(pem: string): string {
  return pem
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('-----'))
    .join('\n');
}
