import { expect } from 'chai';

import { checkRandomGraphs, randomModel, randomTolerance } from './random-graphs.js';

// `npm run gradcheck` checks 300 of them.
const count = 60;

describe('gradients of random graphs', function () {
  this.timeout(240_000);

  it(`agree with differences in double precision: ${count} graphs`, async () => {
    for await (const { seed, error, failure } of checkRandomGraphs(count))
      expect(error, `seed ${seed}: ${failure ?? ''}`).to.be.below(randomTolerance);
  });

  it('have at least 20 nodes, and many operators', () => {
    const models = Array.from({ length: count }, (_, seed) => randomModel(seed));
    for (const { graph } of models) expect(graph.nodes.length).to.be.within(15, 90);
    const operators = new Set(models.flatMap(({ graph }) => graph.nodes.map(({ op }) => op)));
    expect(operators.size).to.be.at.least(65);
  });

  it('are the same for the same seed', () => {
    expect(randomModel(3)).to.deep.equal(randomModel(3));
  });
});
