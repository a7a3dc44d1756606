import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { image, loadClassifier, readImage, resize } from '../../lib/api/index.js';
import { type Tensor, toNumbers } from '../../lib/tensor/tensor.js';

const root = join(import.meta.dirname, '../..');
const path = join(root, 'onnx-models/vgg19-slim.onnx');

describe('vgg19-slim, as shipped', () => {
  it('is a VGG-19 up to relu5_1 with a quarter of the width, in at most 8 MB', async () => {
    const network = await loadClassifier(path);
    expect(network.name).to.equal('VGG-19');
    expect(network.cutAt).to.equal('relu5_1');
    expect(network.layers).to.include.members(['conv1_1', 'relu2_2', 'pool3', 'relu4_2', 'conv5_1']);
    expect(statSync(path).size).to.be.at.most(8e6);
    const { initializers } = network.model.graph;
    const widths = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1'].map(
      (layer) => initializers.get(`${layer}.bias`)?.dims[0],
    );
    expect(widths).to.deep.equal([16, 32, 64, 128, 128]);
  });

  it('has layers of comparable scale on a photograph, and few dead channels', async () => {
    await using network = await loadClassifier('vgg19-slim');
    const cat = await readImage(join(root, 'scripts/demo/photographs/cat.jpg'));
    const small = resize(cat, { width: 192, height: 128 });
    const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];
    const features = await network.features(image(small, small.data), layers);
    for (const layer of layers) {
      const { dims, values } = contentsOf(features[layer]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean, layer).to.be.within(0.4, 2.5);
      const area = (dims[2] ?? 0) * (dims[3] ?? 0);
      const alive = Array.from({ length: dims[1] ?? 0 }, (_, channel) =>
        values.slice(channel * area, (channel + 1) * area).some((value) => value > 0),
      );
      expect(alive.filter((is) => is).length / alive.length, layer).to.be.at.least(0.7);
    }
  });

  it('has measured figures on its card', () => {
    const card = readFileSync(join(root, 'onnx-models/vgg19-slim.md'), 'utf8');
    for (const layer of ['relu1_1', 'relu2_1', 'relu3_1'])
      expect(card).to.match(new RegExp(`${layer} +\\| +\\.\\d`));
  });
});

function contentsOf(tensor: Tensor | undefined) {
  if (tensor === undefined || tensor.dtype === 'string') throw new Error('no such layer');
  return { dims: tensor.dims, values: toNumbers(tensor) };
}
