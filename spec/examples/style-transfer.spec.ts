import { expect } from 'chai';
import { type Image, style, toTensor } from 'oneiros';
import { Builder, encodeModel, grad, type Value } from 'oneiros/onnx';
import { float32, type Float32Tensor, openSession, type Tensor } from 'oneiros/runtime';
import { lbfgs } from 'oneiros/train';

import { speckles, waves } from '../tasks/pictures.js';
import { smallNetwork } from '../tasks/small-network.js';

/**
 * Style transfer, from its loss. For a photograph p and a painting a, find the picture x that minimizes
 *
 *     ‖C(x) − C(p)‖² + k ‖S(x) − S(a)‖²
 *
 * where C, the content, is the activations of a deep layer, and S, the style, is the Gram matrices of some layers,
 * which measure the channels that are active together at any position. The network is fixed; the pixels are learned.
 */
describe('Example: style transfer from its loss', () => {
  const network = smallNetwork();
  const photograph = waves({ width: 32, height: 24 });
  const painting = speckles({ width: 32, height: 24 });
  const k = 10;

  // The Gram matrix of a layer: F Fᵀ / pixels, where F has the activations, one row per channel and one column per
  // pixel.
  function gram(b: Builder, layer: Value, channels: number): Value {
    const rows = b.reshape(layer, [channels, -1]);
    const pixels = b.cast(b.dim(rows, 1), 'float32');
    return b.div(b.matmul(rows, b.swap(rows)), pixels);
  }

  it('minimizes the loss of the formula', async () => {
    // C and S as outputs of one graph, which extends the network's.
    const features = Builder.from(network.model.graph);
    features.output(features.value('relu3_1'), 'C');
    features.output(gram(features, features.value('relu1_1'), 6), 'S');
    await using targets = await openSession(encodeModel(features.model()), { isolation: 'none', threads: 1 });
    const C = float(await targets.run({ image: toTensor(photograph) }), 'C');
    const S = float(await targets.run({ image: toTensor(painting) }), 'S');

    // The loss of the formula as nodes of the graph, with the targets as constants.
    const b = Builder.from(network.model.graph);
    const distance = (x: Value, target: Float32Tensor) => b.sum(b.square(b.sub(x, b.constant(target))));
    const content = distance(b.value('relu3_1'), C);
    const style = distance(gram(b, b.value('relu1_1'), 6), S);
    b.output(b.add(content, b.mul(style, k)), 'loss');
    // Its gradient by the image is another graph, which gives both in one run.
    await using learn = await openSession(encodeModel(grad(b.model(), { loss: 'loss', wrt: ['image'] })), {
      isolation: 'none',
      threads: 1,
    });
    const objective = async (x: Float32Array) => {
      const results = await learn.run({ image: float32(x, [1, 3, 24, 32]) });
      return { value: float(results, 'loss').data[0] ?? NaN, gradient: float(results, 'd_image').data };
    };

    // Start with the photograph, where the content fits and the style does not, and minimize.
    const before = (await objective(photograph.data)).value;
    let after = before;
    for await (const { value } of lbfgs(photograph.data, objective, { iterations: 25 })) {
      expect(value).to.be.at.most(after);
      after = value;
    }
    expect(after).to.be.below(0.5 * before);
  });

  it('does the same, from coarse to fine and with more layers, in one call', async () => {
    const losses: number[] = [];
    let painted: Image = photograph;
    for await (const step of style(network, photograph, [painting], {
      contentLayers: { relu3_1: 1 },
      styleLayers: { relu1_1: 1, relu2_1: 1 },
      size: 32,
      smallest: 16,
      iterations: 24,
      placement: { isolation: 'none', threads: 1 },
    })) {
      losses.push(step.styleLoss);
      painted = step.image;
    }
    expect(losses.at(-1)).to.be.below(0.3 * (losses[0] ?? NaN));
    expect([painted.width, painted.height]).to.deep.equal([32, 24]);
  });
});

function float(results: Readonly<Record<string, Tensor>>, name: string): Float32Tensor {
  const result = results[name];
  if (result?.dtype !== 'float32') throw new Error(`no ${name}`);
  return result;
}
