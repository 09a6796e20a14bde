import { read, write } from '../operation.ts';
import { appendAudit, type NewAuditEntry } from './audit.ts';

/** Anything that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface NewSetting {
  readonly key: string;
  readonly value: Json;
  readonly nowMs: number;
  /** For what somebody may ask about later. */
  readonly audit?: NewAuditEntry;
}

/** Small facts of the kit that must survive a restart, by name (`room.what`); never secrets. */
export const settings = {
  /** The value, or undefined when it was never set. */
  get: read((db, key: string): Json | undefined => {
    const row = db.get<{ value: string }>('SELECT value FROM settings WHERE key = ?', [key]);
    return row === undefined ? undefined : (JSON.parse(row.value) as Json);
  }),

  set: write((db, { key, value, nowMs, audit }: NewSetting): void => {
    db.run(
      `INSERT INTO settings (key, value, updated_ms) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_ms = excluded.updated_ms`,
      [key, JSON.stringify(value), nowMs],
    );
    if (audit !== undefined) appendAudit(db, audit);
  }),

  /** True when there was something to remove. */
  remove: write(
    (db, key: string): boolean => db.run('DELETE FROM settings WHERE key = ?', [key]).changes > 0,
  ),

  /** All values whose name starts with `prefix`, by name. */
  list: read((db, prefix: string): Record<string, Json> => {
    const rows = db.all<{ key: string; value: string }>(
      'SELECT key, value FROM settings WHERE substr(key, 1, length(:prefix)) = :prefix ORDER BY key',
      { prefix },
    );
    return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as Json]));
  }),
};
