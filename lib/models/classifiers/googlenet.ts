import type { PreprocessingName } from '../input/preprocessing.js';
import type { Architecture, Stage } from './architecture.js';

/** The input that the published weights were trained on: BGR in 0…255 minus the mean. */
export const googlenetInput: PreprocessingName = 'bvlc';

/** An inception module: four parallel branches, concatenated. `pool` is the name of a pooling before the module. */
function inception(id: string, pool?: string): Stage {
  const name = (part: string) => `inception_${id}/${part}`;
  return {
    learned: ['1x1', '3x3_reduce', '3x3', '5x5_reduce', '5x5', 'pool_proj'].map(name),
    build: (net, before) => {
      const x = pool === undefined ? before : net.maxPool3(before, pool, 2);
      const narrow = net.convRelu(x, name('1x1'), { kernel: 1 });
      const reduced3 = net.convRelu(x, name('3x3_reduce'), { kernel: 1 });
      const middle = net.convRelu(reduced3, name('3x3'), { kernel: 3, pad: 1 });
      const reduced5 = net.convRelu(x, name('5x5_reduce'), { kernel: 1 });
      const wide = net.convRelu(reduced5, name('5x5'), { kernel: 5, pad: 2 });
      const pooled = net.maxPool3(x, name('pool'), 1);
      const projected = net.convRelu(pooled, name('pool_proj'), { kernel: 1 });
      return net.concat([narrow, middle, wide, projected], name('output'));
    },
  };
}

/**
 * GoogLeNet (Szegedy et al. 2015) as BVLC trained it, with its Caffe names: conv1/7x7_s2, pool1/norm1,
 * inception_4c/3x3, inception_4c/output, pool5/7x7_s1, loss3/classifier, prob. The parameters determine the widths.
 * The last pooling is global, so that pictures may have any size.
 */
export const googlenet: Architecture = {
  name: 'GoogLeNet',
  stages: [
    {
      learned: ['conv1/7x7_s2'],
      build: (net, x) => net.convRelu(x, 'conv1/7x7_s2', { kernel: 7, stride: 2, pad: 3 }),
    },
    {
      learned: ['conv2/3x3_reduce'],
      build: (net, x) => {
        const normalized = net.lrn(net.maxPool3(x, 'pool1/3x3_s2', 2), 'pool1/norm1');
        return net.convRelu(normalized, 'conv2/3x3_reduce', { kernel: 1 });
      },
    },
    {
      learned: ['conv2/3x3'],
      build: (net, x) => net.lrn(net.convRelu(x, 'conv2/3x3', { kernel: 3, pad: 1 }), 'conv2/norm2'),
    },
    inception('3a', 'pool2/3x3_s2'),
    inception('3b'),
    inception('4a', 'pool3/3x3_s2'),
    inception('4b'),
    inception('4c'),
    inception('4d'),
    inception('4e'),
    inception('5a', 'pool4/3x3_s2'),
    inception('5b'),
    {
      learned: ['loss3/classifier'],
      build: (net, x) => {
        const features = net.average(x, 'pool5/7x7_s1');
        return net.softmax(net.conv(features, 'loss3/classifier', { kernel: 1 }), 'prob');
      },
    },
  ],
};
