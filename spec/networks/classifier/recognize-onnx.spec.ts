import { join } from 'node:path';
import { expect } from 'chai';

import { bytesSource } from '../../../lib/files/source.js';
import { image } from '../../../lib/image/image.js';
import { loadClassifier } from '../../../lib/networks/classifier/load.js';
import { GoogLeNet } from '../../../lib/networks/classifier/published-classifiers.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import { decodeModel } from '../../../lib/onnx/codec/read.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { random } from '../../../lib/tensor/random.js';
import { float32, int64, sizeOf } from '../../../lib/tensor/tensor.js';
import { loadWeights } from '../../../lib/weights/formats/open.js';
import { drawWeights, readCases } from '../../models/golden-case.js';
import { rejection } from '../../models/rejection.js';

const placement = { isolation: 'none' } as const;

/** Returns a function that adds random constants. */
function drawer(b: Builder) {
  const source = random(5);
  return (dims: readonly number[], name = b.fresh('weight')): Value => {
    const scale = dims.length > 1 ? Math.sqrt(2 / sizeOf(dims.slice(1))) : 0.1;
    const data = Float32Array.from({ length: sizeOf(dims) }, () => source.normal() * scale);
    return b.constant(float32(data, dims), name);
  };
}

/** A VGG-19 as torchvision exports it, with few channels; `transposed` stores the matrices transposed. */
function torchvisionExport({ transposed = false, blocks = [2, 2, 4, 4, 4] } = {}): Uint8Array {
  const b = new Builder();
  const draw = drawer(b);
  let x = b.input('input.1', 'float32', [1, 3, 224, 224]);
  let channels = 3;
  for (const convolutions of blocks) {
    for (let i = 0; i < convolutions; i++) {
      x = b.relu(
        b.op('Conv', [x, draw([4, channels, 3, 3]), draw([4])], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      );
      channels = 4;
    }
    x = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  x = b.op('Flatten', [b.op('AveragePool', [x], { kernel_shape: [1, 1] })], { axis: 1 });
  for (const [i, [outputs, inputs]] of [[8, 4 * 49] as const, [8, 8] as const, [5, 8] as const].entries()) {
    const matrix = draw(transposed ? [inputs, outputs] : [outputs, inputs]);
    x = b.op('Gemm', [x, matrix, draw([outputs])], { transB: transposed ? 0 : 1 });
    if (i < 2) x = b.relu(x);
  }
  b.output(x, 'scores');
  return encodeModel(b.model());
}

function picture(width: number, height: number) {
  const source = random(9);
  return image(
    { width, height },
    Float32Array.from({ length: 3 * width * height }, () => source.uniform()),
  );
}

/** Opens the same file with an additional last operator, so that it is not recognized. */
function openUnrecognized(bytes: Uint8Array) {
  const b = Builder.from(decodeModel(bytes).graph);
  b.output(b.sigmoid(b.value('scores')));
  return loadClassifier(encodeModel(b.model()), { placement, preprocessing: 'imagenet' });
}

describe('loading an ONNX file', () => {
  it('recognizes torchvision’s VGG-19 by its structure, and gives the same results', async () => {
    for (const transposed of [false, true]) {
      const bytes = torchvisionExport({ transposed });
      await using network = await loadClassifier(bytes, { placement });
      expect(network.name).to.equal('VGG-19');
      expect(network.layers).to.include.members(['relu4_2', 'fc6', 'prob']);
      await using plain = await openUnrecognized(bytes);
      const photograph = picture(224, 224);
      const [scores] = Object.values(await plain.features(photograph, ['scores']));
      const [again] = Object.values(await network.features(photograph, ['fc8']));
      expect(Number(scores?.data.length)).to.equal(5);
      for (let i = 0; i < 5; i++) expect(Number(again?.data[i])).to.be.closeTo(Number(scores?.data[i]), 1e-4);
    }
  });

  it('does not confuse VGG-16 with VGG-19', async () => {
    await using network = await loadClassifier(torchvisionExport({ blocks: [2, 2, 3, 3, 3] }), {
      placement,
      name: 'vgg16',
    });
    expect(network.name).to.equal('vgg16');
    expect((await network.classify(picture(300, 250), { top: 9 })).length).to.equal(5);
  });

  it('recognizes the model zoo’s GoogLeNet by the names of its weights', async () => {
    const [golden] = readCases(join(import.meta.dirname, '../../models/golden/models.json')).filter(
      ({ network }) => network === 'googlenet',
    );
    const source = drawWeights(golden?.shapes ?? {});
    const { weights } = await loadWeights(bytesSource(source));
    const b = new Builder();
    b.output(b.sigmoid(b.input('data_0', 'float32', [1, 3, 224, 224])), 'prob_1');
    for (const [name, stored] of weights)
      b.constant(await stored.load(), name.replace('.weight', '_w_0').replace('.bias', '_b_0'));
    await using zoo = await loadClassifier(encodeModel(b.model()), { placement });
    await using caffe = await GoogLeNet.load(source, { placement });
    const photograph = picture(224, 224);
    expect(await zoo.classify(photograph)).to.deep.equal(await caffe.classify(photograph));
  });

  it('accepts any other network, whose layers are the values that depend on the image', async () => {
    const b = new Builder();
    const x = b.input('pixels', 'float32', ['N', 3, 'H', 'W']);
    const half = b.op('Mul', [x, b.constant(float32([0.5]), 'half')], {}, { name: 'dim' });
    const kernel = b.constant(float32(new Float32Array(6).fill(1), [2, 3, 1, 1]));
    b.output(
      b.op('GlobalAveragePool', [b.op('Conv', [half, kernel], {}, { name: 'sum' })], {}, { name: 'mean' }),
    );
    await using network = await loadClassifier(encodeModel(b.model()), {
      placement,
      name: 'toy',
      preprocessing: 'caffe',
    });
    expect(network.layers.slice(0, 3)).to.deep.equal(['dim', 'sum', 'mean']);
    const white = image({ width: 2, height: 2 }, new Float32Array(12).fill(1));
    // half of (255 − 103.939) + (255 − 116.779) + (255 − 123.68)
    const { sum } = await network.features(white, ['sum']);
    expect(Number(sum?.data[0])).to.be.closeTo(420.602 / 2, 1e-3);
    const labels = await network.classify(white);
    expect(labels.map(({ id, name, probability }) => [id, name, probability])).to.deep.equal([
      ['0', 'class 0', 0.5],
      ['1', 'class 1', 0.5],
    ]);
  });

  it('recognizes probabilities after a softmax, even if other operators pass them on', async () => {
    const b = new Builder();
    const x = b.input('pixels', 'float32', [1, 3, 'H', 'W']);
    const row = b.op('Softmax', [b.op('GlobalAveragePool', [x])], { axis: 1 });
    b.output(b.op('Identity', [b.op('Flatten', [row], { axis: 1 })]), 'probabilities');
    await using network = await loadClassifier(encodeModel(b.model()), { placement, name: 'toy' });
    const red = image({ width: 1, height: 1 }, Float32Array.of(1, 0, 0));
    const [first] = await network.classify(red);
    expect(first?.probability).to.be.closeTo(Math.E / (Math.E + 2), 1e-6);
  });

  it('refuses an input size that would exhaust the memory, before it allocates anything', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 3, 8000, 8000]);
    b.output(b.op('Flatten', [b.op('GlobalAveragePool', [x])]), 'y');
    expect(await rejection(loadClassifier(encodeModel(b.model()), { name: 'toy' }))).to.match(
      /toy takes pictures of 8000×8000 pixels.*at most 8,388,608/,
    );
  });

  it('lists the inputs if they are not one picture', async () => {
    const b = new Builder();
    b.output(b.add(b.input('tokens', 'float32', [1, 77]), b.input('mask', 'float32', [1, 77])), 'sum');
    expect(await rejection(loadClassifier(encodeModel(b.model()), { name: 'clip' }))).to.match(
      /clip takes "tokens" \(float32 \[1, 77\]\) and "mask".*expected one picture/,
    );
    const ids = new Builder();
    ids.output(ids.add(ids.input('ids', 'int64', [1, 3, 8, 8]), ids.constant(int64([1]))), 'next');
    expect(await rejection(loadClassifier(encodeModel(ids.model())))).to.match(/"ids" \(int64/);
  });
});
