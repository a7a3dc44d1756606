import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { averageMaxPool, guidedRelu, redirectedRelu } from '../../lib/autodiff/ready-overrides.js';
import type { RuleTable } from '../../lib/autodiff/rules/rule.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import type { Shape } from '../../lib/onnx/graph/graph.js';
import { float32, type Tensor } from '../../lib/tensor/tensor.js';
import { compute, numbersOf } from './compute.js';

/** The cotangent of x for y = f(x), with other rules. */
async function pullBack(
  f: (b: Builder, x: Value) => Value,
  overrides: RuleTable,
  x: Tensor,
  dy: Tensor,
  shape: Shape = x.dims,
): Promise<readonly number[]> {
  const b = new Builder();
  b.output(f(b, b.input('x', 'float32', shape)), 'y');
  return numbersOf(
    await compute(grad(b.model(), { overrides: { operators: overrides } }), { x, d_y: dy }),
    'd_x',
  );
}

const relu = (b: Builder, x: Value) => b.relu(x);

describe('guidedRelu', () => {
  it('passes back positive cotangents where the input was positive', async () => {
    const [x, dy] = [float32([1, 2, -1, -2]), float32([5, -6, 7, -8])];
    expect(await pullBack(relu, guidedRelu, x, dy)).to.deep.equal([5, 0, 0, 0]);
  });
});

describe('redirectedRelu', () => {
  // Two images: something passes in the first, nothing in the second.
  const x = float32([1, -1, -1, -1, -1, -1], [2, 3]);
  it('activates units of an image where nothing passes, and does not change the others', async () => {
    const dy = float32([5, 6, -7, 8, -9, 10], [2, 3]);
    expect(await pullBack(relu, redirectedRelu, x, dy)).to.deep.equal([5, 0, 0, 8, 0, 10]);
  });
  it('treats a cotangent of zero as nothing passing', async () => {
    const dy = float32([0, 6, -7, 0, 0, 0], [2, 3]);
    expect(await pullBack(relu, redirectedRelu, x, dy)).to.deep.equal([0, 6, 0, 0, 0, 0]);
  });
  it('works for images of any size', async () => {
    const dy = float32([5, 6, -7, 8, -9, 10], [2, 3]);
    const found = await pullBack(relu, redirectedRelu, x, dy, ['n', 'features']);
    expect(found).to.deep.equal([5, 0, 0, 8, 0, 10]);
  });
});

describe('averageMaxPool', () => {
  const pool = (attributes: Readonly<Record<string, number | readonly number[]>>) => (b: Builder, x: Value) =>
    b.op('MaxPool', [x], attributes);
  const image = float32([9, 1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 3, 3]);

  it('spreads a cotangent evenly over its window', async () => {
    const two = pool({ kernel_shape: [2, 2] });
    const dy = float32([4, 8, 12, 16], [1, 1, 2, 2]);
    expect(await pullBack(two, averageMaxPool, image, dy)).to.deep.equal([1, 3, 2, 4, 10, 6, 3, 7, 4]);
  });
  it('counts only elements in the image, at borders and beyond them in ceil_mode', async () => {
    const ceil = pool({ kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 });
    const dy = float32([4, 8, 12, 16], [1, 1, 2, 2]);
    expect(await pullBack(ceil, averageMaxPool, image, dy)).to.deep.equal([1, 1, 4, 1, 1, 4, 6, 6, 16]);
  });
});
