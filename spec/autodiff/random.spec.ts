import { expect } from 'chai';

import { checkRandomGraphs, randomModel, randomTolerance } from './random-graphs.js';

// Three hundred of them and more are checked by `npm run gradcheck`.
const count = 60;

describe('gradients of random graphs', function () {
  this.timeout(240_000);

  it(`agree with differences in double precision: ${count} graphs`, async () => {
    for await (const { seed, error, failure } of checkRandomGraphs(count))
      expect(error, `seed ${seed}: ${failure ?? ''}`).to.be.below(randomTolerance);
  });

  it('are of 20 nodes and more, and of many operators', () => {
    const models = Array.from({ length: count }, (_, seed) => randomModel(seed));
    for (const { graph } of models) expect(graph.nodes.length).to.be.within(15, 90);
    const operators = new Set(models.flatMap(({ graph }) => graph.nodes.map(({ op }) => op)));
    expect(operators.size).to.be.at.least(65);
  });

  it('are the same for the same seed', () => {
    expect(randomModel(3)).to.deep.equal(randomModel(3));
  });
});
