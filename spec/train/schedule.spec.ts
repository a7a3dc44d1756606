import { expect } from 'chai';

import { sparkline } from '../../lib/cli/terminal/sparkline.js';
import { lossSvg, smoothed } from '../../lib/train/fit/loss-svg.js';
import { constant, cosine, linear, stepped } from '../../lib/train/fit/schedule.js';

describe('Schedules', () => {
  const course = (schedule: (update: number, updates: number) => number, updates: number) =>
    Array.from({ length: updates }, (_, update) => Number(schedule(update, updates).toFixed(6)));

  it('decay as their names state', () => {
    expect(course(constant(), 3)).to.deep.equal([1, 1, 1]);
    expect(course(linear(), 4)).to.deep.equal([1, 0.75, 0.5, 0.25]);
    expect(course(linear({ end: 0.5 }), 4)).to.deep.equal([1, 0.875, 0.75, 0.625]);
    expect(course(cosine(), 4)).to.deep.equal([1, 0.853553, 0.5, 0.146447]);
    expect(course(stepped([0.5, 0.75]), 4)).to.deep.equal([1, 1, 0.1, 0.01]);
  });

  it('rise first with a warm-up', () => {
    expect(course(constant({ warmUp: 0.5 }), 8)).to.deep.equal([0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1]);
    expect(() => cosine({ warmUp: 1 })).to.throw(/share of the run, in \[0, 1\)/);
  });
});

describe('Curves of a run', () => {
  it('are drawn as SVG', () => {
    const svg = lossSvg(
      [
        {
          name: 'loss & more',
          points: [
            [1, 2],
            [5, 1],
            [10, 0.5],
          ],
        },
      ],
      'A run',
    );
    expect(svg).to.match(/^<svg .*<\/svg>\n$/s);
    expect(svg).to.include('<title>A run</title>').and.include('loss &#38; more: 0.500');
    // Step 10 is the right edge, 640 − 16; a value of 2 the top, 36.
    expect(svg).to.match(/d="M109.2 36L338 196L624 276"/);
  });

  it('can be one line of text', () => {
    expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8)).to.equal('█▇▆▅▄▃▂▁');
    expect(sparkline([4, 4, 0, 0], 2)).to.equal('█▁');
    expect(sparkline([1], 8)).to.equal('▁');
    expect(sparkline([], 8)).to.equal('');
  });

  it('are smoothed without a bias at the beginning', () => {
    const means = smoothed([4, 4, 1], 0.5);
    expect(means.slice(0, 2)).to.deep.equal([4, 4]);
    expect(means[2]).to.be.closeTo((0.25 * 4 * 0.5 + 0.5 * 4 * 0.5 + 0.5 * 1) / 0.875, 1e-12);
  });
});
