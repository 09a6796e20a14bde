import { teamOf } from '../ui/team-colours.ts';

/** Somebody's team as it is read across a tent: its colour with its initials in it; initials alone in red night. */
export function TeamBadge({ name }: { name: string }) {
  const team = teamOf(name);
  return (
    <span
      class={`badge ${isDark(team?.fill) ? 'dark' : ''}`}
      style={{ '--team': team?.fill ?? 'transparent' }}
    >
      <span aria-hidden="true">{team?.initials ?? ''}</span>
      <span class="hidden">{name}</span>
    </span>
  );
}

/** Black does not reach 4.5 : 1 on these. */
function isDark(fill: string | undefined): boolean {
  return fill === '#a03048' || fill === '#3157d6';
}
