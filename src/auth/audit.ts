import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { AuditCheckpoint, NewAuditEntry } from '../store/repositories/audit.ts';
import type { Actor, Audit } from './ports.ts';

/** Entries checked per call to the store: about 50 ms of its thread on a Pi, so that recording goes on. */
const CHECK_STEP = 2_000;

const LIST_DEFAULT = 100;
const LIST_MAX = 1_000;

/**
 * The same refusal of the same certificate is written once in so long, milliseconds: a phone with a revoked
 * certificate tries every few seconds, for ever, and must not push everything else out of the log.
 */
const REPEAT_PERIOD_MS = 10 * 60_000;

/** Refusals that are watched for repetition. */
const REPEATS_MAX = 1_000;

/** The audit log as the rest of auth uses it. */
export interface AuditLog extends Audit {
  /** Entry of an action that an `Actor` does now; the repository writes it together with the action. */
  entry(
    by: Actor,
    action: string,
    rest?: Partial<Pick<NewAuditEntry, 'targetId' | 'target' | 'result' | 'detail'>>,
  ): NewAuditEntry;
  /** Writes without making the caller wait: a sign-in is not held up by an fsync. */
  note(entry: NewAuditEntry): void;
  /** As `note`, but one of many with the same `key` only. */
  noteRarely(key: string, entry: NewAuditEntry): void;
}

export function createAudit({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'audit'>;
  readonly clock: Clock;
  readonly log: Log;
}): AuditLog {
  const lastByKey = new Map<string, { atMs: number; heldBack: number }>();

  /** Notes on their way to the disk: who reads, reads them too. */
  const underWay = new Set<Promise<void>>();

  function note(entry: NewAuditEntry): void {
    const writing = store.audit
      .append(entry)
      .catch((error) => log.error('audit.not_written', { action: entry.action, error: messageOf(error) }))
      .finally(() => underWay.delete(writing));
    underWay.add(writing);
  }

  const entry: AuditLog['entry'] = (by, action, rest = {}) => ({
    atMs: clock.now(),
    actorId: by.id,
    actor: by.name,
    action,
    remote: by.remote,
    result: 'ok',
    ...rest,
  });

  return {
    entry,

    note,

    record(by, action, target) {
      note(entry(by, action, target === undefined ? {} : { target }));
    },

    noteRarely(key, entry) {
      const nowMs = clock.monotonicMs();
      const last = lastByKey.get(key);
      if (last !== undefined && nowMs - last.atMs < REPEAT_PERIOD_MS) {
        last.heldBack += 1;
        return;
      }
      if (lastByKey.size >= REPEATS_MAX) lastByKey.clear();
      lastByKey.set(key, { atMs: nowMs, heldBack: 0 });
      note(last?.heldBack ? { ...entry, detail: { ...entry.detail, heldBack: last.heldBack } } : entry);
    },

    async list({ beforeSeq, limit = LIST_DEFAULT } = {}) {
      await Promise.all(underWay);
      return store.audit.list({
        limit: Math.min(limit, LIST_MAX),
        ...(beforeSeq === undefined ? {} : { beforeSeq }),
      });
    },

    async verify() {
      await Promise.all(underWay);
      let entries = 0;
      let after: AuditCheckpoint | undefined;
      for (;;) {
        const check = await store.audit.check({
          limit: CHECK_STEP,
          ...(after === undefined ? {} : { after }),
        });
        entries += check.checked;
        if (check.fault !== undefined) return { isIntact: false, ...check.fault };
        if (check.isComplete) return { isIntact: true, entries };
        after = check.end;
      }
    },
  };
}
