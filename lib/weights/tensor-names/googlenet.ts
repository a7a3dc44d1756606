import type { NamingSchemes } from './translate.js';

/**
 * BVLC GoogLeNet: its Caffe layer names, which are the canonical ones: `conv1/7x7_s2`, `conv2/3x3_reduce`,
 * `inception_3a/1x1` … `inception_5b/pool_proj`, `loss3/classifier`, each with `.weight` and `.bias`. torchvision's
 * GoogLeNet is a different network (batch normalization, 3×3 instead of 5×5), so its names are not supported.
 */
export const googlenetNames: NamingSchemes = {
  network: 'GoogLeNet (BVLC)',
  schemes: [
    {
      name: 'Caffe',
      rules: [
        { from: 'inception_{block}/{branch}.{p}', to: 'inception_{block}/{branch}.{p}' },
        { from: 'conv{n#}/{layer}.{p}', to: 'conv{n}/{layer}.{p}' },
        { from: 'loss{n#}/{layer}.{p}', to: 'loss{n}/{layer}.{p}' },
      ],
    },
  ],
};
