import { expect } from 'chai';

import { image } from '../../lib/image/image.js';
import { batchedIfSafe, stack } from '../../lib/models/input/batched.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { random } from '../../lib/tensor/random.js';
import { float32, type Float32Tensor } from '../../lib/tensor/tensor.js';

const side = 6;
const numbers = random(3);
const noise = (dims: readonly number[]) =>
  float32(
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => numbers.normal()),
    dims,
  );
const pictures = [0, 1, 2].map(() => image({ width: side, height: side }, noise([3, side, side]).data));

function modelOf(build: (b: Builder, x: Value) => Value): Model {
  const b = new Builder();
  b.output(build(b, b.input('image', 'float32', [1, 3, side, side])), 'result');
  return b.model();
}

async function run(model: Model, x: Float32Tensor): Promise<readonly number[]> {
  await using session = await openSession(encodeModel(model), { isolation: 'none' });
  const { result } = await session.run({ image: x });
  return Array.from(result!.data, Number);
}

const conv = (b: Builder, x: Value) =>
  b.op('Conv', [x, b.constant(noise([4, 3, 3, 3]))], { pads: [1, 1, 1, 1] });

/** Graphs that keep images apart. */
const apart: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
  'layers of networks': (b, x) => {
    const y = b.relu(conv(b, x));
    const pooled = b.op('MaxPool', [y], { kernel_shape: [2, 2], strides: [2, 2] });
    const factors = b.constant(float32([1, 1, 2, 2], [4]));
    const wide = b.op('Resize', [pooled, undefined, factors], { mode: 'nearest' });
    return b.op('Softmax', [b.concat([wide, y], 1)], { axis: 1 });
  },
  'a Reshape to one image': (b, x) => b.transpose(b.reshape(conv(b, x), [1, 4, -1]), [0, 2, 1]),
  'a Reshape to any number of images': (b, x) => b.reshape(x, [-1, 3, side * side]),
  'means, and a fully connected layer': (b, x) => {
    const flat = b.op('Flatten', [b.mul(b.mean(x, [2, 3]), x)], { axis: 1 });
    return b.op('Gemm', [flat, b.constant(noise([5, 3 * side * side])), b.constant(noise([5]))], {
      transB: 1,
    });
  },
  'slices, padding and matrix products': (b, x) =>
    b.matmul(b.pad(b.slice(x, [2], [1], [4]), [0, 0, 1, 0, 0, 0, 0, 0]), b.constant(noise([side, 2]))),
};

/** Graphs that mix images, or may do so. */
const mixing: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
  'a mean over everything': (b, x) => b.sub(x, b.mean(x)),
  'a mean over images': (b, x) => b.mean(x, [0]),
  'images that become channels': (b, x) => b.transpose(x, [1, 0, 2, 3]),
  'a Reshape to one row': (b, x) => b.reshape(x, [-1]),
  'a concatenation of images': (b, x) => b.concat([x, x], 0),
  'a softmax over images': (b, x) => b.op('Softmax', [x], { axis: 0 }),
  'a Resize to sizes, which include the number of images': (b, x) =>
    b.op('Resize', [x, undefined, undefined, b.sizes([1, 3, 12, 12])], { mode: 'nearest' }),
  'an operator without a rule': (b, x) => b.op('CumSum', [x, b.scalar(1, 'int64')]),
  'a constant with more axes': (b, x) => b.add(x, b.constant(noise([2, 1, 3, side, side]))),
  'padding along the images': (b, x) => b.pad(x, [1, 0, 0, 0, 0, 0, 0, 0]),
  'a result that does not depend on the image': (b) => b.relu(b.constant(noise([1, 3]))),
};

describe('a batch of images', () => {
  for (const [what, build] of Object.entries(apart))
    it(`keeps them apart: ${what}`, async () => {
      const model = modelOf(build);
      const many = batchedIfSafe(model, 'image');
      expect(many).not.to.be.null;
      const wanted: number[] = [];
      for (const picture of pictures) wanted.push(...(await run(model, stack([picture]))));
      expect(new Set(wanted).size).to.be.above(pictures.length);
      const found = await run(many!, stack(pictures));
      expect(found).to.have.length(wanted.length);
      found.forEach((value, i) => expect(value).to.be.closeTo(wanted[i]!, 1e-5));
    });
  for (const [what, build] of Object.entries(mixing))
    it(`is refused for ${what}`, () => {
      expect(batchedIfSafe(modelOf(build), 'image')).to.be.null;
    });
  it('needs at least one picture', () => {
    expect(() => stack([])).to.throw('no picture');
  });
});
