/** Teams of ATAK (`__group name`), which people know by their colours. */
export const TEAM_COLOURS = {
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
} as const;

export type TeamColour = keyof typeof TEAM_COLOURS;

/** Undefined for a name that ATAK does not know. */
export function teamColour(name: string | undefined): TeamColour | undefined {
  return name !== undefined && Object.hasOwn(TEAM_COLOURS, name) ? (name as TeamColour) : undefined;
}
