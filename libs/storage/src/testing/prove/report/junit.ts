import { findingKinds } from './finding.js';
import type { ReportData } from './report-data.js';

/** As CI servers read it. */
export function junitOf({ routes, findings, seconds }: ReportData): string {
  const skipped = routes.filter(({ state }) => state !== 'tried' && state !== 'public');
  const cases = routes.map(({ route, state, why }) => {
    const finding = findings.find((each) => each.route === route);
    const head = `    <testcase classname="isolation" name="${escaped(route)}"`;
    if (finding) {
      const { kind, what, also, curl } = finding;
      const text = [`It ${what}.`, ...also.map((more) => `It also ${more}.`), curl].join('\n');
      return `${head}>\n      <failure type="${escaped(kind)}" message="${escaped(findingKinds[kind])}">${escaped(text)}</failure>\n    </testcase>`;
    }
    return state === 'tried' || state === 'public'
      ? `${head}/>`
      : `${head}>\n      <skipped message="${escaped(`${state}${why ? `: ${why}` : ''}`)}"/>\n    </testcase>`;
  });
  const counts = `tests="${routes.length}" failures="${findings.length}" skipped="${skipped.filter(({ route }) => !findings.some((each) => each.route === route)).length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${seconds}">`,
    `  <testsuite name="proveIsolation" ${counts} time="${seconds}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string) =>
  // XML 1.0 cannot hold other control characters at all.
  text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '?').replace(/[&<>"]/g, (sign) => names[sign]!);
