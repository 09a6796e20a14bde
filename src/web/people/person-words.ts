import type { Person } from '../api/generated.ts';

/** Screens and programs have principals too: they are not people, and stand elsewhere. */
export function isPerson({ kind, state }: Person): boolean {
  return kind === 'user' && state !== 'deleted';
}

/** Channels of a person, once each, whichever way they go. */
export function channelsOf({ groups }: Pick<Person, 'groups'>): string[] {
  return [...new Set(groups.map(({ name }) => name))].sort();
}
