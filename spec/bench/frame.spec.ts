import { expect } from 'chai';

import { Bench } from '../../scripts/bench/frame/bench.js';
import { type Case, contender } from '../../scripts/bench/frame/case.js';
import { curvesOf, curveSvg } from '../../scripts/bench/frame/curve.js';
import { measure, type Row } from '../../scripts/bench/frame/measure.js';
import { parseOptions } from '../../scripts/bench/frame/options.js';
import { withTable } from '../../scripts/bench/frame/readme.js';
import { median, pairedRatio, relativeDifference } from '../../scripts/bench/frame/statistics.js';
import { resultTable } from '../../scripts/bench/frame/table.js';
import { endOf, runScript } from '../run-script.js';

/** A case of two contenders whose values and figures are given. */
function fakeCase(figures: readonly [number, number], more: Partial<Case> = {}): Case & { log: string[] } {
  const log: string[] = [];
  const make = (name: string, value: number, figure: number, isWarm = false) => ({
    ...contender(
      name,
      () => {
        log.push(name);
        return Promise.resolve({ value, figures: [figure] });
      },
      () => Promise.resolve(log.push(`${name} ends`)),
    ),
    isWarm,
  });
  const open = () => Promise.resolve([make('oneiros', 2, figures[0]), make('peer', 8, figures[1], true)]);
  return { name: 'fake', open, log, ...more };
}

const withBench = async <T>(args: readonly string[], use: (bench: Bench) => Promise<T>): Promise<T> => {
  await using bench = await Bench.open(parseOptions('fake', args));
  return await use(bench);
};

describe('statistics', () => {
  it('take the middle', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
    expect(median([])).to.be.NaN;
  });

  it('compare the values of one round', () => {
    // A machine that becomes ten times slower after the first round changes no ratio.
    expect(pairedRatio([1, 10, 10], [2, 20, 20])).to.equal(0.5);
  });

  it('take a number that is not finite for a difference', () => {
    expect(relativeDifference([1.1, 0], [1, 0])).to.be.closeTo(0.1, 1e-12);
    expect(relativeDifference([NaN], [1])).to.equal(Infinity);
    expect(relativeDifference([1], [])).to.equal(Infinity);
  });
});

describe('a measured case', () => {
  it('lets contenders take turns, and warms up those that are cold', async () => {
    const given = fakeCase([1, 1]);
    const row = await withBench(['--rounds', '2'], (bench) => measure(given, bench));
    expect(given.log.join(', ')).to.equal('oneiros, oneiros, peer, oneiros, peer, oneiros ends, peer ends');
    expect(row.values).to.deep.equal({ oneiros: [2, 2], peer: [8, 8] });
    expect(row.ratios).to.deep.equal({ peer: 0.25 });
    expect(row.difference).to.equal(0);
  });

  for (const [title, given, message] of [
    ['other results', fakeCase([1, 1.01]), /the results differ: 1; those of peer are 1\.01/],
    ['a median over its limit', fakeCase([1, 1], { limit: 1 }), /the median is 2\.0 ms, over the limit of 1/],
  ] as const)
    it(`fails for ${title}, and frees the contenders`, async () => {
      const error: unknown = await withBench(['--rounds', '1'], (bench) => measure(given, bench)).catch(
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Error).with.property('message').that.matches(message);
      expect(given.log).to.include('peer ends');
    });

  it('has an empty column where a peer is missing, with a note', async () => {
    const previous = process.env['PYTHON'];
    process.env['PYTHON'] = '/nowhere/python';
    try {
      await withBench([], async (bench) => {
        expect(await bench.peers({ task: 'gradient.of_image' }, { PyTorch: {} })).to.deep.equal([]);
        expect([...bench.notes]).to.deep.equal([
          'no column PyTorch for gradient.of_image: Python is missing, or ended',
        ]);
      });
    } finally {
      if (previous === undefined) delete process.env['PYTHON'];
      else process.env['PYTHON'] = previous;
    }
  });
});

describe('the tables of results', () => {
  const row = (size: number, value: number): Row => ({
    name: 'gradient',
    size,
    unit: 'ms',
    values: { oneiros: [value], PyTorch: [2 * value] },
    medians: { oneiros: value, PyTorch: 2 * value },
    ratios: { PyTorch: 0.5 },
    difference: 2e-6,
  });

  it('begin with the ratios', () => {
    const [head = '', line = ''] = resultTable([row(256, 271.4)]);
    expect(head.trim().split(/\s{2,}/)).to.deep.equal(['÷ PyTorch', 'oneiros', 'PyTorch', 'difference']);
    expect(line.split(/\s{2,}/)).to.deep.equal(['gradient, 256²', '0.50', '271 ms', '543 ms', '2e-6']);
  });

  it('become curves where one name has several sizes', () => {
    const curves = curvesOf([row(512, 4), row(256, 1), { ...row(128, 1), name: 'other' }]);
    expect([...curves.keys()]).to.deep.equal(['gradient']);
    const svg = curveSvg('gradient', curves.get('gradient')!);
    expect(svg).to.include('>256<').and.to.include('>512<').and.to.include('>PyTorch<');
  });

  it('replace only their own section of the page', () => {
    const page = withTable(withTable('# Page\n', 'a', ['one']), 'b', ['two']);
    expect(withTable(page, 'a', ['three'])).to.equal(page.replace('one', 'three'));
    expect(withTable(page, 'b', ['four'])).to.equal(page.replace('two', 'four'));
  });
});

describe('npm run bench', () => {
  it('names the benchmarks if there is none of a name', async () => {
    const { code, stderr } = await endOf(runScript('scripts/bench/frame/run.ts', ['gradeint']));
    expect(code).to.equal(2);
    expect(stderr).to.match(/^there is no benchmark gradeint; there are .*gradient/);
  });
});
