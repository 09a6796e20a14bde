import { join } from 'node:path';
import { z } from 'zod';
import type { Health } from '../core/health.ts';
import { type MachineFiles, readStatus } from './machine-files.ts';

const reportFile = z.object({
  problems: z
    .array(z.object({ code: z.string().max(100), text: z.string().max(1_000) }))
    .max(50)
    .default([]),
});

/** What was wrong with the preset file stands on the display, and in `/healthz`: nobody reads a log at a flash. */
export function reportFirstBoot(files: MachineFiles, health: Pick<Health, 'set'>): void {
  const report = reportFile.safeParse(readStatus(join(files.statusDir, 'first-boot.json')));
  if (!report.success) return;
  for (const { code, text } of report.data.problems) health.set({ code, severity: 'careful', text });
}
