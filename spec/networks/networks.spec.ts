import { join } from 'node:path';
import { expect } from 'chai';

import { GoogLeNet, SqueezeNet, VGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import {
  drawWeights,
  errorOf,
  type GoldenCase,
  noise,
  ownGradient,
  readCases,
} from '../models/golden-case.js';

const cases = readCases(join(import.meta.dirname, '../models/golden/models.json'));

function load({ network, shapes = {}, options }: GoldenCase) {
  const source = drawWeights(shapes);
  const placement = { isolation: 'none' } as const;
  switch (network) {
    case 'vgg19':
      return VGG19.load(source, { ...options, placement });
    case 'googlenet':
      return GoogLeNet.load(source, { placement });
    case 'squeezenet':
      return SqueezeNet.load(source, { placement });
  }
}

/** The exponential in the softmax amplifies the rounding errors of scores. */
const tolerance = (layer: string) => (layer === 'prob' ? 1e-4 : 1e-5);

describe('networks give PyTorch’s activations and gradients with the same weights', () => {
  for (const golden of cases) {
    it(golden.name, async () => {
      await using network = await load(golden);
      const features = await network.features(noise(golden), Object.keys(golden.layers));
      for (const [layer, expected] of Object.entries(golden.layers))
        expect(errorOf(features[layer], expected), layer).to.be.below(tolerance(layer));
    });
    for (const [layer, expected] of Object.entries(golden.gradients))
      it(`${golden.name}: gradient from ${layer}`, async () => {
        await using network = await load(golden);
        expect(errorOf(await ownGradient(network, layer, golden), expected)).to.be.below(1e-4);
      });
  }
});
