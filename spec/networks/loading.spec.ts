import { expect } from 'chai';

import { bytesSource } from '../../lib/files/source.js';
import { image } from '../../lib/image/image.js';
import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { GoogLeNet, SqueezeNet, VGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import { float32, type NumericTensor, sizeOf, zeros } from '../../lib/tensor/tensor.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { writeSafetensors } from '../../lib/weights/formats/safetensors.js';
import { rejection } from '../models/rejection.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** A safetensors file of zeros with these shapes; tensors named in `fill` have that value instead. */
function file(shapes: Shapes, fill: Readonly<Record<string, number>> = {}, metadata = {}): Uint8Array {
  const tensors = Object.entries(shapes).map(([name, dims]): [string, NumericTensor] => [
    name,
    name in fill
      ? float32(new Float32Array(sizeOf(dims)).fill(fill[name] ?? 0), dims)
      : zeros('float32', dims),
  ]);
  return writeSafetensors(new Map(tensors), metadata);
}

/** conv1_1 … conv2_1 of a VGG-19 with two and three channels. */
const shallow: Shapes = {
  'conv1_1.weight': [2, 3, 3, 3],
  'conv1_1.bias': [2],
  'conv1_2.weight': [2, 2, 3, 3],
  'conv1_2.bias': [2],
  'conv2_1.weight': [3, 2, 3, 3],
  'conv2_1.bias': [3],
};
const without = (...names: readonly string[]): Shapes =>
  Object.fromEntries(Object.entries(shallow).filter(([name]) => !names.includes(name)));

describe('loading networks', () => {
  it('cuts a network where its weights end, and adds a note', async () => {
    await using network = await VGG19.load(file(shallow));
    expect(network.cutAt).to.equal('relu2_1');
    expect(network.layers).to.deep.equal([
      ...['data', 'conv1_1', 'relu1_1', 'conv1_2', 'relu1_2', 'pool1', 'conv2_1', 'relu2_1'],
    ]);
    expect(network.notes.join('\n')).to.include('the weights end at relu2_1');
    const picture = image({ width: 8, height: 8 });
    expect(await rejection(network.classify(picture))).to.include(
      'cannot classify: its weights end at relu2_1',
    );
  });

  it('cuts before a layer that is incomplete', async () => {
    const { cutAt } = await VGG19.load(file(without('conv2_1.bias')));
    expect(cutAt).to.equal('relu1_2');
  });

  it('refuses weights with a gap, or of another network, in one line that names the tensor', async () => {
    expect(await rejection(VGG19.load(file(without('conv1_2.weight', 'conv1_2.bias'))))).to.match(
      /have conv2_1\.weight but lack conv1_2\.weight/,
    );
    expect(
      await rejection(VGG19.load(file(without('conv1_1.weight', 'conv1_1.bias', 'conv2_1.bias')))),
    ).to.match(/lack conv1_1\.weight/);
    expect(await rejection(GoogLeNet.load(file(shallow)))).to.match(/not the weights of GoogLeNet/);
    expect(await rejection(SqueezeNet.load(file({ 'fire9/x.weight': [1] })))).to.match(
      /conv1\.weight is missing/,
    );
  });

  it('refuses tensors of the wrong shape', async () => {
    for (const [name, dims, words] of [
      ['conv1_2.weight', [2, 5, 3, 3], /conv1_2\.weight has the shape \[2, 5, 3, 3\].*\[channels, 2, 3, 3\]/],
      ['conv1_2.weight', [2, 2, 5, 5], /conv1_2\.weight/],
      ['conv1_1.weight', [54], /conv1_1\.weight has the shape \[54\]/],
      ['conv1_1.bias', [3], /conv1_1\.bias has the shape \[3\].*\[2\]/],
    ] as const)
      expect(await rejection(VGG19.load(file({ ...shallow, [name]: dims })))).to.match(words);
  });

  it('refuses weights that are not finite', async () => {
    expect(await rejection(VGG19.load(file(shallow, { 'conv1_2.bias': NaN })))).to.match(
      /conv1_2\.bias.*NaN/,
    );
    expect(await rejection(VGG19.load(file(shallow, { 'conv2_1.weight': Infinity })))).to.match(
      /conv2_1\.weight/,
    );
  });

  it('lists near names for an unknown layer, and accepts other spellings of a known one', async () => {
    const network = await VGG19.load(file(shallow));
    expect(network.layer('Conv2-1')).to.equal('conv2_1');
    expect(network.layer('relu11')).to.equal('relu1_1');
    expect(() => network.layer('relu4_2')).to.throw(/VGG-19 has no layer "relu4_2"; near names: relu/);
  });

  it('takes the preprocessing from the option, the file, or the naming scheme', async () => {
    // (scale · 1 − mean) / std for a white picture, calculated by hand
    const white = image({ width: 4, height: 4 }, new Float32Array(48).fill(1));
    const seen = async (source: Uint8Array, options = {}) => {
      await using network = await VGG19.load(source, { ...options, placement: { isolation: 'none' } });
      const { data } = (await network.features(white, ['data']))['data']!;
      return [data[0], data[16], data[32]].map((value) => Number(Number(value).toFixed(3)));
    };
    expect(await seen(file(shallow))).to.deep.equal([151.061, 138.221, 131.32]);
    expect(
      await seen(file(shallow, {}, { input: 'RGB, 0..2, minus mean (1,0.5,0), divided by (2,1,4)' })),
    ).to.deep.equal([0.5, 1.5, 0.5]);
    expect(await seen(file(shallow), { preprocessing: 'imagenet' })).to.deep.equal([2.249, 2.429, 2.64]);
    expect(await seen(file(shallow), { preprocessing: 'none' })).to.deep.equal([1, 1, 1]);
  });

  it('lists the known networks, and states which need weights', async () => {
    expect(await rejection(loadClassifier('vgg18', {}))).to.match(/no network "vgg18".*googlenet.*\.onnx/);
    expect(await rejection(loadClassifier('squeezenet'))).to.match(/squeezenet needs weights/);
    expect(await rejection(loadClassifier('a.onnx', { weights: file(shallow) }))).to.match(
      /brings its own weights/,
    );
    expect(await rejection(loadClassifier('/nowhere/a.onnx', {}))).to.match(/no such file/);
    expect(await rejection(loadClassifier('unet-membrane'))).to.match(
      /segments, and cannot be loaded as one that classifies/,
    );
  });

  it('reads no weights beyond the requested layers', async () => {
    const read: string[] = [];
    await using source = bytesSource(file(shallow));
    const { weights, metadata } = await loadWeights(source);
    const watched = new Map(
      Array.from(weights, ([name, stored]) => [
        name,
        { ...stored, load: () => (read.push(name), stored.load()) },
      ]),
    );
    const network = await VGG19.load({ weights: watched, metadata }, { until: ['conv1-2', 'relu1_1'] });
    expect(network.cutAt).to.equal('relu1_2');
    expect(network.notes.join()).to.include('only as far as relu1_2');
    expect(read).to.deep.equal(['conv1_1.weight', 'conv1_1.bias', 'conv1_2.weight', 'conv1_2.bias']);
    const unknown = VGG19.load(file(shallow), { until: ['conv6_1'] });
    expect(await rejection(unknown)).to.match(/VGG-19 has no layer "conv6_1"; near names: conv/);
  });
});
