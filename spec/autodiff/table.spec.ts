import { expect } from 'chai';

import { rule } from '../../lib/autodiff/rules/rule.js';
import { checkRows, hasPassed, type Outcome } from './check.js';
import { checkGolden, goldenTolerance, loadGolden } from './golden.js';
import { checkHalf, halfTolerance } from './half.js';
import { normal, type Row, row, titleOf, whole } from './row.js';
import { families, table } from './table.js';

describe('gradients, operator by operator', function () {
  this.timeout(240_000);

  it('are checked in over a thousand different rows', () => {
    const titles = table.map(titleOf);
    expect(titles.length).to.be.greaterThan(1000);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).to.deep.equal([]);
  });

  for (const [family, rows] of Object.entries(families))
    it(`agree with central differences: ${family}, ${rows.length} rows`, async () => {
      expect(await failuresOf(rows)).to.deep.equal([]);
    });

  it('are found to be wrong: by a sign, by a thousandth, by a position', async () => {
    const rows = [
      row('Sin', [normal(2, 3)]),
      row('Mul', [whole(2, 3), whole(3)]),
      row('Concat', [whole(2, 2), whole(2, 2)], { axis: 0 }),
    ];
    const outcomes = await collect(
      checkRows(rows, {
        Sin: rule(1, ({ b, dy, x: [x] }) => [b.neg(b.mul(dy, b.cos(x)))]),
        Mul: rule(2, ({ b, dy, x: [a, c] }) => [b.mul(b.mul(dy, c), 1.001), b.sum(b.mul(dy, a), [0], false)]),
        Concat: rule(2, ({ b, dy }) => [b.slice(dy, [0], [1], [3]), b.slice(dy, [0], [2], [4])]),
      }),
    );
    expect(outcomes.filter(hasPassed).map(({ row: { op } }) => op)).to.deep.equal([]);
    expect(outcomes.map(({ failure }) => failure)).to.deep.equal(outcomes.map(() => undefined));
  });

  it(`agree with PyTorch's to ${goldenTolerance}, at kinks and ties too`, async () => {
    const outcomes = await checkGolden(loadGolden());
    const failures = outcomes.filter(({ error }) => !(error <= goldenTolerance));
    expect(
      failures.map(({ golden, error, failure }) => [golden.op, golden.note, failure ?? error]),
    ).to.deep.equal([]);
  });

  it('keep float16, and agree with float32 where it runs', async () => {
    const outcomes = await collect(checkHalf(table));
    const failures = outcomes.filter(({ keepsType, error }) => !keepsType || !(error <= halfTolerance));
    expect(
      failures.map(({ row: failed, error, failure }) => [titleOf(failed), failure ?? error]),
    ).to.deep.equal([]);
    expect(outcomes.filter(({ ran }) => ran).length).to.be.greaterThan(100);
  });
});

async function failuresOf(rows: readonly Row[]): Promise<readonly string[]> {
  const outcomes = await collect(checkRows(rows));
  return outcomes.filter((outcome) => !hasPassed(outcome)).map(describeOutcome);
}

function describeOutcome({ row: failed, variant, precision, error, failure }: Outcome): string {
  return `${titleOf(failed)}, ${variant}, ${precision}: ${failure ?? error}`;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
