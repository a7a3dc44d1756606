import { expect } from 'chai';

import { Builder } from '../../lib/onnx/builder/builder.js';
import { memoryPlan, peakOf } from '../../lib/onnx/memory-plan.js';
import { smallNetwork } from '../tasks/small-network.js';

describe('memoryPlan', () => {
  it('gives the peak of live values: one input and one result of a chain', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 'n']);
    b.output(b.relu(b.relu(b.relu(x))));
    // At any time one value is read and one is written, for any length of the chain.
    expect(peakOf(memoryPlan(b.model()), () => 1000)).to.equal(8000);
  });

  it('counts a value for as long as it is needed', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 'n']);
    b.output(b.add(b.relu(b.relu(x)), x));
    expect(peakOf(memoryPlan(b.model()), () => 1000)).to.equal(12000);
  });

  it('infers sizes through a network', () => {
    const { model } = smallNetwork();
    const [small, large] = [64, 128].map((side) => peakOf(memoryPlan(model), () => side));
    expect((large ?? 0) / (small ?? 1)).to.be.within(3.5, 4);
  });

  it('leaves out sizes that are not known', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 'n']);
    b.output(b.relu(x));
    expect(peakOf(memoryPlan(b.model()), () => undefined)).to.equal(0);
  });
});
