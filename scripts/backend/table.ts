import { type Row, type Status, statuses, type Step, steps } from './row.js';

/** The outcomes whose reasons are listed; the others are as they should be, or outside what is asked. */
const listed = ['fault', 'wrong', 'unloadable', 'refused', 'bfloat16', 'fixed', 'by data'] as const;

/** The numbers of tests by step and status, then what is not as it should be, by reason and operator. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [line(['', ...statuses])];
  for (const step of steps)
    lines.push(line([step, ...statuses.map((status) => String(having(rows, step, status).length))]));
  for (const step of steps)
    for (const status of listed) lines.push(...reasons(having(rows, step, status), step, status));
  return lines.join('\n');
}

export function having(rows: readonly Row[], step: Step, ...wanted: readonly Status[]): readonly Row[] {
  return rows.filter((row) => wanted.includes(row.outcomes[step].status));
}

/** The share of the models with a differentiable path whose gradient is derived, runs and agrees. */
export function agreeing(rows: readonly Row[]): number {
  const run = having(rows, 'runs', 'ok').filter((row) => !outside.includes(row.outcomes.gradient.status));
  return having(run, 'gradient', 'ok', 'by data').length / run.length;
}

/** What is not in the share. */
const outside: readonly Status[] = ['no path', 'other domain', 'not run'];

function line(cells: readonly string[]): string {
  return cells
    .map((cell) => cell.padEnd(13))
    .join('')
    .trimEnd();
}

function reasons(rows: readonly Row[], step: Step, status: Status): readonly string[] {
  if (rows.length === 0) return [];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.operators}: ${reasonOf(row.outcomes[step].detail)}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const sorted = [...groups].toSorted(([, a], [, b]) => b.length - a.length);
  return [
    '',
    `${step}: ${status}, ${rows.length}`,
    ...sorted.map(
      ([key, [first, ...others]]) =>
        `  ${String(others.length + 1).padStart(3)} ${key.slice(0, 240)} (${first?.name ?? ''})`,
    ),
  ];
}

/** A message without the names of one model. */
function reasonOf(detail: string): string {
  return detail
    .replace(/ on the path [^;]*/, '')
    .replace(/"[^"]*"/g, '"…"')
    .replace(/; give one in .*/, '');
}
