import type { Architecture, Stage } from './architecture.js';

/** The number of convolutions in each block; poolings separate the blocks. */
const blocks = [2, 2, 4, 4, 4];

const convolutions = blocks.flatMap((count, block) =>
  Array.from({ length: count }, (_, i): Stage => {
    const id = `${block + 1}_${i + 1}`;
    return {
      learned: [`conv${id}`],
      build: (net, x) => {
        const pooled = i === 0 && block > 0 ? net.pool(x, `pool${block}`, { kernel: 2, stride: 2 }) : x;
        return net.relu(net.conv(pooled, `conv${id}`, { kernel: 3, pad: 1 }), `relu${id}`);
      },
    };
  }),
);

/**
 * VGG-19 (Simonyan and Zisserman 2015, configuration E) with Caffe's layer names: conv1_1 and relu1_1 to conv5_4 and
 * relu5_4, pool1 to pool5, fc6, relu6, fc7, relu7, fc8, prob. The parameters determine the widths.
 *
 * The fully connected layers are convolutions, as in the paper's dense evaluation (section 3.2): a picture of 224×224
 * gives one score for each class, a larger one a map of scores, which is averaged.
 */
export const vgg19: Architecture = {
  name: 'VGG-19',
  stages: [
    ...convolutions,
    {
      learned: ['fc6'],
      build: (net, x) => {
        const pooled = net.pool(x, 'pool5', { kernel: 2, stride: 2 });
        return net.relu(net.conv(pooled, 'fc6', { kernel: 7 }), 'relu6');
      },
    },
    { learned: ['fc7'], build: (net, x) => net.relu(net.conv(x, 'fc7', { kernel: 1 }), 'relu7') },
    {
      learned: ['fc8'],
      build: (net, x) => net.softmax(net.average(net.conv(x, 'fc8', { kernel: 1 }), 'fc8/mean'), 'prob'),
    },
  ],
};
