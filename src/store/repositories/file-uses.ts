import { write } from '../operation.ts';

/** Which file tokens for one use were used. */
export const fileUses = {
  /** True the first time. Forgets those that are over. */
  use: write((db, { id, expiresMs, nowMs }: { id: string; expiresMs: number; nowMs: number }): boolean => {
    db.run('DELETE FROM file_uses WHERE expires_ms < ?', [nowMs]);
    return db.run('INSERT INTO file_uses VALUES (?, ?) ON CONFLICT DO NOTHING', [id, expiresMs]).changes > 0;
  }),
};
