import { existsSync } from 'node:fs';
import { expect } from 'chai';

import { fileSource } from '../../lib/files/read.js';
import { sizeOf } from '../../lib/tensor/tensor.js';
import { loadWeight } from '../../lib/weights/check-tensor.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { googlenetNames } from '../../lib/weights/tensor-names/googlenet.js';
import { layersOf, translate } from '../../lib/weights/tensor-names/translate.js';
import { vgg19Names } from '../../lib/weights/tensor-names/vgg19.js';

const folder = '../shared/weights';

/** The number of tensors and elements, and the sum of absolute values that NumPy and torch compute. */
const files: readonly (readonly [string, number, number, number])[] = [
  ['vgg19-slim16x/1SE.pth', 6, 2284, 1228.2486928861422],
  ['vgg19-slim16x/2SE.pth', 12, 12732, 1825.200437268776],
  ['vgg19-slim16x/3SE.pth', 18, 57116, 3679.379441789682],
  ['vgg19-slim16x/4SE.pth', 28, 307804, 9073.040584593962],
  ['vgg19-slim16x/5SD.pth', 26, 810003, 11509.383186853276],
  ['vgg19-slim16x/5SE.pth', 38, 964188, 23911.581151471408],
  ['googlenet.safetensors', 116, 6998552, 166087.38260509275],
  ['retina-unet.safetensors', 22, 471010, 14710.175175311368],
  ['squeezenet1.1.safetensors', 52, 1235496, 48096.11881402528],
  ['vgg19-conv1_1-to-conv3_4.safetensors', 16, 2325568, 21693.755353244618],
];

describe('real weights', function () {
  before(function () {
    if (existsSync(folder)) return;
    console.warn(`SKIPPED: ${folder} is missing`);
    this.skip();
  });

  for (const [name, tensors, elements, magnitude] of files)
    it(`${name}: all tensors are read correctly`, async () => {
      await using source = await fileSource(`${folder}/${name}`);
      const { weights } = await loadWeights(source);
      expect(weights.size).to.equal(tensors);
      expect([...weights.values()].reduce((sum, { dims }) => sum + sizeOf(dims), 0)).to.equal(elements);
      let sum = 0;
      for (const [key, { dims }] of weights) {
        const { data } = await loadWeight(weights, key, dims);
        for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]!);
      }
      expect(sum).to.be.closeTo(magnitude, magnitude * 1e-12);
    });

  it('of the first half of VGG-19 are recognized, with the layer at which they end', async () => {
    await using source = await fileSource(`${folder}/vgg19-conv1_1-to-conv3_4.safetensors`);
    const { weights: stored, metadata } = await loadWeights(source);
    const { scheme, weights, unknown } = translate(stored, vgg19Names);
    expect([scheme, unknown]).to.deep.equal(['torchvision', []]);
    expect([...layersOf(weights)]).to.deep.equal(
      ['1_1', '1_2', '2_1', '2_2', '3_1', '3_2', '3_3', '3_4'].map((layer) => `conv${layer}`),
    );
    expect(weights.get('conv3_4.weight')!.dims).to.deep.equal([256, 256, 3, 3]);
    expect(metadata['input']).to.include('BGR');
  });

  it('of a slim VGG-19 are recognized, with its input and auxiliary layers', async () => {
    await using source = await fileSource(`${folder}/vgg19-slim16x/5SE.pth`);
    const { scheme, weights, unknown } = translate((await loadWeights(source)).weights, vgg19Names);
    expect([scheme, unknown]).to.deep.equal(['slim16x', []]);
    const layers = layersOf(weights);
    for (const layer of ['conv0', 'conv1_1', 'conv4_4', 'conv5_1', 'conv1_1_aux', 'conv5_1_aux'])
      expect(layers.has(layer), layer).to.be.true;
    expect(layers.has('conv5_2')).to.be.false;
    expect(weights.get('conv3_1.weight')!.dims).to.deep.equal([64, 32, 3, 3]);
    expect(weights.get('conv3_1_aux.weight')!.dims).to.deep.equal([256, 64, 1, 1]);
  });

  it('of the complete GoogLeNet are recognized', async () => {
    await using source = await fileSource(`${folder}/googlenet.safetensors`);
    const { scheme, weights, unknown } = translate((await loadWeights(source)).weights, googlenetNames);
    expect([scheme, unknown]).to.deep.equal(['Caffe', []]);
    expect(layersOf(weights).size).to.equal(58);
  });

  it('of other networks are refused', async () => {
    for (const name of ['squeezenet1.1.safetensors', 'retina-unet.safetensors']) {
      await using source = await fileSource(`${folder}/${name}`);
      const { weights } = await loadWeights(source);
      for (const schemes of [vgg19Names, googlenetNames])
        expect(() => translate(weights, schemes)).to.throw('these are not the weights of');
    }
  });
});
