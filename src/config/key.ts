import type { z } from 'zod';

/**
 * One configuration key. `apply` says what it takes for a changed value to count: `live` at once, `listener`
 * reopens that listener, `restart` needs a restart of the server.
 */
export interface Key<T extends z.ZodType = z.ZodType> {
  readonly schema: T;
  /** As a person would write it in the file; parsed by `schema` like any other value. */
  readonly default: z.input<T>;
  /** One sentence for docs/configuration.md. */
  readonly description: string;
  readonly unit?: string;
  readonly apply: 'live' | 'listener' | 'restart';
}

export interface Table {
  readonly [name: string]: Key | Table;
}

/** The configuration that a table of keys describes, after parsing. */
export type ConfigOf<T extends Table> = {
  readonly [N in keyof T]: T[N] extends Key<infer S>
    ? z.output<S>
    : T[N] extends Table
      ? ConfigOf<T[N]>
      : never;
};

export function key<T extends z.ZodType>(
  schema: T,
  about: { default: z.input<T>; description: string; unit?: string; apply?: Key['apply'] },
): Key<T> {
  return { schema, apply: 'restart', ...about };
}

export function isKey(entry: Key | Table): entry is Key {
  return 'schema' in entry && 'description' in entry;
}

/** All keys with their dotted names, in the order of the schema. */
export function flatten(table: Table, prefix = ''): ReadonlyMap<string, Key> {
  const keys = new Map<string, Key>();
  for (const [name, entry] of Object.entries(table)) {
    if (isKey(entry)) keys.set(prefix + name, entry);
    else for (const [inner, innerKey] of flatten(entry, `${prefix}${name}.`)) keys.set(inner, innerKey);
  }
  return keys;
}
