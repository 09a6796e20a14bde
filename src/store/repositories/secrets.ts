import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';

/** Secrets of the kit itself, sealed before they come here. */
export const secrets = {
  get: read(
    (db, id: string): Uint8Array | undefined =>
      db.get<{ sealed: Uint8Array }>('SELECT sealed FROM secrets WHERE id = ?', [id])?.sealed,
  ),

  set: write((db, { id, sealed, audit }: { id: string; sealed: Uint8Array; audit: NewAuditEntry }): void => {
    db.run(
      `INSERT INTO secrets (id, sealed, updated_ms) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, updated_ms = excluded.updated_ms`,
      [id, sealed, audit.atMs],
    );
    appendAudit(db, audit);
  }),

  /** True when there was something to remove. */
  remove: write((db, { id, audit }: { id: string; audit: NewAuditEntry }): boolean => {
    const { changes } = db.run('DELETE FROM secrets WHERE id = ?', [id]);
    if (changes > 0) appendAudit(db, audit);
    return changes > 0;
  }),
};
