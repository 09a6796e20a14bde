import type { Migration } from './index.ts';

export const accounts: Migration = {
  id: 6,
  name: 'accounts',
  sql: `
    -- Who made an account for himself confirms his address before he may sign in.
    ALTER TABLE principals ADD COLUMN is_confirmed INTEGER NOT NULL DEFAULT 1;

    -- Links in mails. One of a kind for each principal: a newer one voids the older.
    CREATE TABLE mail_tokens (
      principal_id TEXT NOT NULL REFERENCES principals (id),
      purpose      TEXT NOT NULL CHECK (purpose IN ('confirm', 'reset')),
      hash         TEXT NOT NULL UNIQUE,         -- keyed
      email        TEXT NOT NULL,                -- to which it was sent: worth nothing once that is another
      cred_epoch   INTEGER NOT NULL,
      expires_ms   INTEGER NOT NULL,
      PRIMARY KEY (principal_id, purpose)
    ) STRICT, WITHOUT ROWID;

    -- What members of a channel may do besides using it.
    CREATE TABLE group_flags (
      bitpos INTEGER NOT NULL REFERENCES groups (bitpos),
      flag   TEXT NOT NULL,
      PRIMARY KEY (bitpos, flag)
    ) STRICT, WITHOUT ROWID;

    -- Rights to single things, of a principal or of all members of a channel.
    CREATE TABLE grants (
      principal_id TEXT REFERENCES principals (id),
      bitpos       INTEGER REFERENCES groups (bitpos),
      action       TEXT NOT NULL,
      kind         TEXT NOT NULL,
      target_id    TEXT NOT NULL,
      CHECK ((principal_id IS NULL) <> (bitpos IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX grants_once
      ON grants (coalesce(principal_id, ''), coalesce(bitpos, 0), action, kind, target_id);

    -- Calls of programs, as FreeTAKServer logs them. No secret is in it.
    CREATE TABLE api_calls (
      id           INTEGER PRIMARY KEY,
      at_ms        INTEGER NOT NULL,
      principal_id TEXT NOT NULL,
      username     TEXT NOT NULL,
      method       TEXT NOT NULL,
      endpoint     TEXT NOT NULL,
      content      TEXT NOT NULL,
      remote       TEXT NOT NULL
    ) STRICT;
  `,
};
