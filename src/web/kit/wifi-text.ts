/** What a phone's camera takes as "join this Wi-Fi"; the signs that the form itself uses are escaped. */
export function wifiText(name: string, passphrase: string): string {
  const plain = (text: string) => text.replaceAll(/[\\;,:"]/g, '\\$&');
  return `WIFI:T:WPA;S:${plain(name)};P:${plain(passphrase)};;`;
}
