// Checks every gradient rule, prints the figures per operator, and writes lib/autodiff/OPERATORS.md from them.
// An argument checks the rows that begin with it alone, and writes nothing: npm run gradcheck -- Conv
import { writeFileSync } from 'node:fs';

import { checkRows, hasPassed, type Outcome } from '../spec/autodiff/check.js';
import { checkGolden, goldenTolerance, loadGolden } from '../spec/autodiff/golden.js';
import { checkHalf, type HalfOutcome, halfTolerance } from '../spec/autodiff/half.js';
import { checkRandomGraphs, randomTolerance } from '../spec/autodiff/random-graphs.js';
import { bounded, operatorsDocument } from '../spec/autodiff/report.js';
import { titleOf } from '../spec/autodiff/row.js';
import { table } from '../spec/autodiff/table.js';

const [only] = process.argv.slice(2);
const rows = table.filter((row) => only === undefined || titleOf(row).startsWith(only));
const failures: string[] = [];

const outcomes: Outcome[] = [];
for await (const outcome of checkRows(rows)) {
  outcomes.push(outcome);
  const { row, variant, precision, error, failure } = outcome;
  if (!hasPassed(outcome))
    failures.push(`${titleOf(row)}, ${variant}: ${failure ?? `${error.toExponential(1)} in ${precision}`}`);
}
const golden = await checkGolden(loadGolden().filter(({ op }) => only === undefined || op.startsWith(only)));
for (const {
  golden: { op, note },
  error,
  failure,
} of golden)
  if (!(error <= goldenTolerance))
    failures.push(`${op} ${note ?? ''}, PyTorch: ${failure ?? error.toExponential(1)}`);
const halves: HalfOutcome[] = [];
for await (const half of checkHalf(rows)) {
  halves.push(half);
  if (!half.keepsType || !(half.error <= halfTolerance))
    failures.push(`${titleOf(half.row)}, float16: ${half.failure ?? half.error.toExponential(1)}`);
}

/** Random graphs of 20 to 60 nodes, besides: rules one after another, not one by one. */
const graphs = only === undefined ? 300 : 0;
for await (const { seed, error, failure } of checkRandomGraphs(graphs))
  if (!(error <= randomTolerance))
    failures.push(`random graph ${seed}: ${failure ?? error.toExponential(1)}`);

const ops = [...new Set(rows.map(({ op }) => op))].toSorted();
console.log('operator                   rows  runs  worst error  PyTorch  precision');
for (const op of ops) {
  const own = outcomes.filter(({ row }) => row.op === op);
  const cells = [
    op.padEnd(25),
    String(rows.filter((row) => row.op === op).length).padStart(6),
    String(own.length).padStart(6),
    bounded(Math.max(0, ...own.map(({ error }) => error))).padStart(13),
    String(golden.filter((outcome) => outcome.golden.op === op).length || '').padStart(9),
    `  ${[...new Set(own.map(({ precision }) => precision))].toSorted().join(' ')}`,
  ];
  console.log(cells.join(''));
}
for (const failure of failures) console.error(failure);
const checks = outcomes.length + golden.length + halves.length + graphs;
console.log(
  `${rows.length} rows in ${outcomes.length} runs, ${golden.length} of PyTorch, ${halves.length} in float16, ${graphs} random graphs`,
);
console.log(`${checks - failures.length} passed, ${failures.length} failed`);
if (only === undefined && failures.length === 0)
  writeFileSync(
    new URL('../lib/autodiff/OPERATORS.md', import.meta.url),
    operatorsDocument({ outcomes, golden, halves }),
  );
process.exitCode = failures.length === 0 ? 0 : 1;
