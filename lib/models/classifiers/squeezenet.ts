import type { PreprocessingName } from '../input/preprocessing.js';
import type { Architecture, Stage } from './architecture.js';

/** The input that the published weights were trained on: BGR in 0…255 minus the mean. */
export const squeezenetInput: PreprocessingName = 'bvlc';

/** A fire module: squeeze to few channels, then expand. `pool` is the name of a pooling before the module. */
function fire(id: number, pool?: string): Stage {
  const name = (part: string) => `fire${id}/${part}`;
  return {
    learned: ['squeeze1x1', 'expand1x1', 'expand3x3'].map(name),
    build: (net, before) => {
      const x = pool === undefined ? before : net.maxPool3(before, pool, 2);
      const squeezed = net.convRelu(x, name('squeeze1x1'), { kernel: 1 });
      const narrow = net.convRelu(squeezed, name('expand1x1'), { kernel: 1 });
      const wide = net.convRelu(squeezed, name('expand3x3'), { kernel: 3, pad: 1 });
      return net.concat([narrow, wide], name('concat'));
    },
  };
}

/** SqueezeNet 1.1 (Iandola et al. 2016) with its Caffe names: conv1, fire2/squeeze1x1, fire9/concat, conv10, prob. */
export const squeezenet: Architecture = {
  name: 'SqueezeNet',
  stages: [
    { learned: ['conv1'], build: (net, x) => net.convRelu(x, 'conv1', { kernel: 3, stride: 2 }) },
    fire(2, 'pool1'),
    fire(3),
    fire(4, 'pool3'),
    fire(5),
    fire(6, 'pool5'),
    fire(7),
    fire(8),
    fire(9),
    {
      learned: ['conv10'],
      build: (net, x) => net.softmax(net.average(net.convRelu(x, 'conv10', { kernel: 1 }), 'pool10'), 'prob'),
    },
  ],
};
