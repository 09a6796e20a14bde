/** What the firewall is to let in. */
export interface FirewallFacts {
  /** TCP ports of the kit that others may reach. */
  readonly ports: readonly number[];
  /** Well-known ports that lead to ones that need no rights: `{ 443: 8446 }`. */
  readonly redirects: Readonly<Record<number, number>>;
  /** Whether these are open on the wire and on an uplink too, and not on the hotspot alone. */
  readonly opensWire: boolean;
  /** TCP ports of other programs of this machine, everywhere. */
  readonly alsoOpens: readonly number[];
}

/** Whom the rules know by interface. */
export interface FirewallSets {
  readonly device: string;
  readonly clientsMayTalk: boolean;
}

export const FIREWALL_TABLE = 'inet bivouac';

/**
 * One table of its own beside those of others (NetworkManager has one for the hotspot's addresses): in nftables a
 * packet needs the consent of every table, so what is dropped here stays dropped. Written anew in one transaction.
 *
 * The kit forwards nothing: a phone in the hotspot reaches the kit, and other phones where an administrator wants
 * that. Between phones of one radio the radio itself sees to it (ap-isolation); here it is for several.
 */
export function firewallRules(facts: FirewallFacts, sets: FirewallSets | undefined): string {
  const { ports, redirects, opensWire, alsoOpens } = facts;
  const where = opensWire ? '' : 'iifname @hotspot ';
  const accepted = (list: readonly number[], from: string) =>
    list.length === 0 ? [] : [`${from}tcp dport { ${sorted(list).join(', ')} } accept`];
  const input = [
    'iif "lo" accept',
    'ct state established,related accept',
    'ct state invalid drop',
    // ICMP and ICMPv6 by number: nft looks their names up in /etc/protocols, which a small system does not have.
    'meta l4proto { 1, 58 } accept',
    // The kit's own addresses in networks of others.
    'udp sport 67 udp dport 68 accept',
    'ip6 saddr fe80::/10 udp dport 546 accept',
    // Addresses and names for the hotspot.
    'iifname @hotspot udp dport { 53, 67 } accept',
    'iifname @hotspot tcp dport 53 accept',
    // bivouac.local
    `${where}udp dport 5353 accept`,
    ...accepted(ports, where),
    ...accepted(alsoOpens, ''),
  ];
  const redirect = Object.entries(redirects).map(
    ([from, to]) => `fib daddr type local tcp dport ${from} redirect to :${to}`,
  );
  return [
    // So that there is one to delete.
    `table ${FIREWALL_TABLE}`,
    `delete table ${FIREWALL_TABLE}`,
    `table ${FIREWALL_TABLE} {`,
    `  set hotspot { type ifname; ${elements(sets === undefined ? [] : [sets.device])}}`,
    `  set talking { type ifname; ${elements(sets?.clientsMayTalk === true ? [sets.device] : [])}}`,
    ...chain('input', 'type filter hook input priority filter; policy drop;', input),
    ...chain('forward', 'type filter hook forward priority filter; policy drop;', [
      'iifname @talking oifname @talking accept',
    ]),
    ...chain('prerouting', 'type nat hook prerouting priority dstnat;', redirect),
    '}',
    '',
  ].join('\n');
}

/** The same two sets in a table that is there. */
export function firewallSetRules(sets: FirewallSets | undefined): string {
  const members: readonly (readonly [set: string, device: string])[] =
    sets === undefined
      ? []
      : [['hotspot', sets.device], ...(sets.clientsMayTalk ? [['talking', sets.device] as const] : [])];
  return [
    `flush set ${FIREWALL_TABLE} hotspot`,
    `flush set ${FIREWALL_TABLE} talking`,
    ...members.map(([set, device]) => `add element ${FIREWALL_TABLE} ${set} { "${device}" }`),
    '',
  ].join('\n');
}

function chain(name: string, head: string, rules: readonly string[]): string[] {
  return [`  chain ${name} {`, `    ${head}`, ...rules.map((rule) => `    ${rule}`), '  }'];
}

function elements(devices: readonly string[]): string {
  return devices.length === 0 ? '' : `elements = { ${devices.map((name) => `"${name}"`).join(', ')} } `;
}

function sorted(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}
