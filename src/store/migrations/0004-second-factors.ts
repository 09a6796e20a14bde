import type { Migration } from './index.ts';

export const secondFactors: Migration = {
  id: 4,
  name: 'second-factors',
  sql: `
    -- Authenticator apps. A pending secret counts for nothing until the first good code.
    CREATE TABLE totp (
      principal_id TEXT PRIMARY KEY REFERENCES principals (id),
      secret       BLOB NOT NULL,                -- sealed
      status       TEXT NOT NULL CHECK (status IN ('pending', 'active')),
      last_step    INTEGER NOT NULL,             -- of the newest code that was good: older ones are replays
      failures     INTEGER NOT NULL DEFAULT 0,   -- in a row
      created_ms   INTEGER NOT NULL
    ) STRICT;

    -- Where one-time codes are sent.
    CREATE TABLE otp_targets (
      principal_id TEXT PRIMARY KEY REFERENCES principals (id),
      method       TEXT NOT NULL CHECK (method IN ('email', 'pushover', 'script', 'url')),
      target       BLOB NOT NULL,                -- sealed
      created_ms   INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE recovery_codes (
      principal_id TEXT NOT NULL REFERENCES principals (id),
      hash         TEXT NOT NULL,                -- keyed
      used_ms      INTEGER,
      PRIMARY KEY (principal_id, hash)
    ) STRICT, WITHOUT ROWID;

    -- Sign-ins whose password was good, and whose second factor is awaited.
    CREATE TABLE logins (
      id           TEXT PRIMARY KEY,
      hash         TEXT NOT NULL UNIQUE,         -- keyed, of the login token's secret
      principal_id TEXT NOT NULL REFERENCES principals (id),
      cred_epoch   INTEGER NOT NULL,
      door         TEXT NOT NULL,
      tries        INTEGER NOT NULL DEFAULT 0,
      new_phc      TEXT,                         -- a password to be set when it is done
      created_ms   INTEGER NOT NULL,
      expires_ms   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX logins_principal ON logins (principal_id);

    -- A code on its way: to a person who signs in, or who sets up where codes are sent.
    CREATE TABLE sent_codes (
      owner        TEXT PRIMARY KEY,             -- id of the login, or of the principal that sets up
      principal_id TEXT NOT NULL REFERENCES principals (id),
      method       TEXT NOT NULL,
      target       BLOB NOT NULL,                -- sealed
      hash         TEXT NOT NULL,                -- keyed, of owner and code
      tries        INTEGER NOT NULL DEFAULT 0,
      expires_ms   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- When something was sent to a person, so that nobody's inbox is flooded.
    CREATE TABLE sendings (
      principal_id TEXT NOT NULL,
      at_ms        INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX sendings_principal ON sendings (principal_id);

    CREATE TABLE passkeys (
      id           TEXT PRIMARY KEY,             -- credential id, base64url
      principal_id TEXT NOT NULL REFERENCES principals (id),
      name         TEXT NOT NULL,
      rp_id        TEXT NOT NULL,                -- the host name that it is good for
      public_key   BLOB NOT NULL,                -- COSE
      counter      INTEGER NOT NULL,
      transports   TEXT NOT NULL,                -- JSON
      created_ms   INTEGER NOT NULL,
      last_used_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX passkeys_principal ON passkeys (principal_id);

    -- Devices that signed in to the stream with the password of somebody who has a second factor.
    CREATE TABLE known_devices (
      principal_id TEXT NOT NULL REFERENCES principals (id),
      uid          TEXT NOT NULL,
      first_ms     INTEGER NOT NULL,
      PRIMARY KEY (principal_id, uid)
    ) STRICT, WITHOUT ROWID;

    -- Secrets of the kit itself (passwords to other servers), by name.
    CREATE TABLE secrets (
      id         TEXT PRIMARY KEY,
      sealed     BLOB NOT NULL,
      updated_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
