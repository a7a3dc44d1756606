import { expect } from 'chai';
import { dream, fromTensor, type Image, toTensor } from 'oneiros';
import { encodeModel, grad } from 'oneiros/onnx';
import { float32, type Float32Tensor, openSession, type Tensor } from 'oneiros/runtime';

import { waves } from '../tasks/pictures.js';
import { smallNetwork } from '../tasks/small-network.js';

/**
 * DeepDream, step by step. The recipe of the lecture:
 *
 *   1. pick a layer,
 *   2. send the image forward to it,
 *   3. set the gradient at that layer to its activation,
 *   4. propagate that gradient back to the image,
 *   5. update the image along it, and begin again.
 *
 * A small network with random weights replaces GoogLeNet here, so that this runs quickly.
 */
describe('Example: DeepDream step by step', () => {
  const network = smallNetwork();
  const photograph = waves({ width: 48, height: 32 });

  // 1. Pick a layer. Early layers respond to edges and textures, late layers to whole objects.
  const layer = network.layer('relu3_1');

  // `grad` derives the backward pass as another graph. Its inputs are the image and `d_relu3_1`, the gradient at the
  // layer; its output is `d_image`, the gradient at the image.
  const backward = grad(network.model, { outputs: [layer], wrt: ['image'], keepOutputs: [] });
  const forward = {
    ...network.model,
    graph: { ...network.model.graph, outputs: [{ name: layer, type: null }] },
  };

  it('amplifies the activations of the layer, by hand', async () => {
    await using toLayer = await openSession(encodeModel(forward), { isolation: 'none', threads: 1 });
    await using toImage = await openSession(encodeModel(backward), { isolation: 'none', threads: 1 });

    let image = photograph;
    const strengths: number[] = [];
    for (let step = 0; step < 10; step++) {
      // 2. Forward: compute the layer's activation.
      const activation = float(await toLayer.run({ image: toTensor(image) }), layer);
      strengths.push(energy(activation));

      // 3. and 4. "More of that": the gradient at the layer is the activation itself, the derivative of ½ Σ a².
      const results = await toImage.run({ image: toTensor(image), [`d_${layer}`]: activation });

      // 5. A step along the gradient, normalized to 1.5 of 255 levels on average, independent of the network's scale.
      image = stepped(image, float(results, 'd_image'), 1.5 / 255);
    }
    expect(strengths.at(-1)).to.be.above(1.2 * (strengths[0] ?? NaN));
  });

  it('does the same, with octaves and jitter, in one call', async () => {
    const objectives: number[] = [];
    let dreamt: Image = photograph;
    for await (const step of dream(network, photograph, {
      layers: { relu3_1: 1 },
      size: 48,
      octaves: 2,
      steps: 5,
      jitter: 4,
      seed: 1,
      placement: { isolation: 'none', threads: 1 },
    })) {
      objectives.push(step.value);
      dreamt = step.image;
    }
    expect(objectives).to.have.length(10);
    expect(objectives.at(-1)).to.be.above(objectives[5] ?? NaN);
    expect(dreamt.data).not.to.deep.equal(photograph.data);
  });

  function energy({ data }: Float32Tensor): number {
    return data.reduce((sum, a) => sum + 0.5 * a * a, 0);
  }

  function stepped(image: Image, gradient: Float32Tensor, length: number): Image {
    const mean = gradient.data.reduce((sum, g) => sum + Math.abs(g), 0) / gradient.data.length;
    const moved = image.data.map((x, i) => Math.min(1, Math.max(0, x + (length * gradient.data[i]!) / mean)));
    return fromTensor(float32(moved, gradient.dims));
  }
});

function float(results: Readonly<Record<string, Tensor>>, name: string): Float32Tensor {
  const result = results[name];
  if (result?.dtype !== 'float32') throw new Error(`no ${name}`);
  return result;
}
