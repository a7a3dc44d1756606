// How to add a classifier, shown with a small network: its graph, the names of its weights, and the class that loads
// it. docs/how-to-add-a-network.md shows this code.

import { expect } from 'chai';
import { Classifier, image, loadClassifier, parseLabels } from 'oneiros';
import { Builder, encodeModel } from 'oneiros/onnx';
import { float32, random } from 'oneiros/runtime';
import { writeSafetensors } from 'oneiros/weights';

import type { Architecture, Stage } from '../../lib/models/classifiers/architecture.js';
import { loadPretrained, type Pretrained } from '../../lib/networks/classifier/build.js';
import { sizeOf } from '../../lib/tensor/tensor.js';
import type { NamingSchemes } from '../../lib/weights/tensor-names/translate.js';

describe('Example: add a network', () => {
  const placement = { isolation: 'none', threads: 1 } as const;

  /** Halves the picture, then squeezes its channels and expands them. */
  function fire(name: string): Stage {
    return {
      learned: [`${name}/squeeze`, `${name}/expand`],
      build: (net, x) => {
        const pooled = net.maxPool3(x, `${name}/pool`, 2);
        const squeezed = net.convRelu(pooled, `${name}/squeeze`, { kernel: 1 });
        return net.convRelu(squeezed, `${name}/expand`, { kernel: 3, pad: 1 });
      },
    };
  }

  const tinynet: Architecture = {
    name: 'TinyNet',
    stages: [
      { learned: ['conv1'], build: (net, x) => net.convRelu(x, 'conv1', { kernel: 3, stride: 2 }) },
      fire('fire2'),
      {
        learned: ['conv3'],
        build: (net, x) => net.softmax(net.average(net.conv(x, 'conv3', { kernel: 1 }), 'pool3'), 'prob'),
      },
    ],
  };

  const tinynetNames: NamingSchemes = {
    network: 'TinyNet',
    schemes: [
      {
        name: 'PyTorch',
        rules: [
          { from: 'features.0.{p}', to: 'conv1.{p}' },
          { from: 'features.{n#}.{layer}.{p}', to: 'fire{n}/{layer}.{p}' },
          { from: 'classifier.{p}', to: 'conv3.{p}' },
        ],
      },
    ],
  };

  const pretrainedTinyNet: Pretrained = {
    architecture: tinynet,
    names: tinynetNames,
    crop: { resize: 32, crop: { width: 32, height: 32 } },
    preprocessing: () => 'imagenet',
  };

  const checkpoint = weightsFile({
    'features.0.weight': [8, 3, 3, 3],
    'features.0.bias': [8],
    'features.2.squeeze.weight': [4, 8, 1, 1],
    'features.2.squeeze.bias': [4],
    'features.2.expand.weight': [8, 4, 3, 3],
    'features.2.expand.bias': [8],
    'classifier.weight': [3, 8, 1, 1],
    'classifier.bias': [3],
  });
  const photograph = image({ width: 40, height: 32 });
  const labels = parseLabels('cat\ndog\nhorse');

  it('by its graph and the names of its weights', async () => {
    const parts = await loadPretrained(pretrainedTinyNet, checkpoint, { labels, placement });
    await using network = new Classifier(parts);
    const [best] = await network.classify(photograph);
    expect(best?.name).to.be.oneOf(['cat', 'dog', 'horse']);
    expect(network.notes).to.deep.equal([
      'TinyNet, weights named as by PyTorch; input: RGB, 0..1, minus mean (0.485,0.456,0.406), divided by (0.229,0.224,0.225)',
    ]);
    const { 'fire2/expand': features } = await network.features(photograph, ['fire2/expand']);
    expect(features?.dims.slice(0, 2)).to.deep.equal([1, 8]);
  });

  it('as an ONNX file, without any code', async () => {
    const b = new Builder();
    const pixels = b.input('pixels', 'float32', [1, 3, 'height', 'width']);
    const kernel = b.constant(float32(normal(3 * 3 * 3 * 3), [3, 3, 3, 3]));
    const features = b.op('Relu', [b.op('Conv', [pixels, kernel])], {}, { name: 'relu1' });
    b.output(b.mean(features, [2, 3]), 'scores');
    const file = encodeModel(b.model());

    await using network = await loadClassifier(file, { preprocessing: 'imagenet', labels, placement });
    const [best] = await network.classify(photograph);
    expect(network.layers).to.include('relu1');
    expect(best?.name).to.be.oneOf(['cat', 'dog', 'horse']);
  });

  function weightsFile(shapes: Readonly<Record<string, readonly number[]>>): Uint8Array {
    const tensors = Object.entries(shapes).map(
      ([name, dims]) => [name, float32(normal(sizeOf(dims)), dims)] as const,
    );
    return writeSafetensors(new Map(tensors));
  }

  function normal(length: number): Float32Array {
    const stream = random(1);
    return Float32Array.from({ length }, () => 0.3 * stream.normal());
  }
});
