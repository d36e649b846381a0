import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  id: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

interface Axe {
  run(options: { resultTypes: ['violations'] }): Promise<{ violations: Violation[] }>;
}

/**
 * What axe finds, as lines that name the rule and the element. The page must be one of reduced motion: no contrast of what is
 * still arriving is the page's own.
 */
export async function accessFaults(page: Page, state: string): Promise<string[]> {
  // A reload loses it.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const rules = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    // A selector for each element that is in order would cost more than the looking.
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return rules.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${state}: ${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}
