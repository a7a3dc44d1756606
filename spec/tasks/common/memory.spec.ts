import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import { requireMemory } from '../../../lib/tasks/common/memory.js';
import { minimumSide } from '../../../lib/tasks/common/minimum-size.js';
import { smallNetwork } from '../small-network.js';

describe('requireMemory', () => {
  it('states the needed and the available memory, and what to do', () => {
    const size = { width: 8000, height: 6000 };
    expect(() => requireMemory(1, 2, size, 'wait')).not.to.throw();
    expect(() => requireMemory(41.6e9, 8e9, size, 'choose a smaller size')).to.throw(
      OneirosError,
      '8000×6000 pixels would take about 42 GB, more than the 8.0 GB available; choose a smaller size',
    );
  });
});

describe('minimumSide', () => {
  it('is the size that pooling reduces to one pixel', () => {
    expect(minimumSide(smallNetwork([4]).model)).to.equal(2);
    expect(minimumSide(smallNetwork([4, 4, 4]).model)).to.equal(8);
  });

  it('leaves enough pixels for padding by reflection', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 3, 'height', 'width']);
    const half = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    b.output(b.op('Pad', [half, b.sizes([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' }));
    expect(minimumSide(b.model())).to.equal(4);
  });
});
