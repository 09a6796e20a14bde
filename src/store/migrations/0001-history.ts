import type { Migration } from './index.ts';

export const history: Migration = {
  id: 1,
  name: 'history',
  sql: `
    -- Small facts of the kit, by name; the value is JSON.
    CREATE TABLE settings (
      key        TEXT PRIMARY KEY,
      value      TEXT NOT NULL,
      updated_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
