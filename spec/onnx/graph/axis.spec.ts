import { expect } from 'chai';

import { Builder } from '../../../lib/onnx/builder/builder.js';
import { fromFront } from '../../../lib/onnx/graph/axis.js';

describe('An axis', () => {
  it('is counted from the front, where negative ones are counted from the back', () => {
    expect([0, 2, -1, -3].map((axis) => fromFront(axis, 3))).to.deep.equal([0, 2, 2, 0]);
  });

  it('from the front does not need the number of axes', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', null);
    expect(() => b.dim(x, 1)).not.to.throw();
    expect(() => b.dim(x, -1)).to.throw('the number of axes of "x" cannot be inferred');
  });
});
