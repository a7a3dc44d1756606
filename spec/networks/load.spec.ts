import { expect } from 'chai';

import { Classifier } from '../../lib/networks/classifier/classifier.js';
import { Detector } from '../../lib/networks/detector/detector.js';
import { loadNetwork } from '../../lib/networks/load.js';
import { Segmenter } from '../../lib/networks/segmenter/segmenter.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { rejection } from '../models/rejection.js';
import { classifier } from '../studio/slim-files.js';
import { yolox } from './detector/small-yolox.js';

/** A graph that computes `channels` planes from a picture. */
function planes(channels: number): Uint8Array {
  const b = new Builder();
  const x = b.input('x', 'float32', ['n', 3, 'height', 'width']);
  const weight = b.constant(float32(new Float32Array(3 * channels), [channels, 3, 1, 1]));
  b.output(b.op('Conv', [x, weight], { kernel_shape: [1, 1] }), 'y');
  return encodeModel(b.model());
}

describe('loadNetwork', () => {
  it('recognizes the kind of network from a graph, given as bytes or as a model', async () => {
    const detector = await loadNetwork(yolox([]), { name: 'toy' });
    expect(detector).to.be.instanceOf(Detector).and.to.include({ name: 'toy' });
    const { bytes } = classifier();
    expect(await loadNetwork(bytes)).to.be.instanceOf(Classifier);
    expect(await loadNetwork(decodeModel(bytes))).to.be.instanceOf(Classifier);
    expect(await loadNetwork(planes(3))).to.be.instanceOf(Segmenter);
  });

  it('loads a graph that gives features as a classifier that only has layers', async () => {
    // More planes than classes are supported.
    const network = await loadNetwork(planes(300));
    expect(network).to.be.instanceOf(Classifier).and.to.include({ classifies: false });
    expect(network.layers).to.include('y');
  });

  it('loads a model of the catalog by name, and refuses unknown names and superfluous weights', async () => {
    expect(await loadNetwork('fasterrcnn-cells')).to.be.instanceOf(Detector);
    expect(await loadNetwork('unet-membrane')).to.be.instanceOf(Segmenter);
    expect(await loadNetwork('vgg19-slim')).to.be.instanceOf(Classifier);
    expect(await rejection(loadNetwork('nonesuch'))).to.match(/no network "nonesuch"/);
    expect(await rejection(loadNetwork('vgg19', { weights: 'missing.safetensors' }))).to.match(/missing/);
    expect(await rejection(loadNetwork(planes(3), { weights: 'a.safetensors' }))).to.match(/own weights/);
  });

  it('accepts addresses that do not end in .onnx', async () => {
    const address = `data:application/octet-stream;base64,${Buffer.from(planes(3)).toString('base64')}`;
    const error: unknown = await loadNetwork(address).catch((reason: unknown) => reason);
    expect(String(error)).not.to.contain('there is no network');
  });
});
