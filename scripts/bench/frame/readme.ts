const fence = '```';

/** A page with a suite's table added, or replaced if it has one. The tables are at the page's end, one a section. */
export function withTable(page: string, suite: string, lines: readonly string[]): string {
  const heading = `### ${suite}\n`;
  const section = [heading, `${fence}text`, ...lines.map((line) => line.trimEnd()), fence, ''].join('\n');
  const begin = page.indexOf(heading);
  if (begin === -1) return `${page.trimEnd()}\n\n${section}`;
  const end = page.indexOf('\n### ', begin + heading.length);
  return page.slice(0, begin) + section + (end === -1 ? '' : page.slice(end));
}
