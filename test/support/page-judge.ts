import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What a thumb in a glove hits, and how high it is at least. */
const TARGETS = '.button, .places a, .list a.item, .list button.item, input, .choices label';
const TARGET_PX = 48;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds on a page as it is: by all rules, or by those that a theme can break. */
export async function violations(page: Page, rules: 'all' | 'colours' = 'all'): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(await readFile(AXE, 'utf8'));
  const options = rules === 'all' ? '{}' : "{ runOnly: ['color-contrast'] }";
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, ${options}).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** A page that has to be moved sideways is one that nobody reads. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** What a thumb in a glove misses. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('${TARGETS}')]
    .filter((element) => !element.matches('.choices input, .check input') && element.checkVisibility())
    .map((element) => ({ text: element.textContent, height: element.getBoundingClientRect().height }))
    .filter(({ height }) => height < ${TARGET_PX})
    .map(({ text, height }) => text + ' is ' + height + ' px high')`);
}
