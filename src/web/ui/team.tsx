import { teamOf } from './team-colours.ts';

/** Somebody's team: its colour, and its initials where colours are not to be had. */
export function Team({ name }: { name: string }) {
  const team = teamOf(name);
  return (
    <span class="team" style={{ '--team': team?.fill ?? 'transparent' }} title={name}>
      <span aria-hidden="true">{team?.initials ?? ''}</span>
    </span>
  );
}
