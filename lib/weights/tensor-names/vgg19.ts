import type { Arrangement } from '../kernel-layout.js';
import type { NamingSchemes, Rule } from './translate.js';

/** Convolutions in each of the five blocks. */
const blocks = [2, 2, 4, 4, 4];

/** torchvision numbers the modules of a Sequential: each convolution is followed by a ReLU, each block by a pooling. */
const numbered: readonly Rule[] = blocks.flatMap((convolutions, block) => {
  const before = blocks.slice(0, block).reduce((sum, count) => sum + 2 * count + 1, 0);
  return Array.from({ length: convolutions }, (_, i) => ({
    from: `features.${before + 2 * i}.{p}`,
    to: `conv${block + 1}_${i + 1}.{p}`,
  }));
});

/** Keras stores kernels with the channels last. Its naming scheme has changed over time; the newest comes first. */
function kerasLayer(layer: string, to: string, arrangement: Arrangement): Rule[] {
  return [
    [`${layer}/kernel:0`, `${layer}/bias:0`],
    [`${layer}/${layer}/kernel:0`, `${layer}/${layer}/bias:0`],
    [`${layer}/${layer}_W_1:0`, `${layer}/${layer}_b_1:0`],
  ].flatMap(([kernel = '', bias = '']) => [
    { from: kernel, to: `${to}.weight`, arrangement },
    { from: bias, to: `${to}.bias` },
  ]);
}

/**
 * VGG-19. Canonical names: `conv1_1` … `conv5_4`, `fc6`, `fc7`, `fc8`, each with `.weight` and `.bias`. The slim
 * networks also have `conv0`, which converts RGB in [0, 1] to the input of the first layer, and `conv1_1_aux` …, which
 * lift features to the widths of the full network.
 */
export const vgg19Names: NamingSchemes = {
  network: 'VGG-19',
  schemes: [
    {
      name: 'torchvision',
      rules: [
        ...numbered,
        { from: 'classifier.0.{p}', to: 'fc6.{p}' },
        { from: 'classifier.3.{p}', to: 'fc7.{p}' },
        { from: 'classifier.6.{p}', to: 'fc8.{p}' },
      ],
    },
    {
      // The original weights converted for PyTorch by J. Johnson, used by neural-style-pt.
      name: 'jcjohnson',
      rules: [
        ...numbered,
        { from: 'classifier.1.{p}', to: 'fc6.{p}' },
        { from: 'classifier.4.{p}', to: 'fc7.{p}' },
        { from: 'classifier.6.{p}', to: 'fc8.{p}' },
      ],
    },
    {
      name: 'Caffe',
      rules: [
        { from: 'conv{b#}_{i#}.{p}', to: 'conv{b}_{i}.{p}' },
        { from: 'fc{n#}.{p}', to: 'fc{n}.{p}' },
      ],
    },
    {
      name: 'Keras',
      rules: [
        ...kerasLayer('block{b#}_conv{i#}', 'conv{b}_{i}', 'hwio'),
        ...kerasLayer('fc1', 'fc6', { hwc: [7, 7, 512] }),
        ...kerasLayer('fc2', 'fc7', 'io'),
        ...kerasLayer('predictions', 'fc8', 'io'),
      ],
    },
    {
      // Collaborative distillation (Wang et al., CVPR 2020).
      name: 'slim16x',
      rules: [
        { from: 'conv{b#}{i#}.{p}', to: 'conv{b}_{i}.{p}' },
        { from: 'conv{b#}{i#}_aux.{p}', to: 'conv{b}_{i}_aux.{p}' },
        { from: 'conv0.{p}', to: 'conv0.{p}' },
      ],
    },
  ],
};
