/** One number that goes up (counter) or up and down (gauge), read when `/metrics` is asked for. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** Value, or one value per label set: `[[{ reason: 'slow_reader' }, 3], …]`. */
  read(): number | readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

/**
 * Rooms count in plain fields of their own (the hot path must not pay for bookkeeping) and register a reader
 * here; the text is made only when somebody asks.
 */
export interface Metrics {
  add(metric: Metric): void;
  /** Prometheus text exposition format 0.0.4. */
  text(): string;
}

export function createMetrics(): Metrics {
  const metrics: Metric[] = [];
  return {
    add(metric) {
      metrics.push(metric);
    },
    text() {
      let out = '';
      for (const { name, help, type, read } of metrics) {
        out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
        const value = read();
        if (typeof value === 'number') out += `${name} ${value}\n`;
        else for (const [labels, v] of value) out += `${name}{${labelText(labels)}} ${v}\n`;
      }
      return out;
    },
  };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(
      ([key, value]) =>
        `${key}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    )
    .join(',');
}
