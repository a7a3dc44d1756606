import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { float32, type NumericTensor, toNumbers } from '../../lib/tensor/tensor.js';
import { googlenetNames } from '../../lib/weights/tensor-names/googlenet.js';
import { layersOf, type NamingSchemes, translate } from '../../lib/weights/tensor-names/translate.js';
import { unetNames } from '../../lib/weights/tensor-names/unet.js';
import { vgg19Names } from '../../lib/weights/tensor-names/vgg19.js';
import type { Weights } from '../../lib/weights/weights.js';

function inMemory(tensors: Readonly<Record<string, NumericTensor>>): Weights {
  const entries = Object.entries(tensors);
  return new Map(entries.map(([name, t]) => [name, { ...t, load: () => Promise.resolve(t) }]));
}
const named = (...names: string[]) => inMemory(Object.fromEntries(names.map((name) => [name, float32([1])])));
const canonical = (schemes: NamingSchemes, ...names: string[]) => {
  const { scheme, weights, unknown } = translate(named(...names), schemes);
  return { scheme, names: [...weights.keys()], unknown };
};

describe('names of the tensors of VGG-19', () => {
  it("include torchvision's numbered layers", () => {
    // The modules of torchvision's vgg19().features that are convolutions, and its three dense layers.
    const convolutions = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34].map(
      (i) => `features.${i}.weight`,
    );
    const dense = [0, 3, 6].map((i) => `classifier.${i}.bias`);
    expect(canonical(vgg19Names, ...convolutions, ...dense)).to.deep.equal({
      scheme: 'torchvision',
      names: [
        ...['1_1', '1_2', '2_1', '2_2', '3_1', '3_2', '3_3', '3_4'].map((layer) => `conv${layer}.weight`),
        ...['4_1', '4_2', '4_3', '4_4', '5_1', '5_2', '5_3', '5_4'].map((layer) => `conv${layer}.weight`),
        ...['fc6.bias', 'fc7.bias', 'fc8.bias'],
      ],
      unknown: [],
    });
  });

  it('distinguish the original weights for PyTorch from those of torchvision', () => {
    const names = ['features.0.weight', 'classifier.1.weight', 'classifier.4.weight', 'classifier.6.weight'];
    expect(canonical(vgg19Names, ...names)).to.deep.equal({
      scheme: 'jcjohnson',
      names: ['conv1_1.weight', 'fc6.weight', 'fc7.weight', 'fc8.weight'],
      unknown: [],
    });
  });

  it("include Caffe's names, and those of the slim networks with their auxiliary layers", () => {
    expect(canonical(vgg19Names, 'conv4_2.weight', 'fc6.bias').scheme).to.equal('Caffe');
    const slim = ['conv0.weight', 'conv11.weight', 'conv51.bias', 'conv11_aux.weight'];
    expect(canonical(vgg19Names, ...slim)).to.deep.equal({
      scheme: 'slim16x',
      names: ['conv0.weight', 'conv1_1.weight', 'conv5_1.bias', 'conv1_1_aux.weight'],
      unknown: [],
    });
  });

  for (const [layer, kernel, bias] of [
    ['block2_conv1', 'block2_conv1/kernel:0', 'block2_conv1/bias:0'],
    ['block2_conv1', 'block2_conv1/block2_conv1/kernel:0', 'block2_conv1/block2_conv1/bias:0'],
    ['block2_conv1', 'block2_conv1/block2_conv1_W_1:0', 'block2_conv1/block2_conv1_b_1:0'],
  ] as const)
    it(`include Keras's ${kernel} and transpose its kernels`, async () => {
      // [height 1, width 2, inputs 2, outputs 2]: element [h, w, i, o] is 100w + 10i + o
      const stored = float32([0, 1, 10, 11, 100, 101, 110, 111], [1, 2, 2, 2]);
      const file = inMemory({ [kernel]: stored, [bias]: float32([5, 6]) });
      const { scheme, weights } = translate(file, vgg19Names);
      expect([scheme, layer, [...weights.keys()]]).to.deep.equal([
        'Keras',
        layer,
        ['conv2_1.weight', 'conv2_1.bias'],
      ]);
      const weight = weights.get('conv2_1.weight')!;
      expect(weight.dims).to.deep.equal([2, 2, 1, 2]);
      const loaded = await weight.load();
      expect(loaded.dims).to.deep.equal([2, 2, 1, 2]);
      expect(toNumbers(loaded)).to.deep.equal([0, 100, 10, 110, 1, 101, 11, 111]);
    });

  it("transpose Keras's dense layers, the first of which has its picture with channels last", async () => {
    const first = float32(
      Float32Array.from({ length: 7 * 7 * 512 * 2 }, (_, i) => i),
      [7 * 7 * 512, 2],
    );
    const second = float32([1, 2, 3, 4, 5, 6], [3, 2]);
    const { weights } = translate(inMemory({ 'fc1/kernel:0': first, 'fc2/kernel:0': second }), vgg19Names);
    const fc6 = await weights.get('fc6.weight')!.load();
    expect(fc6.dims).to.deep.equal([2, 512 * 7 * 7]);
    // Output 1, channel 3, row 2, column 5: stored as input (2·7 + 5)·512 + 3.
    expect(fc6.data[512 * 49 + 3 * 49 + 2 * 7 + 5]).to.equal(((2 * 7 + 5) * 512 + 3) * 2 + 1);
    const fc7 = await weights.get('fc7.weight')!.load();
    expect([fc7.dims, toNumbers(fc7)]).to.deep.equal([
      [2, 3],
      [1, 3, 5, 2, 4, 6],
    ]);
  });

  it('reject a kernel that does not have the axes of its naming scheme', () => {
    const file = inMemory({ 'block1_conv1/kernel:0': float32([1, 2], [1, 2]) });
    expect(() => translate(file, vgg19Names)).to.throw(OneirosError, '[1, 2], expected hwio');
    const dense = inMemory({ 'fc1/kernel:0': float32([1, 2], [1, 2]) });
    expect(() => translate(dense, vgg19Names)).to.throw(OneirosError, 'expected [7·7·512, outputs]');
  });

  it('list the layers with weights, so that a network can be cut where its weights end', () => {
    const { weights } = translate(
      named('features.0.weight', 'features.0.bias', 'features.2.weight'),
      vgg19Names,
    );
    expect([...layersOf(weights)]).to.deep.equal(['conv1_1', 'conv1_2']);
  });

  it('list unknown names', () => {
    const { unknown } = canonical(vgg19Names, 'features.0.weight', 'features.1.weight');
    expect(unknown).to.deep.equal(['features.1.weight']);
  });

  it('report the found and the expected names if no naming scheme matches', () => {
    expect(() => canonical(vgg19Names, 'encoder.weight', 'features.0.weight', 'decoder.bias'))
      .to.throw(OneirosError, 'not the weights of VGG-19')
      .with.property('message')
      .that.includes('"encoder.weight"')
      .and.includes('"features.0.{p}" (torchvision)')
      .and.includes('(Keras)');
    expect(() => translate(new Map(), vgg19Names)).to.throw(OneirosError, 'no tensors');
  });

  it('refuse two tensors with the same name', () => {
    const both = ['block1_conv1/bias:0', 'block1_conv1/block1_conv1/bias:0'];
    expect(() => canonical(vgg19Names, ...both)).to.throw(
      OneirosError,
      'have the same name in the network, "conv1_1.bias"',
    );
  });
});

