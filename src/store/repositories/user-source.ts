import type { Db } from '../db.ts';
import { settings } from './settings.ts';

/** Where people are kept. One of them at a time. */
export const USER_SOURCES = ['built_in', 'static', 'file', 'database'] as const;
export type UserSource = (typeof USER_SOURCES)[number];

/** Name of the fact; absent for `built_in` until another one was ever chosen. */
const KEY = 'auth.userSource';

export function userSource(db: Db): UserSource {
  const kept = settings.get.run(db, KEY);
  return USER_SOURCES.find((source) => source === kept) ?? 'built_in';
}

export function setUserSource(db: Db, source: UserSource, nowMs: number): void {
  settings.set.run(db, { key: KEY, value: source, nowMs });
}
