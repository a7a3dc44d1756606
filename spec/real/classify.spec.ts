import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { readImage } from '../../lib/image/codec/read-write.js';
import type { Classifier } from '../../lib/networks/classifier/classifier.js';
import { imagenetLabels } from '../../lib/networks/classifier/imagenet.js';
import { GoogLeNet, SqueezeNet, VGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import { evaluateClassifier } from '../../lib/tasks/classify/evaluate.js';
import { errorOf, noise, ownGradient, readCases } from '../models/golden-case.js';

const weights = '../shared/weights';
const data = '../shared/data/imagenet-sample';

const loaders = { vgg19: VGG19, googlenet: GoogLeNet, squeezenet: SqueezeNet };

describe('real networks give PyTorch’s activations and gradients', function () {
  before(function () {
    if (existsSync(weights)) return;
    console.warn(`SKIPPED: ${weights} is missing`);
    this.skip();
  });

  for (const golden of readCases(join(import.meta.dirname, 'golden', 'models.json'))) {
    const load = () => loaders[golden.network].load(join(weights, golden.name));
    it(golden.name, async () => {
      await using network = await load();
      const features = await network.features(noise(golden), Object.keys(golden.layers));
      for (const [layer, expected] of Object.entries(golden.layers))
        expect(errorOf(features[layer], expected), layer).to.be.below(2e-5);
    });
    for (const [layer, expected] of Object.entries(golden.gradients))
      it(`${golden.name}: gradient from ${layer}`, async () => {
        await using network = await load();
        expect(errorOf(await ownGradient(network, layer, golden), expected)).to.be.below(1e-4);
      });
  }
});

describe('accuracy on every fourth picture of the ImageNet sample', function () {
  before(function () {
    if (existsSync(weights) && existsSync(data)) return;
    console.warn(`SKIPPED: ${weights} or ${data} is missing`);
    this.skip();
  });

  async function accuracyOf(network: Classifier) {
    const classes = new Map(imagenetLabels.map(({ id }, index) => [id, index]));
    const names = readdirSync(data).filter((name, i) => name.endsWith('.jpg') && i % 4 === 0);
    async function* pictures() {
      for (const name of names)
        yield { image: await readImage(join(data, name)), key: classes.get(name.slice(0, 9)) ?? NaN };
    }
    return evaluateClassifier(network, pictures());
  }

  // Of all 600: top-1 .762, top-5 .930 (PyTorch with PIL's decoder: .753 and .935).
  it('GoogLeNet: top-1 ≥ .74, top-5 ≥ .92', async () => {
    await using network = await GoogLeNet.load(join(weights, 'googlenet.safetensors'));
    const { images, top1, top5 } = await accuracyOf(network);
    expect(images).to.equal(150);
    expect(top1).to.be.at.least(0.74);
    expect(top5).to.be.at.least(0.92);
  });

  // Of all 600: .628 and .863 by PyTorch.
  it('SqueezeNet: top-1 ≥ .6, top-5 ≥ .84', async () => {
    await using network = await SqueezeNet.load(join(weights, 'squeezenet1.1.safetensors'));
    const { top1, top5 } = await accuracyOf(network);
    expect(top1).to.be.at.least(0.6);
    expect(top5).to.be.at.least(0.84);
  });
});