describe('names with a prefix', () => {
  const own = ['features.0.weight', 'features.0.bias', 'features.2.weight', 'features.2.bias'];
  const behind = (prefix: string) => own.map((name) => prefix + name);

  for (const prefix of ['model.', 'module.', 'net.', '_orig_mod.', 'lit.backbone.vgg_19.', 'student/'])
    it(`lose the prefix ${prefix}, whatever else the file contains`, () => {
      const { weights, unknown, ...translation } = translate(
        named(...behind(prefix), 'loss.weight', 'steps'),
        vgg19Names,
      );
      expect([...weights.keys()]).to.deep.equal([
        'conv1_1.weight',
        'conv1_1.bias',
        'conv1_2.weight',
        'conv1_2.bias',
      ]);
      expect(unknown).to.deep.equal(['loss.weight', 'steps']);
      expect(translation).to.deep.equal({ scheme: 'torchvision', prefix });
    });

  it('are ignored if the file also has names without it', () => {
    const { prefix, weights } = translate(named(...own, ...behind('ema.').slice(0, 2)), vgg19Names);
    expect([prefix, weights.size]).to.deep.equal(['', 4]);
  });

  it('are refused if two networks have two prefixes', () => {
    for (const second of [
      behind('teacher.'),
      behind('teacher.').slice(0, 2),
      ['teacher.conv1_1.weight', 'teacher.conv1_2.weight'],
    ])
      expect(() => translate(named(...behind('student.'), ...second), vgg19Names)).to.throw(
        OneirosError,
        'more than one VGG-19, under the prefixes "student." and "teacher."',
      );
  });

  it('are not recognized if they are only a few layers of another network', () => {
    const other = Array.from({ length: 12 }, (_, i) => `blocks.${i}.gamma`);
    expect(() => translate(named(...other, ...behind('stem.').slice(0, 2)), vgg19Names)).to.throw(
      OneirosError,
      'not the weights of VGG-19',
    );
  });

  it('are not recognized if they end with a scheme’s names by chance', () => {
    const layers = ['a', 'b', 'c', 'd', 'e', 'f'].map((layer) => `${layer}.conv.weight`);
    expect(() => translate(named(...layers), unetNames)).to.throw(OneirosError, 'not the weights of U-Net');
  });
});

describe('names of the tensors of U-Net', () => {
  it("include milesial's names from before 2020", () => {
    const names = {
      'inc.conv.conv.0.weight': 'encoder1/conv1.weight',
      'inc.conv.conv.4.running_mean': 'encoder1/norm2.running_mean',
      'down1.mpconv.1.conv.3.bias': 'encoder2/conv2.bias',
      'up1.up.weight': 'up1.weight',
      'up4.conv.conv.1.weight': 'decoder4/norm1.weight',
      'outc.conv.bias': 'head.bias',
    };
    expect(canonical(unetNames, ...Object.keys(names))).to.deep.equal({
      scheme: 'milesial before 2020',
      names: Object.values(names),
      unknown: [],
    });
  });
});

describe('names of the tensors of GoogLeNet', () => {
  it("include Caffe's names", () => {
    const names = ['conv1/7x7_s2.weight', 'inception_4c/3x3_reduce.bias', 'loss3/classifier.weight'];
    expect(canonical(googlenetNames, ...names)).to.deep.equal({ scheme: 'Caffe', names, unknown: [] });
  });

  it("do not match torchvision's network", () => {
    expect(() => canonical(googlenetNames, 'conv1.conv.weight', 'inception3a.branch1.conv.weight')).to.throw(
      OneirosError,
      'GoogLeNet (BVLC)',
    );
  });
});
