import type { Outcome } from './check.js';
import type { Gpu } from './nvidia.js';

export interface Verification {
  readonly gpu: Gpu;
  /** The machine and the versions, in one line. */
  readonly machine: string;
  readonly seconds: number;
  readonly outcomes: readonly Outcome[];
}

/** The report of a verification as a Markdown page. */
export function reportPage({ gpu, machine, seconds, outcomes }: Verification): string {
  const failed = outcomes.filter(({ passed }) => !passed).length;
  return [
    '# Verified on a GPU',
    '',
    'Written by `npm run gpu:verify`.',
    '',
    `- GPU ${gpu.index}: ${gpu.name}, ${gpu.megabytes} MB, driver ${gpu.driver}`,
    `- ${machine}`,
    `- ${outcomes.length - failed} of ${outcomes.length} checks passed, in ${seconds.toFixed(0)} s`,
    '',
    '| check | passed | detail |',
    '| --- | --- | --- |',
    ...outcomes.map(
      ({ name, passed, detail }) => `| ${cell(name)} | ${passed ? 'yes' : '**no**'} | ${cell(detail)} |`,
    ),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
