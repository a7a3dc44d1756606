import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import { peakBytes, requireMemory } from '../../../lib/tasks/common/memory.js';
import { minimumSide } from '../../../lib/tasks/common/minimum-size.js';
import { smallNetwork } from '../small-network.js';

describe('peakBytes', () => {
  it('is what is alive at once: an input, a result, and constants throughout', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 'n']);
    b.output(b.relu(b.relu(b.relu(x))));
    // At any time one value is read and one is written, however long the chain.
    expect(peakBytes(b.model(), { n: 1000 })).to.equal(8000);
  });

  it('counts a value for as long as it is needed', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 'n']);
    b.output(b.add(b.relu(b.relu(x)), x));
    expect(peakBytes(b.model(), { n: 1000 })).to.equal(12000);
  });

  it('follows sizes through a network', () => {
    const { model } = smallNetwork();
    const [small, large] = [64, 128].map((side) => peakBytes(model, { height: side, width: side }));
    expect((large ?? 0) / (small ?? 1)).to.be.within(3.5, 4);
  });
});

describe('requireMemory', () => {
  it('says how much is needed, how much there is, and what to do', () => {
    const size = { width: 8000, height: 6000 };
    expect(() => requireMemory(1, 2, size, 'wait')).not.to.throw();
    expect(() => requireMemory(41.6e9, 8e9, size, 'choose a smaller size')).to.throw(
      OneirosError,
      '8000×6000 pixels would take about 42 GB, more than the 8.0 GB there are; choose a smaller size',
    );
  });
});

describe('minimumSide', () => {
  it('is as many pixels as all pooling leaves one of', () => {
    expect(minimumSide(smallNetwork([4]).model)).to.equal(2);
    expect(minimumSide(smallNetwork([4, 4, 4]).model)).to.equal(8);
  });

  it('knows that nothing is mirrored over more than it has', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 3, 'height', 'width']);
    const half = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    b.output(b.op('Pad', [half, b.sizes([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' }));
    expect(minimumSide(b.model())).to.equal(4);
  });
});
