import type { Migration } from './index.ts';

export const pairing: Migration = {
  id: 5,
  name: 'pairing',
  sql: `
    -- Codes in the air, in both directions, and the displays that they became. A code is here as a keyed hash
    -- only, whose key is not in the database, and no more once it was used.
    CREATE TABLE pairings (
      id               TEXT PRIMARY KEY,
      direction        TEXT NOT NULL CHECK (direction IN ('device_shows', 'kit_shows')),
      state            TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'refused', 'paired')),
      code_hash        TEXT UNIQUE,
      device_code_hash TEXT UNIQUE,              -- RFC 8628: what the device asks with
      name             TEXT NOT NULL,
      kind             TEXT NOT NULL,
      remote           TEXT NOT NULL,
      place            TEXT NOT NULL,            -- the address as it is counted
      created_ms       INTEGER NOT NULL,
      expires_ms       INTEGER NOT NULL,
      approver_id      TEXT REFERENCES principals (id),  -- null: somebody at the kit
      channels         TEXT NOT NULL,            -- JSON: what was granted
      principal_id     TEXT REFERENCES principals (id)   -- the display
    ) STRICT;

    -- Who goes takes his displays along, in the same transaction.
    CREATE INDEX principals_owner ON principals (owner_id) WHERE owner_id IS NOT NULL;
    CREATE TRIGGER displays_end_with_their_owner AFTER UPDATE OF state ON principals
      WHEN new.state <> 'enabled' AND old.state = 'enabled'
      BEGIN
        DELETE FROM pairings WHERE approver_id = new.id;
        DELETE FROM memberships WHERE principal_id IN
          (SELECT id FROM principals WHERE owner_id = new.id AND kind = 'display');
        DELETE FROM sessions WHERE principal_id IN
          (SELECT id FROM principals WHERE owner_id = new.id AND kind = 'display');
        UPDATE principals SET state = 'deleted', deleted_ms = unixepoch() * 1000, cred_epoch = cred_epoch + 1
          WHERE owner_id = new.id AND kind = 'display' AND state <> 'deleted';
      END;
  `,
};
