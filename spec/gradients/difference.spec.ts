import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { derivative } from '../../lib/gradients/difference.js';

const of = (f: (h: number) => number) => (h: number) => Promise.resolve(f(h));

describe('derivative', () => {
  it('is exact to rounding for a smooth function', async () => {
    const { value, uncertainty } = await derivative(
      of((h) => Math.exp(2 * h)),
      [1e-2, 1e-3, 1e-4],
    );
    expect(value).to.be.closeTo(2, 1e-11);
    expect(uncertainty).to.be.below(1e-4);
  });

  it('ignores steps that cross a kink, and steps dominated by rounding', async () => {
    // A kink at 0.005, and noise of 1e-9 that changes from call to call.
    let sign = 1;
    const f = (h: number) => 3 * h + 100 * Math.max(0, h - 0.005) + 1e-9 * (sign = -sign);
    const { value } = await derivative(of(f), [1e-1, 1e-2, 1e-3, 1e-4, 1e-8, 1e-9]);
    expect(value).to.be.closeTo(3, 1e-4);
  });

  it('reports its uncertainty', async () => {
    const { uncertainty } = await derivative(of(Math.abs), [1e-1, 1e-2]);
    expect(uncertainty).to.equal(0);
    const steep = await derivative(
      of((h) => Math.sign(h)),
      [1e-1, 1e-2],
    );
    expect(steep.uncertainty).to.be.above(10);
  });

  it('needs at least two steps', async () => {
    const error: unknown = await derivative(of(Math.sin), [1e-3]).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OneirosError);
  });
});
