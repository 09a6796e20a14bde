/** How grave a health warning is: `bad` makes `/healthz` answer 503, the others only inform. */
export type Severity = 'info' | 'careful' | 'bad';

/** One thing a person should know about the kit. `text` says what is so, what it means and what to do. */
export interface HealthWarning {
  readonly code: string;
  readonly severity: Severity;
  readonly text: string;
}

/**
 * The one registry of warnings: `/healthz`, the display, the pages and `bivouac doctor` all read it, so that
 * they never tell different stories. Rooms set and clear their own codes.
 */
export interface Health {
  set(warning: HealthWarning): void;
  clear(code: string): void;
  /** Gravest first. */
  list(): readonly HealthWarning[];
  /** Called after each change; the returned function ends it. */
  onChange(listener: () => void): () => void;
}

const ORDER: Record<Severity, number> = { bad: 0, careful: 1, info: 2 };

export function createHealth(): Health {
  const warnings = new Map<string, HealthWarning>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    set(warning) {
      const old = warnings.get(warning.code);
      if (old !== undefined && old.text === warning.text && old.severity === warning.severity) return;
      warnings.set(warning.code, warning);
      changed();
    },
    clear(code) {
      if (warnings.delete(code)) changed();
    },
    list: () => [...warnings.values()].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
