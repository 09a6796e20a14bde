import type { Migration } from './index.ts';

export const userSources: Migration = {
  id: 7,
  name: 'user-sources',
  sql: `
    -- Where a person is kept: here, or in what the operator has configured instead (a file, a database …).
    ALTER TABLE principals ADD COLUMN source TEXT NOT NULL DEFAULT 'built_in';
    -- While people are kept elsewhere, our own rest: the state that such a one goes back to. He has no claim to
    -- his name meanwhile.
    ALTER TABLE principals ADD COLUMN resting_from TEXT;

    DROP INDEX principals_live_name;
    DROP INDEX principals_live_email;
    CREATE UNIQUE INDEX principals_live_name ON principals (name_key)
      WHERE state <> 'deleted' AND resting_from IS NULL;
    CREATE UNIQUE INDEX principals_live_email ON principals (lower(email))
      WHERE state <> 'deleted' AND resting_from IS NULL;
  `,
};
