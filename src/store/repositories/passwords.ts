import type { Db } from '../db.ts';
import { write } from '../operation.ts';

export const passwords = {
  /** Stores a better hash of the same password; does nothing when the password was changed meanwhile. */
  rehash: write((db, { principalId, from, to }: { principalId: string; from: string; to: string }): void => {
    db.run('UPDATE passwords SET phc = ? WHERE principal_id = ? AND phc = ?', [to, principalId, from]);
  }),
};

export function putPassword(db: Db, principalId: string, phc: string, nowMs: number): void {
  db.run(
    `INSERT INTO passwords (principal_id, phc, changed_ms) VALUES (?, ?, ?)
     ON CONFLICT (principal_id) DO UPDATE
       SET phc = excluded.phc, is_expired = 0, changed_ms = excluded.changed_ms`,
    [principalId, phc, nowMs],
  );
}

export function dropPassword(db: Db, principalId: string): void {
  db.run('DELETE FROM passwords WHERE principal_id = ?', [principalId]);
}
