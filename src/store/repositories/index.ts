import type { Operations } from '../operation.ts';
import { settings } from './settings.ts';

/** All repositories, by the name under which `Store` shows them. The worker and the types read this table. */
export const repositories = {
  settings,
} satisfies Readonly<Record<string, Operations>>;

export type Repositories = typeof repositories;
