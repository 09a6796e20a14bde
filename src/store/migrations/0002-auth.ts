import type { Migration } from './index.ts';

export const auth: Migration = {
  id: 2,
  name: 'auth',
  sql: `
    -- Everybody and everything that can act. Rows are never deleted: an id stays the id of that one.
    CREATE TABLE principals (
      id         TEXT PRIMARY KEY,               -- UUIDv4
      kind       TEXT NOT NULL CHECK (kind IN ('user', 'device', 'display', 'service', 'proxy', 'console')),
      name       TEXT NOT NULL,                  -- as it was typed
      name_key   TEXT NOT NULL,                  -- folded: names are the same without regard to case
      email      TEXT,
      role       TEXT NOT NULL CHECK (role IN ('administrator', 'operator', 'user', 'viewer')),
      state      TEXT NOT NULL CHECK (state IN ('enabled', 'disabled', 'deleted')),
      cred_epoch INTEGER NOT NULL DEFAULT 1,     -- whatever was granted under an older epoch is void
      owner_id   TEXT REFERENCES principals (id),
      created_ms INTEGER NOT NULL,
      deleted_ms INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX principals_live_name ON principals (name_key) WHERE state <> 'deleted';
    CREATE UNIQUE INDEX principals_live_email ON principals (lower(email)) WHERE state <> 'deleted';

    CREATE TABLE passwords (
      principal_id TEXT PRIMARY KEY REFERENCES principals (id),
      phc          TEXT NOT NULL,
      is_expired   INTEGER NOT NULL DEFAULT 0,
      changed_ms   INTEGER NOT NULL
    ) STRICT;

    -- Channels. AUTOINCREMENT: the bit of a deleted channel is never given to another one.
    CREATE TABLE groups (
      bitpos     INTEGER PRIMARY KEY AUTOINCREMENT,
      id         TEXT NOT NULL UNIQUE,
      name       TEXT NOT NULL,
      name_key   TEXT NOT NULL UNIQUE,
      created_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE memberships (
      principal_id TEXT NOT NULL REFERENCES principals (id),
      bitpos       INTEGER NOT NULL REFERENCES groups (bitpos),
      direction    TEXT NOT NULL CHECK (direction IN ('IN', 'OUT')),
      PRIMARY KEY (principal_id, bitpos, direction)
    ) STRICT, WITHOUT ROWID;

    -- Every certificate ever signed for a client. Rows are never deleted.
    CREATE TABLE certs (
      serial         TEXT PRIMARY KEY,           -- lower-case hex
      principal_id   TEXT NOT NULL REFERENCES principals (id),
      username       TEXT NOT NULL,
      device_uid     TEXT,
      fingerprint    TEXT NOT NULL,              -- SHA-256 of the DER form, lower-case hex
      ca_id          TEXT NOT NULL,
      issued_ms      INTEGER NOT NULL,
      not_before_ms  INTEGER NOT NULL,
      not_after_ms   INTEGER NOT NULL,
      request_sha256 TEXT,
      pem            TEXT NOT NULL,
      revoked_ms     INTEGER,
      reason         TEXT
    ) STRICT;
    CREATE INDEX certs_principal ON certs (principal_id);
    CREATE INDEX certs_revoked ON certs (ca_id, revoked_ms) WHERE revoked_ms IS NOT NULL;

    -- One-time tokens for a device's first certificate.
    CREATE TABLE enrolments (
      id              TEXT PRIMARY KEY,
      principal_id    TEXT NOT NULL REFERENCES principals (id),
      token_sha256    TEXT NOT NULL,
      cred_epoch      INTEGER NOT NULL,
      created_ms      INTEGER NOT NULL,
      expires_ms      INTEGER NOT NULL,
      used_ms         INTEGER,
      used_client_uid TEXT,
      used_csr_sha256 TEXT
    ) STRICT;
    CREATE INDEX enrolments_principal ON enrolments (principal_id, token_sha256);

    -- What regulation must remember over a restart.
    CREATE TABLE attempts (
      at_ms        INTEGER NOT NULL,
      principal_id TEXT,                         -- null when the name is nobody's: it may be a mistyped password
      address      TEXT NOT NULL,
      method       TEXT NOT NULL,
      is_ok        INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX attempts_time ON attempts (at_ms);

    CREATE TABLE bans (
      address  TEXT PRIMARY KEY,
      since_ms INTEGER NOT NULL,
      until_ms INTEGER NOT NULL,
      level    INTEGER NOT NULL                  -- how many in a row: each one is twice as long
    ) STRICT, WITHOUT ROWID;

    -- Each entry's hash covers the one before it: a changed, removed or inserted one breaks the chain.
    CREATE TABLE audit (
      seq       INTEGER PRIMARY KEY,
      at_ms     INTEGER NOT NULL,
      actor_id  TEXT,
      actor     TEXT NOT NULL,
      action    TEXT NOT NULL,
      target_id TEXT,
      target    TEXT,
      remote    TEXT,
      result    TEXT NOT NULL CHECK (result IN ('ok', 'refused')),
      detail    TEXT NOT NULL,                   -- JSON
      prev_hash TEXT NOT NULL,
      hash      TEXT NOT NULL
    ) STRICT;

    -- Where the chain begins (after old entries were let go) and ends: entries cut off at an end show too.
    CREATE TABLE audit_bounds (
      one             INTEGER PRIMARY KEY CHECK (one = 1),
      first_seq       INTEGER NOT NULL,
      first_prev_hash TEXT NOT NULL,
      last_seq        INTEGER NOT NULL,
      last_hash       TEXT NOT NULL
    ) STRICT;
    INSERT INTO audit_bounds VALUES (1, 1, '', 0, '');

    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
      BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
      WHEN old.seq >= (SELECT first_seq FROM audit_bounds)
      BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;

    -- The first administrator, made once and without a password: nobody can sign in as it until the box is
    -- claimed. Being a step of the schema, it can never silently come back.
    INSERT INTO principals (id, kind, name, name_key, role, state, created_ms) VALUES (
      lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', (random() & 3) + 1, 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
      'user', 'administrator', 'administrator', 'administrator', 'enabled', unixepoch() * 1000
    );
  `,
};
