import type { Migration } from './index.ts';

export const sessions: Migration = {
  id: 3,
  name: 'sessions',
  sql: `
    -- What somebody holds who has signed in. A session that ends is deleted: what is not here is not good.
    -- No secret is here either: \`hash\` is keyed, and the key is not in the database.
    CREATE TABLE sessions (
      number           INTEGER PRIMARY KEY AUTOINCREMENT,
      id               TEXT NOT NULL UNIQUE,
      principal_id     TEXT NOT NULL REFERENCES principals (id),
      kind             TEXT NOT NULL
                         CHECK (kind IN ('cookie', 'refresh', 'ots', 'rport', 'taxii', 'takeout', 'media')),
      hash             TEXT NOT NULL UNIQUE,
      cred_epoch       INTEGER NOT NULL,         -- of the principal, when it was opened
      family           TEXT NOT NULL,            -- id of the first of those that live and end together
      methods          TEXT NOT NULL,            -- JSON: how the person proved who it is
      created_ms       INTEGER NOT NULL,
      authenticated_ms INTEGER NOT NULL,
      last_seen_ms     INTEGER NOT NULL,
      expires_ms       INTEGER NOT NULL,         -- in any case
      idle_expires_ms  INTEGER NOT NULL,         -- unless it is used before
      idle_ms          INTEGER,                  -- how far each use moves that; null: it does not move
      remote           TEXT NOT NULL,
      user_agent       TEXT NOT NULL,
      spent_ms         INTEGER,                  -- a refresh token that was exchanged
      spent_remote     TEXT,
      spent_user_agent TEXT
    ) STRICT;
    CREATE INDEX sessions_principal ON sessions (principal_id);
    CREATE INDEX sessions_family ON sessions (family);

    -- Personal tokens of programs.
    CREATE TABLE api_tokens (
      prefix       TEXT PRIMARY KEY,
      principal_id TEXT NOT NULL REFERENCES principals (id),
      name         TEXT NOT NULL,
      hash         TEXT NOT NULL UNIQUE,
      scope        TEXT NOT NULL,
      cred_epoch   INTEGER NOT NULL,
      created_ms   INTEGER NOT NULL,
      expires_ms   INTEGER NOT NULL,
      last_used_ms INTEGER,
      UNIQUE (principal_id, name)
    ) STRICT, WITHOUT ROWID;

    -- File tokens for one use that were used, until they are over anyway.
    CREATE TABLE file_uses (
      id         TEXT PRIMARY KEY,
      expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
