import { type Row, type Status, type Step, steps } from './row.js';

const statuses: readonly Status[] = [
  'ok',
  'fixed',
  'refused',
  'no path',
  'wrong',
  'unloadable',
  'not run',
  'fault',
];

/** The number of tests by step and status, then everything that is not as it should be, by reason and operator. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [['', ...statuses].map((text) => text.padEnd(11)).join('')];
  for (const step of steps) {
    const counts = statuses.map(
      (status) => rows.filter((row) => row.outcomes[step].status === status).length,
    );
    lines.push([step, ...counts.map(String)].map((text) => text.padEnd(11)).join(''));
  }
  for (const step of steps)
    for (const status of ['fault', 'wrong', 'unloadable', 'refused'] as const)
      lines.push(...listed(rows, step, status));
  return lines.join('\n');
}

function listed(rows: readonly Row[], step: Step, status: Status): readonly string[] {
  const found = rows.filter((row) => row.outcomes[step].status === status);
  if (found.length === 0) return [];
  return [
    '',
    `${step}: ${status} (${found.length})`,
    ...found.map(
      ({ name, operators, opset, outcomes }) =>
        `  ${name} [${operators} at ${opset}]: ${outcomes[step].detail.slice(0, 300)}`,
    ),
  ];
}
