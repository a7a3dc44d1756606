import { expect } from 'chai';

import { crop } from '../../lib/image/geometry/crop.js';
import { pad } from '../../lib/image/geometry/pad.js';
import { type Image, image, toTensor } from '../../lib/image/image.js';
import { fullyConvolutional } from '../../lib/models/classifiers/fully-convolutional.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { slidingWindow } from '../../lib/tasks/segment/sliding-window.js';
import { random } from '../../lib/tensor/random.js';
import { float32, sizeOf } from '../../lib/tensor/tensor.js';

const window = { width: 10, height: 10 };
const placement = { isolation: 'none' } as const;
const stream = random(7);
const noise = (...dims: readonly number[]) =>
  float32(
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal() / 3),
    dims,
  );

/** A classifier of 10×10 windows: 3×3 convolution, pooling, 3×3 convolution, and a head with a row of two. */
function classifier(head: (b: Builder, x: Value) => Value): Model {
  const b = new Builder();
  const x = b.input('window', 'float32', [1, 3, 10, 10]);
  const first = b.relu(b.op('Conv', [x, b.constant(noise(4, 3, 3, 3)), b.constant(noise(4))]));
  const pooled = b.op('MaxPool', [first], { kernel_shape: [2, 2], strides: [2, 2] });
  b.output(head(b, b.relu(b.op('Conv', [pooled, b.constant(noise(5, 4, 3, 3))]))));
  return b.model();
}

const heads: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
  'Gemm, softmax': (b, x) => {
    const row = b.op('Flatten', [x]);
    const hidden = b.relu(b.op('Gemm', [row, b.constant(noise(6, 20)), b.constant(noise(6))], { transB: 1 }));
    return b.op('Softmax', [b.op('Gemm', [hidden, b.constant(noise(6, 2)), b.constant(noise(2))])], {
      axis: 1,
    });
  },
  'MatMul and Add': (b, x) =>
    b.op(
      'Softmax',
      [b.add(b.matmul(b.reshape(x, [1, -1]), b.constant(noise(20, 2))), b.constant(noise(2)))],
      {
        axis: -1,
      },
    ),
  'mean over the window': (b, x) => {
    const scores = b.op('Conv', [x, b.constant(noise(2, 5, 1, 1))]);
    return b.op('Softmax', [b.op('Flatten', [b.op('GlobalAveragePool', [scores])])], { axis: 1 });
  },
};

function picture(width: number, height: number): Image {
  return image(
    { width, height },
    Float32Array.from({ length: 3 * width * height }, () => stream.uniform()),
  );
}

/** The naive algorithm: one window after the other. */
async function oneByOne(model: Model, source: Image): Promise<Float32Array> {
  const around = pad(source, { left: 4, top: 4, right: 5, bottom: 5 }, 'reflect');
  await using session = await openSession(encodeModel(model), placement);
  const result = new Float32Array(2 * source.width * source.height);
  const area = source.width * source.height;
  for (let i = 0; i < area; i++) {
    const [x, y] = [i % source.width, Math.floor(i / source.width)];
    const [row] = Object.values(await session.run({ window: toTensor(crop(around, { x, y, ...window })) }));
    if (row?.dtype !== 'float32') return expect.fail('no row');
    [result[i], result[area + i]] = [row.data[0]!, row.data[1]!];
  }
  return result;
}

describe('slidingWindow', () => {
  for (const [name, head] of Object.entries(heads))
    it(`gives every pixel the class of the window around it: ${name}`, async () => {
      const model = classifier(head);
      const source = picture(13, 12);
      expect(fullyConvolutional(model, window)).to.include({ stride: 2, classes: 2 });
      const found = await slidingWindow(model, source, { window, placement, classes: ['no', 'yes'] });
      const expected = await oneByOne(model, source);
      found.probabilities!.data.forEach((value, i) => expect(value).to.be.closeTo(expected[i]!, 1e-5));
      expect(found.classes.map((area) => area.name)).to.deep.equal(['no', 'yes']);
    });

  it('repeats samples for the pixels between them if the stride is larger', async () => {
    const model = classifier(heads['Gemm, softmax']!);
    const source = picture(9, 7);
    const coarse = await slidingWindow(model, source, { window, placement, stride: 2 });
    const fine = await slidingWindow(model, source, { window, placement });
    coarse.labels.forEach((label, i) => {
      const [x, y] = [i % 9, Math.floor(i / 9)];
      expect(label).to.equal(fine.labels[(y - (y % 2)) * 9 + x - (x % 2)]);
    });
  });

  it('refuses a stride that does not divide the network’s, and layers that are not convolutional', async () => {
    const model = classifier(heads['Gemm, softmax']!);
    const failure = (promise: Promise<unknown>) =>
      promise.then(
        () => null,
        (error: unknown) => error,
      );
    expect(await failure(slidingWindow(model, picture(9, 9), { window, stride: 3 })))
      .to.have.property('message')
      .that.includes('must divide');
    const turned = classifier((b, x) => b.op('Flatten', [b.transpose(x, [0, 2, 3, 1])]));
    expect(() => fullyConvolutional(turned, window)).to.throw('cannot be applied to all windows');
  });
});
