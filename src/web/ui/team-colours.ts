/** Teams of ATAK, in the colours of the display. For people and nothing else. */
export const TEAM_COLOURS: Readonly<Record<string, { readonly fill: string; readonly initials: string }>> = {
  White: { fill: '#ffffff', initials: 'W' },
  Yellow: { fill: '#ffe14d', initials: 'Y' },
  Orange: { fill: '#ff8c1a', initials: 'O' },
  Magenta: { fill: '#ff4df2', initials: 'M' },
  Red: { fill: '#ff3b30', initials: 'R' },
  Maroon: { fill: '#a03048', initials: 'Ma' },
  Purple: { fill: '#c07cff', initials: 'P' },
  'Dark Blue': { fill: '#3157d6', initials: 'DB' },
  Blue: { fill: '#4da3ff', initials: 'B' },
  Cyan: { fill: '#3fd0e0', initials: 'C' },
  Teal: { fill: '#1fa08f', initials: 'T' },
  Green: { fill: '#4cd964', initials: 'G' },
  'Dark Green': { fill: '#2e8b40', initials: 'DG' },
  Brown: { fill: '#a9743f', initials: 'Br' },
};

export function teamOf(name: string): (typeof TEAM_COLOURS)[string] | undefined {
  return Object.hasOwn(TEAM_COLOURS, name) ? TEAM_COLOURS[name] : undefined;
}
